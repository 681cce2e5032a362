"""matrix.yaml, read."""

from functools import lru_cache
from typing import Any

import yaml

from tests.contracts.isolation.things import ANONYMOUS, Person, Thing
from tests.contracts.source import ROOT

ALLOW, MASK, DENY = "allow", "mask", "deny"


@lru_cache(maxsize=1)
def matrix() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "tests/contracts/matrix.yaml").read_text("utf-8"))
    return loaded


def listed(table: dict[str, Any] | None, person: Person, thing: Thing) -> bool:
    """True when ``role: [relations]`` names the person's relation to the thing; no relations are all of them."""
    if not table or person.role not in table:
        return False
    relations = table[person.role]
    return relations is None or thing.relation(person) in relations


def expected(action: str, person: Person, thing: Thing) -> str:
    """allow, mask or deny. Undeclared objects and actions raise KeyError."""
    cell = matrix()["objects"][thing.kind][action]
    return next((verdict for verdict in (ALLOW, MASK) if listed(cell.get(verdict), person, thing)), DENY)


def may_read(person: Person, thing: Thing) -> bool:
    """Whether words of the thing may reach the person."""
    action = "name" if thing.kind == "party" else "read"
    return expected(action, person, thing) == ALLOW


def passes(name: str, person: Person) -> bool:
    """Whether the person gets past the door of the route called ``name``."""
    route, rooms = matrix()["routes"][name], matrix()["rooms"]
    if person.role in rooms:
        return name in rooms[person.role] or person.role in route.get("open", ())
    if route.get("public"):
        return True
    if person.role in (ANONYMOUS, "disabled"):
        return False
    return route["open"] == "all" or person.role in route["open"]
