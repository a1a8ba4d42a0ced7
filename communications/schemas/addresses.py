"""The addresses upstream delivers to."""

from typing import Final

WEBHOOK_PATH: Final = "/api/v1/webhooks/unipile/"
# The callback of a hosted connection carries no header of ours, so its secret is the last part of its address.
HOSTED_PATH: Final = f"{WEBHOOK_PATH}hosted/"
