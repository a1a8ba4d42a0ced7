import msgspec


class Scope(msgspec.Struct, frozen=True):
    """What one person may see. ``session_generation`` is ``None`` for somebody who may not be here at all."""

    user_id: int
    session_generation: int | None
    channels: frozenset[int]
