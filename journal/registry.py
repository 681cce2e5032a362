"""Kinds of posting. Apps register theirs in ``AppConfig.ready``; a duplicate or unknown kind raises at once."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Kind:
    """One kind: stable ``code``, Chinese ``label``, and the extra ``fields`` its postings carry (name → label)."""

    code: str
    label: str
    fields: dict[str, str] = field(default_factory=dict, hash=False)


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
