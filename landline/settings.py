"""Django's settings. The environment is read here and nowhere else; every variable is in .env.example."""

from __future__ import annotations

import json
import os
from pathlib import Path

from landline import __version__
from landline.databases import PROCESS_ROLES, database_settings, planned_once
from landline.environment import ConfigurationError, Environment
from landline.kept_secrets import SECRET_KEY_MINIMUM_LENGTH, WEBHOOK_SECRET_MINIMUM_LENGTH, secrets_folder
from landline.logs import LOG_FORMATS, logging_configure
from landline.media_storage import media_storage_settings, storage_secrets
from landline.production import production_rules_check
from landline.upstream import UpstreamAccess

_environment = Environment(os.environ)
_package = Path(__file__).resolve().parent


def _build_id() -> str:
    """The name of the served frontend, which its build wrote into every page too."""
    named = _package / "static" / "app" / "build.json"
    if not named.exists():
        return f"{__version__}-without-frontend"
    build: str = json.loads(named.read_bytes())["build"]
    return build


# -- this installation ---------------------------------------------------------------------------------

LANDLINE_DATA_DIR = _environment.folder("LANDLINE_DATA_DIR", default="var")
LANDLINE_PROCESS_ROLE = _environment.choice("LANDLINE_PROCESS_ROLE", options=PROCESS_ROLES, default="command")
LANDLINE_BUILD = _build_id()
LANDLINE_BIND = _environment.bind("LANDLINE_BIND", default="127.0.0.1:8000")
LANDLINE_SIMULATOR_BIND = _environment.bind("LANDLINE_SIMULATOR_BIND", default="127.0.0.1:4010")
LANDLINE_PUBLIC_URL = _environment.public_url("PUBLIC_URL")
# Where upstream delivers to: without a public address only a simulator on this machine finds the way.
LANDLINE_DELIVERIES_ORIGIN = LANDLINE_BIND.url if LANDLINE_PUBLIC_URL is None else LANDLINE_PUBLIC_URL.origin
LANDLINE_DEMO = _environment.flag("LANDLINE_DEMO")
LANDLINE_RETENTION_DAYS = _environment.whole_number(
    "LANDLINE_RETENTION_DAYS", default=90, minimum=1, maximum=36_500
)

_https = LANDLINE_PUBLIC_URL is not None and LANDLINE_PUBLIC_URL.is_https
LANDLINE_MODE = "production" if _https or not LANDLINE_BIND.is_loopback else "loopback"
LANDLINE_INSECURE_HTTP = _environment.flag("LANDLINE_INSECURE_HTTP")

# With https in front of a loopback bind, only a proxy on this machine can be the peer.
LANDLINE_TRUSTED_PROXIES = _environment.networks("LANDLINE_TRUSTED_PROXIES") or (
    ("127.0.0.1/32", "::1/128") if _https and LANDLINE_BIND.is_loopback else ()
)

# -- secrets -------------------------------------------------------------------------------------------

_secrets = secrets_folder(LANDLINE_DATA_DIR)
SECRET_KEY = (
    _environment.secret(
        "LANDLINE_SECRET_KEY",
        kept_in=_secrets / "secret_key",
        minimum_length=SECRET_KEY_MINIMUM_LENGTH,
    )
    or ""
)
LANDLINE_WEBHOOK_SECRETS: tuple[str, ...] = tuple(
    secret
    for secret in (
        _environment.secret(
            "LANDLINE_WEBHOOK_SECRET",
            kept_in=_secrets / "webhook_secret",
            minimum_length=WEBHOOK_SECRET_MINIMUM_LENGTH,
        ),
        _environment.secret(
            "LANDLINE_WEBHOOK_SECRET_PREVIOUS",
            kept_in=_secrets / "webhook_secret_previous",
            minimum_length=WEBHOOK_SECRET_MINIMUM_LENGTH,
        ),
    )
    if secret is not None
)
if len(LANDLINE_WEBHOOK_SECRETS) == 2 and LANDLINE_WEBHOOK_SECRETS[0] == LANDLINE_WEBHOOK_SECRETS[1]:
    raise ConfigurationError(
        "LANDLINE_WEBHOOK_SECRET and LANDLINE_WEBHOOK_SECRET_PREVIOUS are equal: unset the previous one."
    )
LANDLINE_HOSTED_TOKEN = _environment.secret(
    "LANDLINE_HOSTED_TOKEN",
    kept_in=_secrets / "hosted_token",
    minimum_length=WEBHOOK_SECRET_MINIMUM_LENGTH,
)

LANDLINE_METRICS_TOKEN = _environment.secret(
    "LANDLINE_METRICS_TOKEN",
    kept_in=_secrets / "metrics_token",
    minimum_length=WEBHOOK_SECRET_MINIMUM_LENGTH,
)

# Read on demand and by the worker only: the key of Unipile is no setting and never in a web process.
LANDLINE_UPSTREAM = UpstreamAccess(_environment, kept_in=_secrets, process_role=LANDLINE_PROCESS_ROLE)

LANDLINE_UNPROVEN_SECONDS = _environment.whole_number(
    "LANDLINE_UNPROVEN_SECONDS", default=120, minimum=5, maximum=86_400
)
LANDLINE_SEND_PACE_PERCENT = _environment.whole_number(
    "LANDLINE_SEND_PACE_PERCENT", default=100, minimum=0, maximum=10_000
)

LANDLINE_CALLS_PER_DAY = _environment.whole_number(
    "LANDLINE_CALLS_PER_DAY", default=20_000, minimum=100, maximum=10_000_000
)
LANDLINE_FIRST_HISTORY_DAYS = _environment.whole_number(
    "LANDLINE_FIRST_HISTORY_DAYS", default=36_500, minimum=0, maximum=36_500
)

# -- Django --------------------------------------------------------------------------------------------

DEBUG = False
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS: list[str] = []
if LANDLINE_PUBLIC_URL is not None:
    ALLOWED_HOSTS.append(LANDLINE_PUBLIC_URL.host)
    CSRF_TRUSTED_ORIGINS.append(LANDLINE_PUBLIC_URL.origin)

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "ninja",
    "procrastinate.contrib.django",
    "communications.apps.CommunicationsConfig",
]
MIDDLEWARE = [
    "communications.api.problems.api_answers",
    "landline.compression.CompressionMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "landline.static_files.StaticFilesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "communications.api.request_forgery.RequestForgeryMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "landline.urls"
ASGI_APPLICATION = "landline.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
_database = database_settings(_environment, data_dir=LANDLINE_DATA_DIR, process_role=LANDLINE_PROCESS_ROLE)
DATABASES = {"default": _database, "planned_once": planned_once(_database)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"

STATIC_URL = "/static/"
STATICFILES_DIRS = [_package / "static"] if (_package / "static").is_dir() else []
WHITENOISE_USE_FINDERS = True
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/app/assets/[^/]+-[\w-]{8}\.\w+$"

# -- files of messages ---------------------------------------------------------------------------------

_media_storage = media_storage_settings(_environment, data_dir=LANDLINE_DATA_DIR)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "media": _media_storage,
}
LANDLINE_MEDIA_MAX_BYTES = 1_000_000 * _environment.whole_number(
    "LANDLINE_MEDIA_MAX_MB", default=100, minimum=1, maximum=10_000
)
LANDLINE_MEDIA_QUOTA_BYTES = 1_000_000 * _environment.whole_number(
    "LANDLINE_MEDIA_QUOTA_MB", default=100_000, minimum=1, maximum=1_000_000_000
)
LANDLINE_MEDIA_KEEP_FREE_BYTES = 1_000_000 * _environment.whole_number(
    "LANDLINE_MEDIA_KEEP_FREE_MB", default=500, minimum=0, maximum=1_000_000
)

# Tasks call Unipile: only the worker loads them.
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = None

# -- alarms --------------------------------------------------------------------------------------------

LANDLINE_ALARM_EMAIL = tuple(
    filter(
        None, (address.strip() for address in (_environment.text("LANDLINE_ALARM_EMAIL") or "").split(","))
    )
)
LANDLINE_ALARM_WEBHOOK_URL = _environment.text_or_file("LANDLINE_ALARM_WEBHOOK_URL")
EMAIL_HOST = _environment.text("LANDLINE_EMAIL_HOST") or "localhost"
EMAIL_PORT = _environment.whole_number("LANDLINE_EMAIL_PORT", default=25, minimum=1, maximum=65_535)
EMAIL_HOST_USER = _environment.text("LANDLINE_EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD = _environment.text_or_file("LANDLINE_EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS = _environment.flag("LANDLINE_EMAIL_USE_TLS")
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = _environment.text("LANDLINE_EMAIL_FROM") or "landline@localhost"

# -- people and sessions -------------------------------------------------------------------------------

AUTH_USER_MODEL = "communications.User"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "communications.api.request_forgery.request_refused"
if _https:
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = True
    # Asked from inside, without the proxy that speaks https.
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
    SECURE_HSTS_SECONDS = 2 * 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = False
SILENCED_SYSTEM_CHECKS = [
    # RequestForgeryMiddleware is Django's own, extended; the check looks for the name only.
    "security.W003",
    # HSTS for subdomains and preloading bind hosts that are not ours to decide about.
    "security.W005",
    "security.W021",
]
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "no-referrer"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000

# -- logs ----------------------------------------------------------------------------------------------

LANDLINE_LOG_FORMAT = _environment.choice("LANDLINE_LOG_FORMAT", options=LOG_FORMATS, default="text")
LOGGING_CONFIG = None
logging_configure(
    LANDLINE_LOG_FORMAT,
    known_secrets=tuple(
        filter(
            None,
            (
                SECRET_KEY,
                *LANDLINE_WEBHOOK_SECRETS,
                LANDLINE_HOSTED_TOKEN,
                LANDLINE_METRICS_TOKEN,
                EMAIL_HOST_PASSWORD,
                LANDLINE_ALARM_WEBHOOK_URL,
                *storage_secrets(_media_storage),
            ),
        )
    ),
)

production_rules_check(
    mode=LANDLINE_MODE,
    bind=LANDLINE_BIND,
    public_url=LANDLINE_PUBLIC_URL,
    insecure_http=LANDLINE_INSECURE_HTTP,
    debug=DEBUG,
    allowed_hosts=ALLOWED_HOSTS,
)
