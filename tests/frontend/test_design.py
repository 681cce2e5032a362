"""The living page: open to everybody, every part on it, and drawn from the real style sheets and templates."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.template import Context, Template
from django.urls import reverse

from frontend.specimens import Station
from frontend.tokens import colours, contrast
from frontend.views.design import SECTIONS
from tests.frontend.conftest import text_of

FRONTEND = Path(__file__).resolve().parents[2] / "frontend"
STATIC = FRONTEND / "static" / "frontend"


def render(source, **context):
    return Template(source).render(Context(context))


@pytest.fixture
def page(client, db):
    response = client.get(reverse("frontend:design"))
    assert response.status_code == 200
    return text_of(response)


def test_the_page_reads_no_record(client, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/design/").status_code == 200


def test_the_page_is_only_read(client, db):
    assert client.post("/design/").status_code == 405


def test_every_section_is_there_and_reached_from_the_index(page):
    for anchor, title in SECTIONS:
        assert f'<section id="{anchor}">' in page
        assert f'<a href="#{anchor}">{title}</a>' in page


@pytest.mark.parametrize(
    "part",
    [
        "印章", "价签", "条件格", "已理解为", "有 1 处需要修改", "按到期先后", "待我办", "像包裹一样跟踪", "抽屉",
        "没有符合的产品", "还没有登记需求", "您看不到这家企业", "检索服务恢复中", "保留对方的", "可以离开此页",
        "正在汇总", "示意，不表示边界", "看表格",
    ],
)  # fmt: skip
def test_every_component_and_state_is_shown(page, part):
    assert part in page


def test_no_id_is_given_twice(page):
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids)) > 20
    for attribute in ("for", "aria-labelledby", "popovertarget"):
        assert set(re.findall(rf'\s{attribute}="([^"]+)"', page)) <= set(ids)


def test_nothing_on_the_page_is_inline_or_foreign(page):
    assert re.findall(r"<style|\sstyle=|<script|\son[a-z]+=|https?://", page) == []


def test_every_class_used_by_a_drawing_has_its_paint():
    """A mark without a rule would be a black patch."""
    sheets = "".join(
        (STATIC / name).read_text("utf-8") for name in ("chart-marks.css", "stat.css", "states.css", "design.css")
    )
    source = "".join(path.read_text("utf-8") for path in (FRONTEND / "charts").glob("*.py"))
    source += "".join(path.read_text("utf-8") for path in (FRONTEND / "templates/frontend/parts").rglob("*.html"))
    used = set(re.findall(r"\bc-[a-z]+(?:-[a-z]+)*\b(?!-)", source)) - {"c-meter-none"}
    used |= {f"c-tile-{level}" for level in range(6)} | {f"c-meter-{tone}" for tone in ("grass", "sand", "clay")}
    painted = set(re.findall(r"\.(c-[a-z0-9-]+)", sheets))
    assert used - painted == set()


def test_style_sheets_of_parts_use_only_tokens_that_exist():
    known = set(re.findall(r"(--[a-z0-9-]+):", (STATIC / "tokens.css").read_text("utf-8")))
    unknown = {
        (path.name, token)
        for path in STATIC.glob("*.css")
        for token in re.findall(r"var\((--[a-z0-9-]+)", path.read_text("utf-8"))
        if token not in known
    }
    assert unknown == set()


def test_the_swatches_are_the_tokens_themselves(page):
    assert len(colours()) > 30
    for colour in colours():
        assert f'fill="{colour.value}"' in page
        assert f"--{colour.token}" in page


def test_contrast_is_that_of_wcag():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#ffffff", "#ffffff") == 1
    ratios = {colour.token: colour.on_paper for colour in colours()}
    assert ratios["text"] == pytest.approx(13.80, abs=0.01)
    assert ratios["ink-700"] == pytest.approx(8.48, abs=0.01)


@pytest.mark.parametrize("token", ["text", "text-2", "text-3", "ink-900", "ink-700", "ink-600", "sand-700", "clay-700"])
def test_colours_of_letters_are_readable_on_paper(token):
    assert next(colour for colour in colours() if colour.token == token).on_paper >= 4.5


def test_the_letters_on_every_tile_are_readable():
    values = {colour.token: colour.value for colour in colours()}
    for token in ("sand-100", "tile-2", "grass-300"):
        assert contrast(values[token], values["text"]) >= 4.5
    for token in ("chart-grass", "grass-800"):
        assert contrast(values[token], "#ffffff") >= 4.5


def test_a_stepper_marks_done_current_and_coming_steps():
    html = render("{% load components %}{% stepper labels 2 %}", labels=["甲", "乙", "丙"])
    assert re.findall(r'<li class="([a-z-]+)"', html) == ["done", "current", "to-do"]
    assert html.count('aria-current="step"') == 1
    finished = render("{% load components %}{% stepper labels 4 %}", labels=["甲", "乙", "丙"])
    assert re.findall(r'<li class="([a-z-]+)"', finished) == ["done"] * 3
    assert "aria-current" not in finished


def test_a_timeline_shows_days_names_promises_and_what_is_late():
    stations = [
        Station("已派单", datetime(2026, 11, 16, 2, 20, tzinfo=UTC), "平台", None, False),
        Station("已接单", datetime(2026, 11, 20, 2, 20, tzinfo=UTC), "某银行", date(2026, 11, 17), True),
        Station("尽调中", None, "某银行", date(2026, 11, 27), False),
        Station("已放款", None, "", None, False),
    ]
    html = " ".join(render("{% load components %}{% timeline stations %}", stations=stations).split())
    assert re.findall(r'<li class="([a-z -]+)"', html) == ["done", "done late", "next", "to-come"]
    assert "逾期办结" in html
    assert "已逾期" not in html
    assert "2026-11-27 前" in html
    assert "2026-11-20 10:20" in html
    assert "应于 2026-11-17 前" in html
    assert html.count('aria-current="step"') == 1


def test_a_timeline_whose_next_station_is_late_says_so():
    html = render("{% load components %}{% timeline s %}", s=[Station("待接单", None, "", date(2026, 11, 17), True)])
    assert 'class="next late"' in html
    assert "已逾期" in html
