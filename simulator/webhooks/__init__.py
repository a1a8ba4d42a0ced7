"""Webhooks: who registered for what, what a body looks like, and how it is delivered."""
