"""Places: what a product's region text covers, where a firm is, and what follows about every other place.

A place code is its short Chinese name (``鄂尔多斯``, ``东胜区``). ``<code>部分地区`` is a part of that place nobody
listed; for the whole country it is :data:`UNLISTED`. No firm is known to be in or out of such a part of its own places.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from enterprises.facts import SetValue

UNLISTED = "未列明地区"
NATION = "全国"
HOME = "鄂尔多斯"

_PART = "部分地区"
_FILE = Path(__file__).parent / "data" / "places.yaml"
_WHOLE = re.compile(r"(及|下辖|所辖|全部|所有)?(各|全)?(盟市|旗区|旗县区?|市|区|省|境|域|地|辖区)|辖内|辖区|地区")
_WHOLE_NATION = re.compile(r"各地|范围内?")
_ADDRESS = re.compile(r".*(镇|乡|苏木|街道|嘎查|村|路|街|大道|号|楼|室|园|园区|产业园|基地)")
_DIVISION = re.compile(r".{1,14}(市|区|县|州|盟|旗|园)")


@dataclass(frozen=True)
class Place:
    """One node of the tree; ``complete`` says that all its children are listed."""

    code: str
    label: str
    level: str
    parent: str | None
    names: frozenset[str]
    hosts: tuple[str, ...] = ()
    complete: bool = False


def _nodes(items: list[dict[str, Any]], parent: str | None) -> Iterator[Place]:
    for item in items:
        label = item.get("label", item["code"])
        yield Place(
            code=item["code"],
            label=label,
            level=item["level"],
            parent=parent,
            names=frozenset({item["code"], label, *item.get("aliases", ())}),
            hosts=tuple(item.get("hosts", ())),
            complete=item.get("complete", False),
        )
        yield from _nodes(item.get("children", []), item["code"])


PLACES: dict[str, Place] = {
    place.code: place for place in _nodes(yaml.safe_load(_FILE.read_text(encoding="utf-8")), None)
}
BANNERS = tuple(code for code, place in PLACES.items() if place.parent == HOME and place.level == "county")
PARKS = tuple(code for code, place in PLACES.items() if place.parent == HOME and place.level == "zone")


@cache
def ancestors(code: str) -> tuple[str, ...]:
    """``code`` and everything it lies in, finest first, ending with 全国."""
    parent = PLACES[code].parent
    return (code,) if parent is None else (code, *ancestors(parent))


@cache
def descendants(code: str) -> frozenset[str]:
    """Everything that lies in ``code``, without itself."""
    return frozenset(other for other in PLACES if other != code and code in ancestors(other))


def part_of(code: str) -> str:
    """The pseudo place for a part of ``code`` that is not listed."""
    return UNLISTED if code == NATION else f"{code}{_PART}"


def label(code: str) -> str:
    """The official name shown to people; a code that is no place is shown as it is."""
    place = PLACES.get(code)
    return place.label if place else code


@cache
def membership(region: str) -> SetValue:
    """Which places a firm registered in ``region`` (a place code) is in; all unknown for a code that is no place."""
    if region not in PLACES:
        return SetValue()
    inside = frozenset(ancestors(region))
    open_places = set(descendants(region))
    for code in (*inside, *descendants(region)):
        for overlapping in _overlaps(code):
            open_places |= {overlapping, *descendants(overlapping)}
    open_places -= inside
    parts = {part_of(code) for code in inside | open_places}
    return SetValue(yes=inside, complete=True, unsure=frozenset(open_places | parts))


@cache
def _overlaps(code: str) -> frozenset[str]:
    hosted = {other.code for other in PLACES.values() if code in other.hosts}
    return frozenset({*PLACES[code].hosts, *hosted})


def resolve(text: str) -> tuple[str, ...]:
    """Place codes a product's region text covers, in its order; ``()`` for an empty text (no condition).

    What is open-ended (等、试点、经营区域) or not understood becomes :data:`UNLISTED`, or the unlisted part of the
    finest place that was understood.
    """
    cleaned = unicodedata.normalize("NFKC", text).strip()
    codes: list[str] = []
    # A note in brackets may itself hold separators, so it never splits the list.
    for part in re.findall(r"(?:\([^)]*\)|[^、,;/\s(])+", cleaned):
        codes.extend(_resolve_part(part))
    return tuple(dict.fromkeys(codes))


def _resolve_part(part: str) -> list[str]:
    name, _, rest = part.partition("(")
    note = rest.rstrip(")").strip()
    named, mark, _ = name.partition("等")
    codes = [_covered(named)] if named else []
    if mark:
        codes.append(UNLISTED)
    return _with_note(codes, note) if note and codes else codes


def _covered(name: str) -> str:
    """The place ``name`` means as a whole, else the unlisted part of what could be understood."""
    code, tail = _walk(name, None)
    if code is None or "经营区域" in tail:
        return UNLISTED
    whole = _WHOLE_NATION if code == NATION else _WHOLE
    if not tail or whole.fullmatch(tail):
        return code
    # 杭锦后旗 is not a part of 杭锦旗: below the cities a leftover means that the name was misread.
    return part_of(code) if PLACES[code].level in ("nation", "province", "city") else UNLISTED


def _with_note(codes: list[str], note: str) -> list[str]:
    if note == "来源地" or _WHOLE.fullmatch(note):
        return codes
    if included := re.fullmatch(r"(?:含|包括)(.+)", note):
        extra = [code for code in resolve(included[1]) if code not in PLACES or codes[0] not in ancestors(code)]
        return [*extra, *codes]
    parts = [part_of(code) if code in PLACES else code for code in codes]
    start = _covered(note.removesuffix("起")) if note.endswith("起") else None
    return [start, *parts] if start in PLACES else parts


def canonical(region_text: str) -> str | None:
    """The finest place a firm's region text names, or None when it is not understood (the country is too coarse)."""
    cleaned = re.sub(r"[\s/>·、,-]", "", unicodedata.normalize("NFKC", region_text))
    code, tail = _walk(cleaned, None)
    if code is None or code == NATION:
        return None
    if not tail:
        return code
    place = PLACES[code]
    if place.level in ("county", "zone"):
        return code if cleaned[: -len(tail)].endswith(("区", "旗", "市", "县")) and _ADDRESS.fullmatch(tail) else None
    return code if not place.complete and _DIVISION.match(tail) else None


def _walk(text: str, scope: str | None) -> tuple[str | None, str]:
    """Follow names from coarse to fine: the finest place reached, and the text left over."""
    for length in range(len(text), 1, -1):
        code = _named(text[:length], scope)
        if code is not None:
            finer, tail = _walk(text[length:], code)
            return (finer, tail) if finer else (code, text[length:])
    return None, text


def _named(name: str, scope: str | None) -> str | None:
    found = [code for code in _by_name().get(name, ()) if scope is None or _within(code, scope)]
    if len(found) > 1:
        # 高新区 alone is the city's own; elsewhere the same short name needs its city in front.
        found = [code for code in found if HOME in ancestors(code)]
    return found[0] if len(found) == 1 else None


def _within(code: str, scope: str) -> bool:
    return code in descendants(scope) or scope in PLACES[code].hosts


@cache
def _by_name() -> dict[str, tuple[str, ...]]:
    names: dict[str, tuple[str, ...]] = {}
    for place in PLACES.values():
        for name in place.names:
            names[name] = (*names.get(name, ()), place.code)
    return names
