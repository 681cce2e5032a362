"""What ends together with a need. What runs for a need is known floors above, which register how to end it."""

from collections.abc import Callable

from accounts.models import User
from enterprises.models import Need

Handler = Callable[[User, Need, str], None]

_handlers: list[Handler] = []


def register(handler: Handler) -> None:
    """Register ``handler(actor, need, reason)`` at start-up; the same one twice raises ValueError."""
    if handler in _handlers:
        raise ValueError(f"{handler} is registered already")
    _handlers.append(handler)


def closed(actor: User, need: Need, reason: str) -> None:
    """Run every handler in the transaction that closes ``need``; one that fails keeps the need open."""
    for handler in _handlers:
        handler(actor, need, reason)
