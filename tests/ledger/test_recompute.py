"""Five years of the demo: what the ledger says equals what its files say, and its texts rest on postings."""

import csv
import json
import shutil
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction

from config.demo import history, town
from config.demo.files import HISTORY, rows_of
from journal.models import Posting
from ledger.selectors import ledger_table
from ledger.suggestions import MARK, NOTHING_SUGGESTED
from matching.models import FirstLoanClaim
from tests.ledger.recompute import recompute

pytestmark = pytest.mark.django_db
QUARTERS = [f"{year}Q{number}" for year in range(2022, 2026) for number in range(1, 5)]


@pytest.fixture(scope="module", autouse=True)
def demo(django_db_setup, django_db_blocker):
    """The made-up city with its history, built once and taken back after the last test."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_plan", stdout=StringIO())
        town.build()
        history.build()
        yield
        transaction.set_rollback(True)


def ledger(quarter):
    out = StringIO()
    call_command("ledger", quarter, "--format", "json", stdout=out, stderr=StringIO())
    return json.loads(out.getvalue())


def told(quarter):
    return {
        item["code"]: (item["value"], item["numerator"], item["denominator"]) for item in ledger(quarter)["indicators"]
    }


def recomputed(quarter, folder=HISTORY):
    return {
        code: (None if value is None else float(value), numerator, denominator)
        for code, (value, numerator, denominator) in recompute(quarter, folder).items()
    }


def row(quarter, number):
    return ledger_table(quarter).rows[number - 1]


def imported(command, name):
    out = StringIO()
    call_command(command, str(HISTORY / name), "--json", stdout=out, stderr=StringIO())
    return json.loads(out.getvalue())


@pytest.mark.parametrize("quarter", QUARTERS)
def test_every_indicator_equals_its_recomputation_from_the_files(quarter):
    assert told(quarter) == recomputed(quarter)


def test_the_years_have_the_figures_they_were_made_up_with():
    growth = {quarter: told(quarter)["loan-growth"][0] for quarter in ("2022Q4", "2023Q4", "2024Q4", "2025Q4")}
    assert growth == {"2022Q4": 33.6, "2023Q4": 31.2, "2024Q4": 27.4, "2025Q4": 30.8}
    assert told("2023Q4")["first-loan-growth"] == (14.29, 8, 7)
    assert told("2024Q4")["first-loan-growth"] == (25, 10, 8)
    assert all(value is not None for quarter in ("2023Q4", "2024Q4") for value, _, _ in told(quarter).values())


def test_the_recomputation_reads_the_files(tmp_path):
    folder = tmp_path / "history"
    shutil.copytree(HISTORY, folder)
    lines = rows_of("balances.csv")
    for line in lines:
        if (line["month"], line["scope"], line["basis"]) == ("2023-12", "人才∪科创", "名录"):
            line["balance_wan"] = str(int(line["balance_wan"]) + 1000)
    with (folder / "balances.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, fieldnames=list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)
    here, there = recomputed("2023Q4"), recomputed("2023Q4", folder)
    assert {code for code in here if here[code] != there[code]} == {"loan-growth"}


@pytest.mark.parametrize("quarter", ["2023Q4", "2024Q4", "2025Q4"])
def test_each_measure_has_progress_that_rests_on_postings(quarter):
    keys = set(Posting.objects.values_list("source_key", flat=True))
    for measure in ledger(quarter)["measures"]:
        assert measure["progress"], measure["number"]
        assert measure["evidence"], measure["number"]
        assert set(measure["evidence"]) <= keys


def test_progress_names_loans_guarantees_insurance_investment_and_leases():
    texts = {number: row("2023Q4", number).progress for number in (1, 3, 4, 6, 7, 13)}
    year = [line for line in rows_of("financings.csv") if line["disbursed_on"].startswith("2023")]

    def counted(kind):
        taken_back = {line["reversal_of"] for line in year}
        return sum(line["kind"] == kind and line["serial"] not in taken_back for line in year)

    assert f"贷款发放{counted('贷')}笔" in texts[1]
    assert f"担保{counted('保')}笔" in texts[4]
    assert f"保单{counted('险')}笔" in texts[6]
    assert f"投资{counted('投')}笔" in texts[7]
    assert f"租赁投放{counted('租')}笔" in texts[13]
    assert "知识产权质押贷款2笔" in texts[3]


def test_a_missed_target_becomes_a_marked_suggestion():
    filed, missed = row("2023Q4", 2), row("2023Q4", 2).suggestion
    assert (filed.problems, filed.next_steps) == ("", "")
    assert missed.problems == f"{MARK}“人才和科创企业首贷户增长”为14.29%，目标20%，差5.71个百分点。"
    assert missed.next_steps.startswith(f"{MARK}分析“人才和科创企业首贷户增长”未达目标的原因")
    reached = row("2024Q4", 2).suggestion
    assert (reached.problems, reached.next_steps) == ("", "")


def test_an_overdue_deadline_is_a_problem_until_its_record_comes():
    assert "健全信用体系" in row("2023Q4", 12).suggestion.problems
    assert "没有完成记录" in row("2024Q1", 12).suggestion.problems
    late = row("2024Q2", 12)
    assert late.suggestion.problems == ""
    assert "2024年5月20日完成时限事项" in late.progress
    assert "晚于时限" in late.progress


def test_nothing_is_suggested_outside_the_plans_years():
    assert {line.suggestion for line in ledger_table("2026Q1").rows} == {NOTHING_SUGGESTED}


def test_first_loans_were_decided_by_the_definition():
    states = list(FirstLoanClaim.objects.order_by("pk").values_list("state", "problem"))
    assert sum(state == "confirmed" for state, _ in states) == 42
    doubts = sorted(problem for state, problem in states if state != "confirmed")
    assert len(doubts) == 2
    assert any("票据贴现" in problem for problem in doubts)
    assert any("64 天" in problem for problem in doubts)


def test_listed_products_carry_the_theme_their_file_says():
    posted = dict(Posting.objects.filter(kind="product_listed").values_list("source_key", "fields__theme"))
    assert {line["product"]: posted[line["product"]] for line in rows_of("listings.csv")} == {
        line["product"]: line["theme"] for line in rows_of("listings.csv")
    }


def test_the_history_is_written_once():
    before = Posting.objects.count()
    history.build()
    assert Posting.objects.count() == before


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("import_balances", "balances.csv"),
        ("import_financings", "financings.csv"),
        ("import_postings", "postings.csv"),
        ("import_whitelist", "whitelist.csv"),
    ],
)
def test_the_files_sent_again_as_a_whole_change_nothing(command, name):
    report = imported(command, name)
    assert report == {"created": 0, "updated": 0, "unchanged": len(rows_of(name)), "rejected": []}


def test_every_line_is_marked_as_made_up():
    assert all(line["evidence"].startswith("演示") for line in rows_of("postings.csv"))
    assert all(line["source_key"].startswith("演示") for line in rows_of("postings.csv"))
