"""Searching as pages, the API and commands do it."""

import sys

import pytest

from common.errors import Invalid
from search import services
from search.analysis import segmenter
from search.clauses import Eq, In, Range
from search.query import MAX_SIZE, SearchQuery
from tests.search import shelf

pytestmark = pytest.mark.usefixtures("store")


def find(text: str = "", **options: object):
    return services.search(SearchQuery(text=text, **options), "shelf")  # type: ignore[arg-type]


def keys(text: str = "", **options: object) -> list[str]:
    return [hit.key for hit in find(text, **options).hits]


@pytest.fixture(autouse=True)
def goods(store):
    shelf.put("A", name="科创贷", bank="工商银行", kinds=["贷", "信用"], amount=10_000_000, rate=435, term=12)
    shelf.put(
        "B", name="善新贷", bank="建设银行", kinds=["贷"], amount=3_000_000, rate=395, term=36, notes="无抵押纯信用"
    )
    shelf.put("C", name="人才担保", bank="科技担保", kinds=["保"], notes="免担保费,最高500万")
    shelf.put("D", name="首台(套)保险", bank="人保财险", kinds=["险"], rate=300)
    shelf.put("E", name="知识产权质押融资", bank="工商银行北海分行", kinds=["贷"], amount=20_000_000)


def test_an_index_never_built_is_built_by_the_first_search():
    assert keys("科创贷")[0] == "A"


def test_an_empty_text_lists_everything():
    result = find()
    assert (result.total, [hit.key for hit in result.hits]) == (5, ["A", "B", "C", "D", "E"])


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("工行", "A"),
        ("建行 贷", "B"),
        ("善", "B"),
        ("新贷", "B"),
        ("善心贷", "B"),
        ("首台套", "D"),
        ("人才擔保", "C"),
        ("知产质押", "E"),
        ("没有抵押", "B"),
        ("科创贷款哪家有", "A"),
    ],
)
def test_people_find_what_they_mean(text, first):
    assert keys(text)[0] == first


def test_a_typo_with_one_reading_is_said():
    assert find("善心贷").corrected == "善新贷"
    assert find("善新贷").corrected is None


def test_conditions_are_understood_offered_and_preferred():
    result = find("500万 3年 贷")
    assert [(item.kind, item.value, item.filter) for item in result.understood] == [
        ("amount", 5_000_000, Range("amount", low=5_000_000)),
        ("term", 36, Range("term", low=36)),
    ]
    assert [item.label for item in result.understood] == ["额度上限 ≥ 500万", "期限 ≥ 3年"]
    assert keys("1500万")[0] == "E"


def test_an_amount_named_in_the_text_counts_as_holding_it():
    assert "C" in keys("500万 担保")


def test_exact_counts_what_holds_everything_and_total_what_was_found():
    result = find("人才 担保")
    assert result.exact == 1
    assert result.total >= result.exact
    assert result.hits[0].key == "C"


def test_facets_ignore_their_own_filter_and_obey_the_others():
    result = find(filters=(Eq("kinds", "贷"), Range("amount", low=5_000_000)), facets=("kinds", "bank"))
    assert result.total == 2
    assert result.facets["kinds"] == [("贷", 2), ("信用", 1)]
    assert result.facets["bank"] == [("工商银行", 1), ("工商银行北海分行", 1)]
    assert find(filters=(Eq("kinds", "贷"),), facets=("kinds",)).facets["kinds"] == [
        ("贷", 3),
        ("保", 1),
        ("信用", 1),
        ("险", 1),
    ]


def test_sorts_put_the_unknown_last_and_end_in_the_key():
    assert keys(sort="rate") == ["D", "B", "A", "C", "E"]
    assert keys(sort="amount") == ["E", "A", "B", "C", "D"]


@pytest.mark.parametrize("sort", ["relevance", "rate", "amount"])
@pytest.mark.parametrize("text", ["", "贷款 担保"])
def test_pages_join_without_gap_or_repeat(sort, text):
    whole = keys(text, sort=sort, size=MAX_SIZE)
    paged, after = [], None
    while True:
        result = find(text, sort=sort, size=2, after=after)
        paged.extend(hit.key for hit in result.hits)
        after = result.next_after
        if after is None:
            break
    assert paged == whole


@pytest.mark.parametrize(
    "after", ["x", "e30", "W10", "9" * 5000, "\ud800", "贷", "bnVsbA", "WyJyZWxldmFuY2UiLCAwLCBOYU4sICJBIl0"]
)
def test_a_broken_cursor_is_refused_with_a_remedy(after):
    with pytest.raises(Invalid, match="第一页"):
        find(after=after)


def test_a_cursor_of_another_sort_is_refused():
    after = find(sort="rate", size=2).next_after
    with pytest.raises(Invalid):
        find(sort="amount", size=2, after=after)


@pytest.mark.parametrize(
    "options",
    [
        {"sort": "price"},
        {"facets": ("rate",)},
        {"filters": (Eq("nothing", "x"),)},
        {"filters": (Range("kinds", low=1),)},
        {"filters": (Eq("kinds", "贷"),) * 41},
    ],
)
def test_undeclared_fields_are_refused(options):
    with pytest.raises(Invalid):
        find(**options)


@pytest.mark.parametrize(
    "text",
    [
        " ",
        "贷" * 10_000,
        "贷 " * 5000,
        "💰🏦",
        "\ud800\udfff贷\ud800",
        "\x00\x01",
        '"未闭合',
        "name:贷 AND (OR NOT",
        "[* TO *]",
        "a^b~2 /re.*/ \\",
        "'; DROP TABLE x;--",
        "<script>alert(1)</script>",
        "amt:5000000",
        "%_%",
        "𠀀𠀁",
        "9" * 400,
        "9" * 15 + "万",
        "零万",
        "年月日",
        "ﷺ" * 200,
        "e\u0301" * 100,
    ],
)
@pytest.mark.parametrize("sort", ["relevance", "rate"])
def test_hostile_text_never_raises(text, sort):
    result = find(text, sort=sort, facets=("kinds",))
    assert result.total >= len(result.hits) >= 0


@pytest.mark.parametrize("value", ["\ud800", "x" * 10_000, "", "贷*", '"'])
def test_hostile_filter_values_find_nothing(value):
    assert find(filters=(Eq("kinds", value), In("bank", (value, value)))).total == 0


@pytest.mark.parametrize(("size", "expected"), [(-5, 1), (0, 1), (3, 3), (10**9, 5)])
def test_the_page_size_is_kept_in_bounds(size, expected):
    assert len(keys(size=size)) == expected


def test_highlights_are_segments_of_the_original():
    hit = find("人才擔保 500万").hits[0]
    assert [segment.text for segment in hit.highlights["name"] if segment.hit] == ["人才担保"]
    assert [segment.text for segment in hit.highlights["notes"] if segment.hit][-1] == "500万"


def test_text_without_han_does_not_load_the_dictionary(monkeypatch):
    services.ensure_current("shelf")

    def refuse() -> None:
        raise AssertionError("the dictionary was loaded")

    monkeypatch.setattr(segmenter, "_tokenizer", refuse)
    assert find("lpr 500W").engine == "tantivy"
    assert "jieba" in sys.modules


def test_ensure_current_builds_once_and_again_when_the_language_data_change(monkeypatch):
    assert services.ensure_current("shelf") == ["shelf"]
    assert services.ensure_current("shelf") == []
    monkeypatch.setattr("search.analysis.lexicon.version", lambda: "another")
    assert services.ensure_current("shelf") == ["shelf"]


def test_an_unknown_document_is_refused_with_the_known_ones():
    with pytest.raises(Invalid, match="shelf（货架）"):
        services.search(SearchQuery(), "nothing")
