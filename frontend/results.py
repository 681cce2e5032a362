"""A page of search results composed for its reader: cards, facets, chips, and the way out of an empty page."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from enterprises.facts import CATEGORIES
from frontend.listing import FACETS, PAGE_SIZE, VERDICT, Listing
from frontend.reasons import Reasons, reasons
from frontend.viewer import Viewer
from matching.selectors import match_subject, verdicts_of
from products.documents import SERVED
from products.models import Product, ProductVersion
from products.rules.evaluate import Verdict
from products.rules.explain import VERDICT_LABELS
from products.selectors import listed_by_codes
from search.query import MAX_SIZE, Hit, SearchResult, Segment, Understood
from search.services import search

SHOWN_VALUES = 7
MAX_TRIES = 6
# Closed lists show what is empty too, greyed; open ones would be endless.
ALWAYS_SHOWN = {"category": CATEGORIES, "served": SERVED}
LABELS: Mapping[str, Mapping[str, str]] = {
    "origin": {str(value): label for value, label in Product.Origin.choices},
    VERDICT: {str(value): label for value, label in VERDICT_LABELS.items()},
}


@dataclass(frozen=True)
class Card:
    """One product as found: what was hit in its texts, and its reasons where the reader is a firm."""

    version: ProductVersion
    hit: Hit
    reasons: Reasons | None

    @property
    def name(self) -> tuple[Segment, ...]:
        return self.hit.highlights.get("name") or (Segment(self.version.name, False),)

    @property
    def features(self) -> tuple[Segment, ...]:
        return self.hit.highlights.get("features") or (Segment(self.version.features, False),)


@dataclass(frozen=True)
class FacetValue:
    """One box of a facet."""

    value: str
    label: str
    count: int
    ticked: bool
    id: str


@dataclass(frozen=True)
class Facet:
    """One group of boxes; ``more`` is folded away."""

    field: str
    label: str
    values: tuple[FacetValue, ...]
    more: tuple[FacetValue, ...]


@dataclass(frozen=True)
class Chip:
    """A chosen condition and the address without it; ``count`` is what that would find, where asked."""

    label: str
    address: str
    count: int = 0


@dataclass(frozen=True)
class ReadCondition:
    """A condition read out of the words; ``address`` makes it strict, or lets go of it again."""

    label: str
    strict: bool
    address: str


@dataclass(frozen=True)
class Found:
    """One page of results; ``verdicts`` counts all that was found before a verdict was ticked, None for a visitor."""

    result: SearchResult
    verdicts: Mapping[Verdict, int] | None


def run(page: Listing, viewer: Viewer | None, own: Collection[str] = ()) -> Found:
    """Search, judged for a reader who is a firm: a ticked verdict then keeps exactly the products counted under it.

    ``own``: codes of the products the reader edits.
    """
    if viewer is None:
        return Found(_searched(page, own=own), None)
    judged = _judged(page, viewer)
    ticked = page.values(VERDICT)
    only = [code for code, verdict in judged.items() if verdict in ticked] if ticked else None
    return Found(_searched(page, only=only), Counter(judged.values()))


def _searched(
    page: Listing, *, size: int = PAGE_SIZE, only: Iterable[str] | None = None, own: Collection[str] = ()
) -> SearchResult:
    """Understood conditions that must hold are only known after reading the words once."""
    found = search(page.query(size=size, only=only), own=own)
    if set(page.strict) & {item.kind for item in found.understood}:
        return search(page.query(found.understood, size=size, only=only), own=own)
    return found


def _judged(page: Listing, viewer: Viewer) -> dict[str, Verdict]:
    """The verdict on every product found, on all pages: a verdict is no field of the index."""
    keys: list[str] = []
    place: str | None = ""
    while place is not None:
        found = _searched(replace(page, after=place), size=MAX_SIZE)
        keys += [hit.key for hit in found.hits]
        place = found.next_after
    return verdicts_of(viewer.subject, listed_by_codes(keys).values())


def cards(found: SearchResult, viewer: Viewer | None) -> list[Card]:
    """The hits that are still listed, in the order found."""
    versions = listed_by_codes([hit.key for hit in found.hits])
    judged: dict[int, Reasons] = {}
    if viewer is not None:
        for match in match_subject(viewer.subject, versions.values(), all_verdicts=True):
            judged[match.version.pk] = reasons(match)
    return [
        Card(version, hit, judged.get(version.pk))
        for hit in found.hits
        if (version := versions.get(hit.key)) is not None
    ]


def facets(page: Listing, found: Found) -> list[Facet]:
    """Boxes with counts, most first; a ticked one never disappears."""
    shown = [_facet(page, field, dict(found.result.facets.get(field, ()))) for field in FACETS]
    return [*_verdict_facet(page, found), *(facet for facet in shown if facet.values)]


def _verdict_facet(page: Listing, found: Found) -> list[Facet]:
    if found.verdicts is None:
        return []
    ticked = page.values(VERDICT)
    values = [
        FacetValue(verdict, label, found.verdicts.get(verdict, 0), verdict in ticked, f"id_{VERDICT}_{verdict}")
        for verdict, label in VERDICT_LABELS.items()
    ]
    return [Facet(VERDICT, "与我的条件", tuple(values), ())]


def _facet(page: Listing, field: str, counts: dict[str, int]) -> Facet:
    ticked = page.values(field)
    order = ALWAYS_SHOWN.get(field) or sorted(counts, key=lambda value: (-counts[value], value))
    values = [
        FacetValue(value, value_label(field, value), counts.get(value, 0), value in ticked, f"id_{field}_{number}")
        for number, value in enumerate(dict.fromkeys((*order, *ticked)))
    ]
    first = [item for place, item in enumerate(values) if place < SHOWN_VALUES or item.ticked]
    return Facet(field, FACETS[field], tuple(first), tuple(item for item in values if item not in first))


def value_label(field: str, value: str) -> str:
    return LABELS.get(field, {}).get(value, value)


def chips(page: Listing) -> list[Chip]:
    """One chip for each ticked box."""
    return [Chip(value_label(field, value), page.without_tick(field, value).address()) for field, value in page.ticks]


def read_conditions(page: Listing, understood: Iterable[Understood]) -> list[ReadCondition]:
    """What was read out of the words."""
    return [
        ReadCondition(item.label, item.kind in page.strict, page.toggled(item.kind).address()) for item in understood
    ]


def ways_out(page: Listing, found: SearchResult, viewer: Viewer | None) -> list[Chip]:
    """For an empty page: which single condition to drop and how many products that shows, most first."""
    options = [(value_label(*tick), page.without_tick(*tick)) for tick in page.ticks]
    options += [(item.label, page.toggled(item.kind)) for item in found.understood if item.kind in page.strict]
    if page.text and (page.ticks or page.strict):
        options.append((f"“{page.text}”", page.without_text()))
    tried = [Chip(label, option.address(), run(option, viewer).result.total) for label, option in options[:MAX_TRIES]]
    return sorted((chip for chip in tried if chip.count), key=lambda chip: -chip.count)
