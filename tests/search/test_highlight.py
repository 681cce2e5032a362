"""Hits are marked in the original text, as segments."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.highlight import SNIPPET, highlight
from search.query import Segment


def marked(original: str, *needles: str) -> list[str]:
    return [segment.text for segment in highlight(original, needles) if segment.hit]


def test_the_hit_and_what_is_around_it():
    assert highlight("纯信用贷款", ["信用"]) == (Segment("纯", False), Segment("信用", True), Segment("贷款", False))


@pytest.mark.parametrize(
    ("original", "needles", "hits"),
    [
        ("知識產權質押", ["知识产权", "知识产权质押"], ["知識產權質押"]),
        ("最高５００万元信用", ["amt:5000000"], ["５００万元"]),
        ("最高五百万", ["amt:5000000"], ["五百万"]),
        ("①㎡贷", ["贷"], ["贷"]),
        ("ABC贷", ["abc"], ["ABC"]),
        ("信用贷款", ["信用", "贷款"], ["信用贷款"]),
        ("信用和贷款", ["信用", "贷款"], ["信用", "贷款"]),
        ("a.b", ["."], ["."]),
    ],
)
def test_hits_are_marked_as_they_were_written(original, needles, hits):
    assert marked(original, *needles) == hits


def test_nothing_hit_gives_nothing():
    assert highlight("信用", ["抵押"]) == ()
    assert highlight("", ["抵押"]) == ()
    assert highlight("信用", []) == ()


def test_markup_in_the_text_stays_text():
    assert highlight("<b>信用</b>", ["信用"]) == (Segment("<b>", False), Segment("信用", True), Segment("</b>", False))


def test_a_long_text_is_cut_around_its_first_hit():
    segments = highlight("前" * 300 + "信用" + "后" * 300, ["信用"])
    assert segments[0] == segments[-1] == Segment("…", False)
    assert Segment("信用", True) in segments
    assert sum(len(segment.text) for segment in segments) == SNIPPET + 2


@given(st.text(max_size=SNIPPET), st.lists(st.text(min_size=1, max_size=3), max_size=4))
def test_segments_put_together_are_the_original(original, needles):
    segments = highlight(original, needles)
    assert not segments or "".join(segment.text for segment in segments) == original
