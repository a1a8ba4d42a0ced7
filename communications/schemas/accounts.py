import msgspec


class AccountFact(msgspec.Struct, frozen=True, kw_only=True):
    """An account as upstream's own list shows it. ``own_identities`` are keys as in ``PersonFact.identities``."""

    external_account_id: str
    provider: str
    provider_word: str
    name: str
    own_identities: tuple[str, ...]
    status: str
    status_word: str
