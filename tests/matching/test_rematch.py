"""The stored result: one packed row a need, the same however often it is computed."""

import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.services import system_actor
from common import clock, jobs, outbox
from common.errors import Conflict
from common.models import Job
from enterprises.models import Need
from matching import selectors
from matching.engine.naive import Placing
from matching.models import MatchResult
from matching.selectors import fitting_counts, is_current, match_need, stored_results, stored_totals
from matching.services import RematchSummary, blocks, rematch, rematch_block, rematch_start, rematching, shelving
from matching.tasks import rematch_all
from matching.tasks import rematch_block as rematch_block_task
from products.selectors import listed_versions, programme_hash
from products.services import delist


@pytest.fixture
def small_blocks(monkeypatch):
    """Four need ids a block."""
    for module in (rematching, blocks, shelving, selectors):
        monkeypatch.setattr(module, "SPAN", 4)


def _rows():
    return list(
        MatchResult.objects.order_by("need").values("need", "programme__hash", "best", "violated", "computed_at")
    )


def test_rematch_counts_every_pair_once(ten_firms):
    summary = rematch()
    codes = [expected.code for products in ten_firms.values() for expected in products.values()]
    assert summary == RematchSummary(
        needs=10,
        products=7,
        satisfied=codes.count("satisfied"),
        unknown=codes.count("unknown"),
        violated=codes.count("violated"),
    )
    assert summary.satisfied + summary.unknown + summary.violated == 70


def test_rematch_twice_changes_nothing(ten_firms):
    first = rematch()
    rows = _rows()
    assert rematch() == first
    assert _rows() == rows


def test_stored_order_is_the_order_of_the_live_match(ten_firms):
    rematch()
    for need in Need.objects.order_by("pk"):
        live = [Placing(match.code, match.verdict, match.score) for match in match_need(need)]
        assert list(stored_results([need])[need.pk].ranked) == live


def test_order_is_verdict_then_score_then_a_lot_of_the_need(ten_firms):
    ranks = {"satisfied": 0, "unknown": 1, "violated": 2}
    for need in Need.objects.order_by("pk"):
        keys = [(ranks[match.verdict], -match.score) for match in match_need(need, all_verdicts=True)]
        assert keys == sorted(keys)


def test_a_changed_need_is_matched_anew(ten_firms):
    rematch()
    need = Need.objects.get(code="N02")
    before = stored_results([need])[need.pk]
    Need.objects.filter(pk=need.pk).update(amount=90_000_000)
    need.refresh_from_db()
    assert rematch(needs=[need]).needs == 1
    after = stored_results([need])[need.pk]
    assert (before.satisfied, after.satisfied) == (3, 0)


def test_results_of_closed_needs_go(ten_firms):
    rematch()
    Need.objects.filter(code="N01").update(state=Need.State.CLOSED)
    assert rematch().needs == 9
    assert not MatchResult.objects.filter(need__code="N01").exists()


def test_a_result_is_current_until_the_shelf_changes(ten_firms):
    rematch()
    need = Need.objects.get(code="N01")
    assert is_current(stored_results([need])[need.pk])
    version = listed_versions().first()
    delist(actor=system_actor("测试"), version=version, reason="停办")
    assert not is_current(stored_results([need])[need.pk])
    outbox.relay()
    assert is_current(stored_results([need])[need.pk])
    assert stored_results([need])[need.pk].programme_hash == programme_hash()


def test_totals_are_those_of_the_last_run(ten_firms):
    summary, totals = rematch(), stored_totals()
    assert (totals.needs, totals.satisfied, totals.unknown, totals.violated) == (
        summary.needs,
        summary.satisfied,
        summary.unknown,
        summary.violated,
    )


def test_totals_of_nothing_are_zero(db):
    totals = stored_totals()
    assert (totals.needs, totals.satisfied, totals.unknown, totals.violated) == (0, 0, 0, 0)


def test_a_run_is_a_job_with_progress(ten_firms, small_blocks):
    seen = []
    rematch(progress=lambda done, total: seen.append((done, total)))
    assert (seen[0], seen[-1], len(seen)) == ((0, 10), (10, 10), 1 + len(blocks.numbers()))
    assert seen == sorted(seen)
    job = Job.objects.get(kind="rematch")
    assert (job.state, job.done, job.total, job.result["needs"]) == (Job.State.DONE, 10, 10, 10)


def test_a_second_run_at_the_same_time_is_refused(ten_firms):
    MatchResult.objects.all().delete()
    jobs.enqueue("rematch")
    with pytest.raises(Conflict, match="正在进行"):
        rematch()
    assert not MatchResult.objects.exists()


def test_a_dead_run_does_not_bar_the_next(ten_firms):
    with clock.at(clock.now() - timedelta(minutes=11)):
        dead = jobs.enqueue("rematch")
    assert rematch().needs == 10
    dead.refresh_from_db()
    assert (dead.state, dead.error) == (Job.State.FAILED, "进程中断，未完成")


def _stop_half_way(done, total):
    if done > 3:
        raise KeyError("interrupted")


def test_a_failed_run_says_so_and_keeps_what_was_stored(ten_firms, small_blocks):
    MatchResult.objects.all().delete()
    with pytest.raises(KeyError):
        rematch(progress=_stop_half_way)
    assert 3 < MatchResult.objects.count() < 10
    assert Job.objects.get(kind="rematch").state == Job.State.FAILED


def test_a_run_that_died_goes_on_where_it_stopped(ten_firms, small_blocks):
    expected = rematch()
    with clock.at(clock.now() + timedelta(minutes=1)):
        job, left = rematch_start()
        rematch_block(job=job, number=left[0])
    with clock.at(clock.now() + timedelta(minutes=20)):
        again, rest = rematch_start()
        assert (again.pk, rest) == (job.pk, left[1:])
    with clock.at(clock.now() + timedelta(minutes=40)):
        assert rematch() == expected
    job.refresh_from_db()
    assert (job.state, job.done, job.total) == (Job.State.DONE, 10, 10)


def test_a_run_that_died_on_another_day_begins_anew(ten_firms):
    job, _ = rematch_start()
    with clock.at(clock.now() + timedelta(days=1)):
        assert rematch().needs == 10
    job.refresh_from_db()
    assert job.state == Job.State.FAILED


def test_only_changed_rows_are_written(ten_firms):
    rematch()
    before = {row["need"]: row for row in _rows()}
    Need.objects.filter(code="N02").update(amount=90_000_000)
    with clock.at(clock.now() + timedelta(minutes=5)):
        rematch()
    moved = [row["need"] for row in _rows() if row != before[row["need"]]]
    assert moved == [Need.objects.get(code="N02").pk]
    result = stored_results([Need.objects.get(code="N01")]).popitem()[1]
    assert result.computed_at > before[result.need_id]["computed_at"]


def test_counts_by_product_are_those_of_all_pairs(ten_firms, small_blocks):
    rematch()
    wanted = {version.product.code: [0, 0] for version in listed_versions()}
    for products in ten_firms.values():
        for code, expected in products.items():
            if expected.code != "violated":
                wanted[code][expected.code == "unknown"] += 1
    assert fitting_counts(listed_versions()) == {code: tuple(counts) for code, counts in wanted.items()}


def test_queries_do_not_grow_with_the_needs(ten_firms):
    needs = list(Need.objects.order_by("pk").select_related("party"))
    counts = []
    for some in (needs[:2], needs):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            rematch(needs=some)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_task_leaves_a_run_under_way_alone(ten_firms):
    MatchResult.objects.all().delete()
    jobs.enqueue("rematch")
    rematch_all()
    assert not MatchResult.objects.exists()


def test_the_tasks_match_everything_and_may_come_twice(ten_firms, small_blocks):
    MatchResult.objects.all().delete()
    rematch_all()
    job = Job.objects.get(kind="rematch")
    assert (MatchResult.objects.count(), job.state, job.result["needs"]) == (10, Job.State.DONE, 10)
    rows = _rows()
    rematch_block_task(job.pk, blocks.numbers()[0])
    assert _rows() == rows


def test_the_command_prints_only_json_of_integers(ten_firms, capsys):
    capsys.readouterr()
    call_command("rematch", json=True)
    output = capsys.readouterr()
    assert output.err == ""
    data = json.loads(output.out)
    assert set(data) == {"needs", "products", "satisfied", "unknown", "violated"}
    assert all(type(value) is int for value in data.values())


def test_the_command_says_what_it_did(ten_firms, capsys):
    capsys.readouterr()
    call_command("rematch")
    assert capsys.readouterr().out.startswith("需求 10 条 × 产品 7 个：符合 7，缺资料 9，不符合 54")


def test_the_command_refuses_while_another_run_is_active(ten_firms, capsys):
    jobs.enqueue("rematch")
    capsys.readouterr()
    with pytest.raises(SystemExit) as stop:
        call_command("rematch", json=True)
    output = capsys.readouterr()
    assert (stop.value.code, output.out) == (1, "")
    assert "正在进行" in output.err


def test_with_nothing_on_the_shelf_every_count_is_zero(db):
    assert rematch() == RematchSummary()
