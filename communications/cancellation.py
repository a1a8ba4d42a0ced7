"""Work that never ends by itself ends when it is told to, whatever its cleaning up meets."""

import asyncio


def cancellation_respect() -> None:
    """Raises ``CancelledError`` in a task that was cancelled and in which another error took that one's place.

    A connection that is closed after its database went raises its own error; who catches that and goes on would never end.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
