"""What the isolation contract speaks of: people, things with an owner, and the words that give an owner away."""

from dataclasses import dataclass, field
from typing import Any

from accounts.models import User

ANONYMOUS = "anonymous"


def canary(tenant: str, name: str) -> str:
    """A text that says whose it is wherever it turns up."""
    return f"CANARY-{tenant}-{name}"


@dataclass(frozen=True)
class Person:
    """``role`` names the row of the matrix; ``user`` is None for a visitor."""

    name: str
    role: str
    tenant: str
    user: User | None


@dataclass(frozen=True)
class Thing:
    """One record. ``related`` says what somebody is to it who is neither its owner nor a stranger."""

    kind: str
    owners: frozenset[str]
    obj: Any
    code: str = ""
    words: tuple[str, ...] = ()
    related: dict[str, str] = field(default_factory=dict)

    def relation(self, person: Person) -> str:
        """own, other, or what ``related`` says of the person or of its tenant."""
        named = self.related.get(person.name) or self.related.get(person.tenant)
        return named or ("own" if person.tenant in self.owners else "other")


@dataclass
class World:
    """Everybody and everything."""

    people: dict[str, Person] = field(default_factory=dict)
    things: list[Thing] = field(default_factory=list)

    def add(self, kind: str, owners: str, obj: Any, code: str = "", words: str = "", **related: str) -> Any:
        """``owners`` and ``words`` are separated by spaces; a word is the last part of its owner's canary."""
        owned = owners.split()
        said = tuple(canary(owned[0] if owned else "-", word) for word in words.split())
        self.things.append(Thing(kind, frozenset(owned), obj, code, said, related))
        return obj

    def of(self, *kinds: str) -> list[Thing]:
        """Things of those kinds."""
        return [thing for thing in self.things if thing.kind in kinds]
