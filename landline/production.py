"""What production refuses (S24): open http, debug pages, any host, absent or weak secrets."""

from __future__ import annotations

from collections.abc import Sequence

from landline.environment import Bind, ConfigurationError, PublicUrl


def production_rules_check(
    *,
    mode: str,
    bind: Bind,
    public_url: PublicUrl | None,
    insecure_http: bool,
    debug: bool,
    allowed_hosts: Sequence[str],
) -> None:
    """Raises ConfigurationError where a server reachable from elsewhere would be unsafe."""
    if mode != "production":
        return
    if public_url is None:
        raise ConfigurationError(
            f"LANDLINE_BIND is {bind}, which others can reach: set PUBLIC_URL to the https address "
            "people will use, or bind to 127.0.0.1."
        )
    if not public_url.is_https and not insecure_http:
        raise ConfigurationError(
            f"PUBLIC_URL is {public_url.origin}; without https, passwords and messages travel in the open: "
            "put a TLS proxy in front and give its https address, or accept it with LANDLINE_INSECURE_HTTP=1 "
            "(offline use, the service worker and tab coordination will not work)."
        )
    if debug:
        raise ConfigurationError(
            "DEBUG must be off beyond this machine: it shows code and settings to visitors."
        )
    if "*" in allowed_hosts:
        raise ConfigurationError(
            "ALLOWED_HOSTS must not hold *: set PUBLIC_URL to the one address people use."
        )
