"""Amounts, terms and percentages however they are written."""

import pytest

from search.analysis.normalise import fold
from search.analysis.quantities import scan


def read(text: str) -> list[tuple[str | None, str, int]]:
    return [(item.kind, item.token, item.value) for item in scan(fold(text))]


@pytest.mark.parametrize(
    "text",
    [
        "500万",
        "500万元",
        "五百万",
        "五百万元",
        "500W",
        "500w",
        "５００万",
        "5000000元",
        "5,000,000元",
        "5百万",
        "0.05亿",
        "500 万",
    ],
)
def test_one_amount_however_written(text):
    assert read(text) == [("amount", "amt:5000000", 5_000_000)]


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("3年", 36),
        ("三年", 36),
        ("36个月", 36),
        ("三十六个月", 36),
        ("3年期", 36),
        ("一年半", 18),
        ("半年", 6),
        ("12个月", 12),
        ("十二个月", 12),
        ("２年", 24),
    ],
)
def test_one_term_however_written(text, months):
    assert read(text) == [("term", f"mon:{months}", months)]


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("3.65%", 365),
        ("３．６５％", 365),
        ("3.650%", 365),
        ("百分之三点六五", 365),
        ("年化3.65", 365),
        ("利率低于3.65", 365),
        ("0.5%", 50),
        ("费率 0.5", 50),
    ],
)
def test_one_rate_however_written(text, points):
    assert [(kind, value) for kind, _, value in read(text)] == [("rate", points)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("一千二百万", 12_000_000),
        ("两亿", 200_000_000),
        ("1.5亿元", 150_000_000),
        ("三十万", 300_000),
        ("30万块", 300_000),
        ("一二万", 120_000),
        ("十万", 100_000),
    ],
)
def test_amounts_of_other_sizes(text, expected):
    assert read(text) == [("amount", f"amt:{expected}", expected)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("成立3年", ("age", "mon:36", 36)),
        ("成立不到一年", ("age", "mon:12", 11)),
        ("注册满两年", ("age", "mon:24", 24)),
        ("年销售200万", ("revenue", "amt:2000000", 2_000_000)),
        ("营业收入5000万元", ("revenue", "amt:50000000", 50_000_000)),
        ("资产负债率70%", ("debt", "pct:7000", 7000)),
        ("研发占比3%", (None, "pct:300", 300)),
        ("注册资本100万", (None, "amt:1000000", 1_000_000)),
        ("纳税B级", ("tax", "tax:b", 0)),
        ("纳税信用等级A", ("tax", "tax:a", 0)),
        ("M级纳税", ("tax", "tax:m", 0)),
    ],
)
def test_the_words_before_tell_what_a_quantity_bounds(text, expected):
    assert read(text) == [expected]


def test_several_quantities_in_one_text():
    assert [token for _, token, _ in read("500万 信用贷 3年 年化4%")] == ["amt:5000000", "mon:36", "pct:400"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "万元",
        "500",
        "2024年",
        "2024年11月",
        "500wh",
        "近3年",
        "百万",
        "0万",
        "v2.0",
        "第三年度",
        "10人",
        "wanwan",
        "%",
        "万" * 50,
        "9" * 300,
    ],
)
def test_what_is_no_quantity(text):
    assert read(text) == []


def test_spans_cover_exactly_the_quantity():
    text = "最高500万元,期限3年"
    assert [text[item.start : item.end] for item in scan(text)] == ["500万元", "3年"]


@pytest.mark.parametrize(
    ("text", "points"), [("百分之三", 300), ("年利率百分之四", 400), ("百分之三十", 3000), ("百分之三点五", 350)]
)
def test_a_percentage_in_words_needs_no_decimals(text, points):
    (found,) = scan(fold(text))
    assert found.value == points
