"""Addresses that are answered ahead of Django and named in several layers."""

from typing import Final

CHANGES_PATH: Final = "/api/v1/communications/changes/"
# Where upstream delivers to.
WEBHOOK_PATH: Final = "/api/v1/webhooks/unipile/"
# The callback of a hosted connection carries no header of ours, so its secret is the last part of its address.
HOSTED_PATH: Final = f"{WEBHOOK_PATH}hosted/"
