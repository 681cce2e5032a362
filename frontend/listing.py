"""What the address of a result page says: words, ticked facets, order, place. The address holds all of the state."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import QueryDict

from search.clauses import Filter, In
from search.query import MAX_TEXT, SearchQuery, Understood

PAGE_SIZE = 10
# Facet fields in the order shown.
FACETS = {
    "category": "类别",
    "served": "能否在本市办理",
    "guarantees": "担保方式",
    "tags": "适用资质",
    "regions": "适用地区",
    "institution_kind": "机构类别",
    "origin": "来源",
}
# Judged for the reader, not stored in the index.
VERDICT = "verdict"
SORTS = {"relevance": "相关度", "rate": "利率", "amount": "额度", "term": "期限"}
MAX_TICKS = 40
MAX_VALUE = 120


@dataclass(frozen=True)
class Listing:
    """One address, parsed. ``ticks`` are (field, value); ``strict`` names understood conditions that must hold."""

    text: str = ""
    ticks: tuple[tuple[str, str], ...] = ()
    strict: tuple[str, ...] = ()
    sort: str = "relevance"
    after: str = ""
    need: str = ""

    def values(self, field: str) -> tuple[str, ...]:
        return tuple(value for name, value in self.ticks if name == field)

    def filters(self, understood: Iterable[Understood] = ()) -> tuple[Filter, ...]:
        """Ticks of one facet widen, facets and strict conditions narrow."""
        ticked = tuple(In(field, self.values(field)) for field in FACETS if self.values(field))
        return ticked + tuple(item.filter for item in understood if item.kind in self.strict)

    def query(
        self, understood: Iterable[Understood] = (), *, size: int = PAGE_SIZE, only: Iterable[str] | None = None
    ) -> SearchQuery:
        """What to ask the search for; ``only`` are product codes that may be found."""
        chosen = () if only is None else (In("code", tuple(only)),)
        return SearchQuery(
            text=self.text,
            filters=self.filters(understood) + chosen,
            facets=tuple(FACETS),
            sort=self.sort,
            size=size,
            after=self.after or None,
        )

    def address(self) -> str:
        """The query string, '?' included."""
        pairs = [("q", self.text)] if self.text else []
        pairs += self.ticks
        pairs += [("strict", kind) for kind in self.strict]
        plain = (("sort", self.sort if self.sort != "relevance" else ""), ("need", self.need), ("after", self.after))
        pairs += [(name, value) for name, value in plain if value]
        return "?" + urlencode(pairs)

    def page_after(self, place: str) -> str:
        return replace(self, after=place).address()

    def first_page(self) -> "Listing":
        return replace(self, after="")

    def for_need(self, code: str) -> str:
        return replace(self, need=code).address()

    def sorted_by(self, sort: str) -> str:
        return replace(self, sort=sort, after="").address()

    def without_tick(self, field: str, value: str) -> "Listing":
        return replace(self, ticks=tuple(tick for tick in self.ticks if tick != (field, value)), after="")

    def without_verdicts(self) -> "Listing":
        return replace(self, ticks=tuple(tick for tick in self.ticks if tick[0] != VERDICT))

    def without_text(self) -> "Listing":
        return replace(self, text="", strict=(), after="")

    def toggled(self, kind: str) -> "Listing":
        """With the understood condition ``kind`` made strict, or no longer so."""
        kinds = tuple(item for item in self.strict if item != kind) if kind in self.strict else (*self.strict, kind)
        return replace(self, strict=kinds, after="")

    def cleared(self) -> str:
        """Only the words left."""
        return Listing(text=self.text, need=self.need).address()


def listing(params: QueryDict) -> Listing:
    """Read ``params``; what is not understood is left out, never an error."""
    ticks = [(field, value) for field in (VERDICT, *FACETS) for value in params.getlist(field) if _readable(value)]
    sort = params.get("sort", "")
    text = "".join(char for char in params.get("q", "") if char.isprintable() or char.isspace())
    return Listing(
        text=" ".join(text.split())[:MAX_TEXT],
        ticks=tuple(dict.fromkeys(ticks))[:MAX_TICKS],
        strict=tuple(dict.fromkeys(kind for kind in params.getlist("strict") if kind.isidentifier()))[:MAX_TICKS],
        sort=sort if sort in SORTS else "relevance",
        after=params.get("after", ""),
        need=params.get("need", "")[:MAX_VALUE],
    )


def _readable(value: str) -> bool:
    return 0 < len(value) <= MAX_VALUE and value.isprintable()
