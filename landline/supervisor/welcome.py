"""The last words of a start: the address, the login, how to send a first message."""

from __future__ import annotations

from django.conf import settings

from landline.first_user import FirstLogin


def welcome(login: FirstLogin, *, with_simulator: bool) -> str:
    """Plain lines for the terminal. The password is shown in the start that made it, never again."""
    address = (
        settings.LANDLINE_PUBLIC_URL.origin if settings.LANDLINE_PUBLIC_URL else settings.LANDLINE_BIND.url
    )
    lines = ["", f"Landline is ready at {address}/", f"  Log in as       {login_line(login)}"]
    if with_simulator:
        lines += [
            f"  First message   play the customer on {settings.LANDLINE_SIMULATOR_BIND.url}/ and type one",
        ]
    lines += ["  Stop            Ctrl-C", ""]
    return "\n".join(lines) + "\n"


def login_line(login: FirstLogin) -> str:
    if login.is_new:
        return f"{login.username} with the password {login.password} (shown once, kept in {login.kept_in})"
    if login.password is not None:
        return f"{login.username}; the password is in {login.kept_in}"
    return "the person you made, with the password you chose"
