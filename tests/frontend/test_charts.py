"""Geometry of the charts: places on the canvas follow from figures, and what is unknown is never drawn as nothing."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from django.template import Context, Template
from hypothesis import given
from hypothesis import strategies as st

from enterprises.places import BANNERS, label
from frontend import specimens
from frontend.charts.bars import Bar, BarChart
from frontend.charts.drawing import Dot, Line, Path, Rect, Text, percent, px, shown, text_width
from frontend.charts.funnel import Funnel, Stage
from frontend.charts.lines import LineChart, LinePoint
from frontend.charts.progress import CountGoal, GrowthGoal, elapsed
from frontend.charts.scale import Scale, ticks_for
from frontend.charts.sparkline import Sparkline
from frontend.charts.tiles import PLACES, Tile, TileMap

CHARTS = (
    specimens.BALANCE,
    specimens.BROKEN,
    specimens.DISBURSED,
    specimens.CHANGES,
    specimens.FUNNEL,
    specimens.FIRST_LOANS,
    specimens.CLAIMS,
)


def of(drawing, kind, css):
    return [mark for mark in drawing.marks if isinstance(mark, kind) and css in mark.css.split()]


def line(*values, targets=None):
    targets = targets or [None] * len(values)
    points = tuple(LinePoint(f"{n}月", v, t) for n, (v, t) in enumerate(zip(values, targets, strict=True), 1))
    return LineChart("余额", "亿元", points)


def bars(*values, target=None):
    return BarChart("发放", "亿元", tuple(Bar(str(2020 + n), value) for n, value in enumerate(values)), target)


# Numbers and axes


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "—"), (0, "0"), (Decimal("-0.001"), "0"), (1284, "1,284"), (Decimal("186.20"), "186.2"), (-1400, "-1,400")],
)
def test_a_number_is_written_without_idle_zeros(value, text):
    assert shown(value) == text


def test_a_share_is_rounded_half_up_and_of_nothing_is_unknown():
    assert [percent(1, 8), percent(341, 812), percent(3, 0)] == ["13%", "42%", "—"]


def test_coordinates_have_one_decimal_and_no_minus_zero():
    assert [px(12.0), px(3.14159), px(-0.01), px(-2.5)] == ["12", "3.1", "0", "-2.5"]


def test_ticks_are_round_and_may_leave_zero_out_only_where_values_lie_close_together():
    assert ticks_for([Decimal("146.1"), 190], from_zero=False) == (140, 160, 180, 200)
    assert ticks_for([Decimal("146.1"), 190], from_zero=True)[0] == 0
    assert ticks_for([3, 90], from_zero=False)[0] == 0


numbers = st.decimals(-(10**9), 10**9, allow_nan=False, places=2)


@given(st.lists(numbers, min_size=1, max_size=20), st.booleans())
def test_every_value_lies_between_few_round_ticks(values, from_zero):
    ticks = ticks_for(values, from_zero=from_zero)
    assert 2 <= len(ticks) <= 4
    assert ticks[0] <= min(values)
    assert max(values) <= ticks[-1]
    assert len({after - before for before, after in pairwise(ticks)}) == 1
    if from_zero:
        assert ticks[0] <= 0 <= ticks[-1]


def test_a_scale_maps_its_ends_to_its_pixels():
    scale = Scale((Decimal(0), Decimal(50), Decimal(100)), 200, 20)
    assert [scale.at(0), scale.at(50), scale.at(100)] == [200, 110, 20]


# What holds for every drawing


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.title)
@pytest.mark.parametrize("variant", ["wide", "narrow"])
def test_every_mark_lies_on_the_canvas(chart, variant):
    drawing = getattr(chart, variant)
    for mark in drawing.marks:
        if isinstance(mark, Rect):
            assert -0.1 <= mark.x <= mark.x + mark.width <= drawing.width + 0.1
            assert -0.1 <= mark.y <= mark.y + mark.height <= drawing.height + 0.1
        elif isinstance(mark, Text):
            width = text_width(mark.text, 13 if "c-small" in mark.css else 14)
            left = mark.x - {"start": 0, "middle": width / 2, "end": width}[mark.anchor]
            assert -2 <= left <= left + width <= drawing.width + 2, mark.text
            assert 10 <= mark.y <= drawing.height, mark.text
        elif isinstance(mark, Dot):
            assert mark.radius <= mark.x <= drawing.width - mark.radius
        elif isinstance(mark, Line):
            assert 0 <= min(mark.x1, mark.x2) <= max(mark.x1, mark.x2) <= drawing.width


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.title)
def test_the_table_holds_every_row_in_as_many_cells_as_its_head(chart):
    table = chart.table
    assert {len(row) for row in table.rows} == {len(table.head)}
    assert len(table.foot) in (0, len(table.head))


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.title)
def test_a_chart_is_sent_twice_with_words_and_a_table_and_no_inline_style(chart):
    html = Template("{% load charts %}{% chart spec 3 %}").render(Context({"spec": chart}))
    assert html.count('<svg class="chart-drawing') == 2
    assert html.count(f"<title>{chart.title}</title>") == 2
    assert html.count("<desc>") == 2
    assert f'<h3 class="chart-title">{chart.title}</h3>' in html
    assert '<table class="chart-figures">' in html
    assert " style=" not in html
    assert ("<details" in html) == (chart.kind != "tiles")


def test_words_from_outside_are_escaped_in_a_drawing():
    chart = replace(bars(1), title="<b>&", bars=(Bar("<script>", 1),))
    html = Template("{% load charts %}{% chart spec %}").render(Context({"spec": chart}))
    assert "<script>" not in html
    assert "&lt;b&gt;&amp;" in html


# Line


def test_an_unknown_value_breaks_the_line_and_is_not_zero():
    drawing = line(10, 11, None, 12, 13).wide
    assert len(of(drawing, Path, "c-actual")) == 2
    assert len(of(drawing, Dot, "c-dot")) == 5  # four values and the large last one
    assert line(10, None, 12).table.rows[1] == ("2月", "—")
    assert "缺 1 期" in line(10, None, 12).summary


def test_a_lone_value_between_unknowns_is_still_seen_as_a_dot():
    assert len(of(line(None, 5, None).wide, Dot, "c-dot")) == 2


def test_a_line_without_any_value_says_so():
    chart = line(None, None)
    assert chart.summary == "还没有数据。"
    assert of(chart.wide, Path, "c-actual") == []


def test_the_gap_is_filled_only_where_the_line_runs_below_its_target():
    assert of(line(10, 12, targets=[8, 9]).wide, Path, "c-gap") == []
    assert len(of(line(8, 9, targets=[10, 12]).wide, Path, "c-gap")) == 1
    (crossing,) = of(line(8, 12, targets=[10, 10]).wide, Path, "c-gap")
    assert crossing.d.count("L") == 2  # a triangle that ends where the lines cross


def test_an_axis_that_does_not_start_at_zero_says_where_it_starts():
    assert specimens.BALANCE.subtitle == "亿元，纵轴从 140 起"
    assert line(1, 100).subtitle == "亿元"


def test_the_last_value_and_the_target_are_written_on_opposite_sides():
    drawing = specimens.BALANCE.wide
    (now,), (aim,) = of(drawing, Text, "c-now"), of(drawing, Text, "c-aim")
    assert (now.text, aim.text) == ("实际 186.2", "年末目标 190")
    assert aim.y + 20 < now.y


def test_a_narrow_drawing_writes_only_as_many_periods_as_fit():
    months = [text for text in specimens.BALANCE.narrow.texts if text.endswith("月")]
    assert len(months) == 4
    assert len([text for text in specimens.BALANCE.wide.texts if text.endswith("月")]) == 12


# Bars


def test_bars_stand_on_zero_and_are_as_high_as_their_value():
    low, high = of(bars(10, 40).wide, Rect, "c-bar")
    assert high.height == pytest.approx(low.height * 4)
    assert low.y + low.height == pytest.approx(high.y + high.height)


def test_a_negative_bar_hangs_below_zero():
    up, down = of(bars(5, -2).wide, Rect, "c-bar")
    assert down.y == pytest.approx(up.y + up.height)
    right, left = of(bars(5, -2).narrow, Rect, "c-bar")
    assert left.x + left.width == pytest.approx(right.x)


def test_an_unknown_bar_leaves_a_marked_hole():
    for drawing in (bars(5, None).wide, bars(5, None).narrow):
        assert len(of(drawing, Rect, "c-bar")) == 1
        assert "缺" in drawing.texts


def test_what_is_withheld_is_not_said_to_be_missing():
    chart = replace(bars(5, None), hole="已隐去")
    assert ["已隐去" in said for said in (chart.wide.texts, chart.narrow.texts, chart.summary)] == [True] * 3
    assert chart.table.rows[1][1] == "已隐去"


def test_a_period_not_over_is_drawn_hollow_and_explained():
    assert len(of(specimens.DISBURSED.wide, Rect, "c-bar-open")) == 1
    assert "空心为未满期" in specimens.DISBURSED.subtitle


def test_figures_are_painted_after_the_target_line():
    for drawing in (bars(5, 9, target=8).wide, bars(5, 9, target=8).narrow):
        painted = [mark.css for mark in drawing.marks]
        assert painted.index("c-target") < painted.index("c-text c-strong c-halo")


# Funnel


def test_bars_of_a_funnel_are_in_proportion_and_change_colour_at_the_decision():
    drawing = specimens.FUNNEL.wide
    before, after = of(drawing, Rect, "c-bar"), of(drawing, Rect, "c-after")
    assert (len(before), len(after)) == (4, 2)
    assert after[1].width / before[0].width == pytest.approx(287 / 1284)


def test_a_conversion_below_half_is_marked():
    (low,) = of(specimens.FUNNEL.wide, Text, "c-low")
    assert low.text == "42%"
    even = Funnel("对半", "件", (Stage("一", 10), Stage("二", 5)))
    assert of(even.wide, Text, "c-low") == []


def test_a_funnel_of_nothing_has_no_bar_and_no_conversion():
    empty = Funnel("空", "件", (Stage("一", 0), Stage("二", 0)))
    assert empty.conversions == ("—",)
    assert {rect.width for rect in of(empty.wide, Rect, "c-bar")} == {0}


# Tile map


def test_the_sketch_has_exactly_the_nine_banners_of_the_city():
    assert set(PLACES) == {label(code).removeprefix("鄂尔多斯市") for code in BANNERS}


def test_no_two_tiles_overlap():
    tiles = [mark for mark in specimens.FIRST_LOANS.wide.marks if isinstance(mark, Rect)]
    assert len(tiles) == 9
    for at, one in enumerate(tiles):
        for other in tiles[at + 1 :]:
            apart_x = abs(one.x - other.x) >= one.width
            assert apart_x or abs(one.y - other.y) >= one.height


def test_classes_follow_the_breaks_and_figures_on_dark_tiles_are_white():
    chart = specimens.FIRST_LOANS
    classes = {tile.place: chart.class_of(tile) for tile in chart.nine}
    assert (classes["东胜区"], classes["准格尔旗"], classes["康巴什区"], classes["鄂托克旗"], classes["杭锦旗"]) == (
        5,
        4,
        3,
        2,
        1,
    )
    assert {text.text for text in of(chart.wide, Text, "c-on-dark")} == {"东胜区", "34", "准格尔旗", "23"}
    assert [words for _, words in chart.legend] == ["<8", "8–13", "14–19", "20–29", "≥30"]


def test_the_sum_equals_the_tiles_and_is_unknown_when_one_of_them_is():
    chart = specimens.FIRST_LOANS
    assert chart.table.foot == ("全市", "128", "+23%", "3.1")
    assert sum(int(row[1]) for row in chart.table.rows) == 128
    assert replace(chart, tiles=chart.tiles[1:]).sum_shown == "—"


def test_a_hidden_figure_appears_nowhere():
    chart = TileMap("x", "户", (Tile("乌审旗", 3, hidden=True), Tile("东胜区", 40)))
    html = Template("{% load charts %}{% chart spec %}").render(Context({"spec": chart}))
    assert ">3<" not in html
    assert "乌审旗 ＊" in html
    assert chart.class_of(chart.tiles[0]) == 0
    assert chart.sum_shown == "—"


@pytest.mark.parametrize(
    ("tiles", "breaks"),
    [
        ((Tile("呼和浩特市", 1),), None),
        ((Tile("东胜区", 1), Tile("东胜区", 2)), None),
        ((Tile("东胜区", 1),), (5, 5, 6, 7)),
    ],
)
def test_a_tile_map_refuses_what_it_cannot_draw(tiles, breaks):
    with pytest.raises(ValueError, match=r"banner|breaks"):
        TileMap("x", "户", tiles, breaks)


# Goals


@pytest.mark.parametrize(
    ("value", "target", "status", "tone", "bar"),
    [
        (3, 3, "已达成", "grass", "100"),
        (5, 3, "已达成", "grass", "100"),
        (11, 12, "跟上时间", "grass", "91.7"),
        (17, 20, "落后时间", "sand", "85"),
        (1, 2, "明显落后", "clay", "50"),
        (None, 40, "暂不能算", "none", "0"),
    ],
)
def test_a_count_is_compared_with_the_time_passed(value, target, status, tone, bar):
    meter = CountGoal("目标", value, target, Decimal("89.6")).meter
    assert (meter.status, meter.tone, meter.bar, meter.tick, meter.tick_kind) == (status, tone, bar, "89.6", "time")


@pytest.mark.parametrize(
    ("value", "status", "tone", "bar"),
    [("27.4", "差 2.6 个点", "sand", "68.5"), ("30", "已达成", "grass", "75"), ("-3", "差 33 个点", "sand", "0")],
)
def test_a_growth_rate_is_compared_with_its_target_and_never_with_the_calendar(value, status, tone, bar):
    meter = GrowthGoal("增速", Decimal(value), Decimal(30)).meter
    assert (meter.status, meter.tone, meter.bar, meter.tick, meter.tick_kind) == (status, tone, bar, "75", "target")


def test_time_passed_counts_both_ends_and_stays_within_the_period():
    start, end = date(2026, 1, 1), date(2026, 12, 31)
    assert elapsed(start, end, date(2026, 11, 23)) == Decimal("89.6")
    assert elapsed(start, end, end) == 100
    assert elapsed(start, end, date(2025, 6, 1)) == 0
    assert elapsed(start, end, date(2027, 6, 1)) == 100


def test_a_goal_tile_shows_an_unknown_value_as_missing_and_not_as_zero():
    goal = CountGoal("质押", None, 40, Decimal(50), "笔")
    html = Template("{% load charts %}{% goal_tile goal %}").render(Context({"goal": goal}))
    assert "暂缺" in html
    assert "c-unknown" in html


# Sparkline


def test_a_sparkline_spans_its_height_and_breaks_at_unknowns():
    drawing = Sparkline("x", (1, 2, None, 4)).drawing
    assert len(of(drawing, Path, "c-spark")) == 1
    assert [(dot.x, dot.y, dot.radius) for dot in of(drawing, Dot, "c-dot")][-1] == (115, 5, 3.4)


def test_a_sparkline_of_one_level_runs_in_the_middle_and_of_nothing_is_empty():
    assert of(Sparkline("x", (7, 7)).drawing, Dot, "c-dot")[0].y == 16
    assert Sparkline("x", (None,)).drawing.marks == ()
