"""Kinds of posting. Apps register theirs in ``AppConfig.ready``; a duplicate or unknown kind raises at once."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Entry:
    """How a kind is entered by hand: labels of the columns it asks for ('' = not asked), and what its fields hold.

    ``unit`` says whose posting it is: ``department``, ``institution`` or ``firm`` (then it is the party's).
    """

    unit: str = "department"
    quantity: str = ""
    amount: str = ""
    required: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    choices: dict[str, tuple[str, ...]] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Kind:
    """One kind: stable ``code``, Chinese ``label``, the extra ``fields`` its postings carry (name → label), and its
    ``entry`` where people enter it; without one a record of the house posts it.
    """

    code: str
    label: str
    fields: dict[str, str] = field(default_factory=dict, hash=False)
    entry: Entry | None = None


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make ``kind`` known; declaring a code twice is a programming error."""
    if kind.code in _kinds:
        raise ValueError(f"posting kind {kind.code!r} is registered already")
    _kinds[kind.code] = kind


def get(code: str) -> Kind:
    """The registered kind, or KeyError."""
    if code not in _kinds:
        raise KeyError(f"unknown posting kind {code!r}")
    return _kinds[code]


def kinds() -> list[Kind]:
    """Every registered kind, by code."""
    return sorted(_kinds.values(), key=lambda kind: kind.code)
