"""Suggested problems and next steps, on figures made by hand."""

from datetime import date
from decimal import Decimal

import pytest

from common import clock
from journal import services as journal
from ledger.drafts import DeadlineState, DeadlineStatus
from ledger.indicators import IndicatorValue, Standing
from ledger.quarters import parse
from ledger.selectors import ledger_table
from ledger.services import plan_load
from ledger.suggestions import MARK, suggested


def deadline(status, day=date(2023, 6, 30), days=0):
    return DeadlineState("开发“人才贷”", status, "", day, None, days)


def indicator(standing, value="28", gap="2", unit="%"):
    number = Decimal(value) if value else None
    return IndicatorValue("x", "增速", 1, number, Decimal(30), unit, 1, 1, "口径", "", standing, gap and Decimal(gap))


def texts(deadlines=(), indicators=(), quarter="2023Q2", over=True):
    found = suggested(deadlines, indicators, parse(quarter), over=over)
    return found.problems, found.next_steps


def test_nothing_missed_suggests_nothing():
    met = deadline(DeadlineStatus.MET)
    assert texts([met, deadline(DeadlineStatus.AHEAD, days=90)], [indicator(Standing.REACHED, gap=None)]) == ("", "")
    assert texts(indicators=[indicator(Standing.NO_TARGET, gap=None)]) == ("", "")
    assert texts(indicators=[indicator(Standing.UNKNOWN, value=None, gap=None)]) == ("", "")


def test_an_overdue_deadline_is_said_with_its_day():
    problem, step = texts([deadline(DeadlineStatus.OVERDUE, days=-10)])
    assert problem == f"{MARK}“开发‘人才贷’”应于2023年6月30日前完成，没有完成记录。"
    assert step.startswith(f"{MARK}尽快完成“开发‘人才贷’”")


def test_a_deadline_on_the_quarters_last_day_is_missed_only_once_the_quarter_is_over():
    near = deadline(DeadlineStatus.NEAR, days=0)
    assert "没有完成记录" in texts([near], over=True)[0]
    assert texts([near], over=False)[0] == ""
    assert texts([deadline(DeadlineStatus.NEAR, days=12)])[1] == f"{MARK}2023年6月30日前完成“开发‘人才贷’”，还有12天。"


@pytest.mark.parametrize(
    ("item", "problem", "step"),
    [
        (indicator(Standing.MISSED), "“增速”为28%，目标30%，差2个百分点。", "分析“增速”未达目标的原因，提出补救措施。"),
        (indicator(Standing.OPEN, gap="0"), "", "“增速”距目标还差不足0.01个百分点，年内抓紧推进。"),
    ],
)
def test_indicators_speak_by_their_standing(item, problem, step):
    found = texts(indicators=[item])
    assert found == (MARK + problem if problem else "", MARK + step)


def test_what_stays_open_at_years_end_goes_on_next_year():
    assert "明年继续推进" in texts(indicators=[indicator(Standing.OPEN)], quarter="2023Q4")[1]


@pytest.mark.django_db
def test_the_running_quarter_is_not_blamed_for_its_last_day(plan):
    with clock.at(date(2023, 6, 30)):
        assert ledger_table("2023Q2").rows[0].suggestion.problems.count("没有完成记录") == 0
    with clock.at(date(2023, 7, 3)):
        assert ledger_table("2023Q2").rows[0].suggestion.problems.count("没有完成记录") == 1


@pytest.mark.django_db
def test_a_sentence_may_ask_for_a_field_that_is_filled(actor, spoil):
    path = spoil("where: {mode: [线下]}", "filled: [place]")
    plan_load(actor=actor, path=path)
    for number, fields in enumerate([{"place": "东胜区"}, {"place": ""}, {}]):
        journal.post(
            actor=actor, kind="matching_event", source_key=f"k{number}", occurred_on=date(2026, 2, 1), fields=fields
        )
    line = ledger_table("2026Q1").rows[0]
    assert (line.progress, line.evidence) == ("线下活动1次。", ("k0",))
