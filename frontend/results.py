"""A page of search results composed for its reader: cards, facets, chips, and the way out of an empty page."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from enterprises.facts import CATEGORIES
from frontend.listing import FACETS, Listing
from frontend.reasons import Reasons, reasons
from frontend.viewer import Viewer
from matching.selectors import match_subject
from products.models import Product, ProductVersion
from products.selectors import listed_by_codes
from search.query import Hit, SearchResult, Segment, Understood
from search.services import search

SHOWN_VALUES = 7
MAX_TRIES = 6
# Closed lists show what is empty too, greyed; open ones would be endless.
ALWAYS_SHOWN = {"category": CATEGORIES}
ORIGIN_LABELS = {str(value): label for value, label in Product.Origin.choices}


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


def run(page: Listing, own: Collection[str] = ()) -> SearchResult:
    """Search; understood conditions that must hold are only known after reading the words once.

    ``own``: codes of the products the reader edits.
    """
    found = search(page.query(), own=own)
    strict = set(page.strict) & {item.kind for item in found.understood}
    return search(page.query(found.understood), own=own) if strict else found


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


def facets(page: Listing, found: SearchResult) -> list[Facet]:
    """Boxes with counts, most first; a ticked one never disappears."""
    shown = [_facet(page, field, dict(found.facets.get(field, ()))) for field in FACETS]
    return [facet for facet in shown if facet.values]


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
    return ORIGIN_LABELS.get(value, value) if field == "origin" else value


def chips(page: Listing) -> list[Chip]:
    """One chip for each ticked box."""
    return [Chip(value_label(field, value), page.without_tick(field, value).address()) for field, value in page.ticks]


def read_conditions(page: Listing, understood: Iterable[Understood]) -> list[ReadCondition]:
    """What was read out of the words."""
    return [
        ReadCondition(item.label, item.kind in page.strict, page.toggled(item.kind).address()) for item in understood
    ]


def ways_out(page: Listing, found: SearchResult) -> list[Chip]:
    """For an empty page: which single condition to drop and how many products that shows, most first."""
    options = [(value_label(*tick), page.without_tick(*tick)) for tick in page.ticks]
    options += [(item.label, page.toggled(item.kind)) for item in found.understood if item.kind in page.strict]
    if page.text and (page.ticks or page.strict):
        options.append((f"“{page.text}”", page.without_text()))
    tried = [Chip(label, option.address(), run(option).total) for label, option in options[:MAX_TRIES]]
    return sorted((chip for chip in tried if chip.count), key=lambda chip: -chip.count)
