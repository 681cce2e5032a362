import threading

import pytest
from django.db import connection

from accounts.services import system_actor
from common.errors import Conflict, NotAllowed
from common.models import Job, TransitionLog
from common.transitions import StateMachine, Transition


def refuse_long_kind(job, actor):
    return "类别过长，请改短。" if len(job.kind) > 10 else ""


MACHINE = StateMachine(
    Job,
    [
        Transition("queued", "running", ["system"], guard=refuse_long_kind),
        Transition("running", "failed", ["system"], needs_reason=True),
        Transition("running", "done", ["office"]),
    ],
)


@pytest.fixture
def job(db):
    return Job.objects.create(kind="demo")


def test_a_move_writes_state_and_log_with_actor_and_reason(job, actor):
    MACHINE.move(job, "running", actor=actor)
    log = MACHINE.move(job, "failed", actor=actor, reason="磁盘已满", error="disk")
    job.refresh_from_db()
    assert (job.state, job.error) == ("failed", "disk")
    assert (log.from_state, log.to_state, log.actor, log.reason) == ("running", "failed", actor, "磁盘已满")


@pytest.mark.parametrize("target", ["done", "failed", "queued"])
def test_a_move_outside_the_table_is_a_conflict_that_names_both_states(job, actor, target):
    with pytest.raises(Conflict, match="排队中"):
        MACHINE.move(job, target, actor=actor)
    job.refresh_from_db()
    assert job.state == "queued"
    assert not TransitionLog.objects.exists()


def test_role_reason_and_guard_are_checked(job, actor):
    MACHINE.move(job, "running", actor=actor)
    with pytest.raises(NotAllowed):
        MACHINE.move(job, "done", actor=actor)
    with pytest.raises(Conflict, match="原因"):
        MACHINE.move(job, "failed", actor=actor, reason="  ")
    long = Job.objects.create(kind="a kind far too long", key="2")
    with pytest.raises(NotAllowed, match="过长"):
        MACHINE.move(long, "running", actor=actor)


def test_a_stale_object_cannot_move_twice(job, actor):
    stale = Job.objects.get(pk=job.pk)
    MACHINE.move(job, "running", actor=actor)
    with pytest.raises(Conflict):
        MACHINE.move(stale, "running", actor=actor)


def test_a_transition_declared_twice_is_refused():
    with pytest.raises(ValueError, match="duplicate"):
        StateMachine(Job, [Transition("a", "b", []), Transition("a", "b", ["x"])])


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_one_of_twenty_racing_moves_wins():
    actor, job = system_actor("测试"), Job.objects.create(kind="race")
    barrier, results = threading.Barrier(20), []

    def attempt():
        try:
            own = Job.objects.get(pk=job.pk)
            barrier.wait()
            MACHINE.move(own, "running", actor=actor)
            results.append("won")
        except Conflict:
            results.append("lost")
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["lost"] * 19 + ["won"]
    assert TransitionLog.objects.count() == 1
