"""Who may receive a consent. Which institutions serve the city is known a floor above, which registers the answer."""

from collections.abc import Callable

from accounts.models import Party

Check = Callable[[Party], bool]

_checks: list[Check] = []


def register(serves_the_city: Check) -> None:
    """Register the one check, at start-up; a second one raises ValueError."""
    if _checks:
        raise ValueError("a check of recipients is registered already")
    _checks.append(serves_the_city)


def may_receive(party: Party) -> bool:
    """True when ``party`` is an institution that serves the city; without a registered check nobody is."""
    return party.kind == Party.Kind.INSTITUTION and any(check(party) for check in _checks)
