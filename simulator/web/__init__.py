"""A small ASGI stack: requests, responses, routes, form bodies, and the server that carries them."""
