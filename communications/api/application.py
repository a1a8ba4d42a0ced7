"""The API as a whole: what hangs below /api/v1/."""

from typing import Final

from communications.api import (
    account_acts,
    changes,
    channels,
    chats,
    comparisons,
    conversation_state,
    deliveries,
    drafts,
    erasures,
    health,
    history,
    inspection,
    media,
    new_conversations,
    people,
    search,
    sending,
    session,
    setup,
    uploads,
)
from communications.api.contract import Api
from communications.api.problems import problems_register
from communications.api.reader import signed_in

DESCRIPTION: Final = """
What the browser reads and writes, from this server's own database. Ids are decimal strings, times RFC 3339 in
UTC with milliseconds; `null` means unknown or absent. Errors are problem details (RFC 9457) with a stable
`code`. Unsafe calls need the header X-CSRFToken. Feed and socket are described in docs/protocol.md.
"""

api: Final = Api(
    title="Landline",
    version="1",
    description=DESCRIPTION.strip(),
    urls_namespace="api",
    openapi_url=None,
    docs_url=None,
    auth=signed_in,
)
problems_register(api)
api.add_router("/session", session.router)
api.add_router("/setup", setup.router)

# One path has one router: several modules share that of the conversations.
_OF_COMMUNICATIONS: Final = (
    channels,
    account_acts,
    history,
    comparisons,
    media,
    uploads,
    search,
    deliveries,
    inspection,
    people,
    erasures,
    health,
    chats,
    conversation_state,
    drafts,
    changes,
    new_conversations,
    sending,
)
for router in dict.fromkeys(module.router for module in _OF_COMMUNICATIONS):
    api.add_router("/communications", router)
