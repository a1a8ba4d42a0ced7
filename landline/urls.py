"""Every address that Django answers. Webhooks, feed and socket are answered ahead of it, by landline.asgi."""

from django.urls import path, re_path

from communications.admin import site
from communications.api.application import api
from communications.api.problems import problem_handler, server_error
from communications.api.reference import openapi, reference
from landline.asgi_only import answered_by_landline_web
from landline.health import healthz, readyz
from landline.metrics import metrics
from landline.shell import ROOT_FILES, root_file, shell

urlpatterns = [
    path("api/v1/openapi.json", openapi, name="openapi"),
    path("api/v1/docs", reference, name="reference"),
    re_path(
        r"^api/v1/(?:webhooks/unipile(?:/hosted/.*)?|communications/changes)/?$", answered_by_landline_web
    ),
    path("api/v1/", api.urls),
    path("admin/", site.urls),
    path("healthz", healthz),
    path("readyz", readyz),
    path("metrics", metrics),
    *(path(name, root_file, {"name": name}) for name in ROOT_FILES),
    re_path(
        r"^(?:|login/?|search/?|deliveries/?|accounts(?:/[0-9]{1,20}/history)?/?|inbox(?:/.*)?)$",
        shell,
        name="shell",
    ),
]

handler400 = problem_handler(400)
handler403 = problem_handler(403)
handler404 = problem_handler(404)
handler500 = server_error
