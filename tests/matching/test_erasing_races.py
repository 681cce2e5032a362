"""Erasing and opening at the same moment, on PostgreSQL: one of the two is refused, never both done."""

import threading
from datetime import timedelta

import pytest
from django.db import connections

from accounts.erasures import open_erasures
from common import clock
from common.errors import Conflict
from enterprises.services import need_register
from matching.cases import erasing
from matching.cases.answers import referral_withdraw
from matching.cases.applying import apply_to
from matching.cases.states import REVOCABLE
from matching.models import Referral
from tests.houses import PROVE
from tests.matching.chain import FRIDAY, NEED, make_chain

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
ROUNDS = 200 if PROVE else 12


def at_once(*calls):
    """What each call said when started together with the others: its result, or the refusal."""
    barrier, said = threading.Barrier(len(calls)), [None] * len(calls)

    def attempt(index, call):
        try:
            with clock.at(FRIDAY):
                barrier.wait()
                said[index] = call()
        except Conflict as error:
            said[index] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=attempt, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return said


def test_asking_and_applying_exclude_each_other(record_property):
    with clock.at(FRIDAY):
        chain = make_chain()
        version = chain.product()
    asked = applied = 0
    for number in range(ROUNDS):
        with clock.at(FRIDAY):
            need = need_register(actor=chain.firm_user, party=chain.firm, code=f"NR{number}", **NEED)
        said = at_once(
            lambda need=need: apply_to(actor=chain.firm_user, need=need, version=version, agreed=True),
            lambda: erasing.erasure_ask(actor=chain.firm_user),
        )
        refused = [isinstance(answer, Conflict) for answer in said]
        running = Referral.objects.filter(need__party=chain.firm, state__in=REVOCABLE)
        assert sorted(refused) == [False, True], said
        assert bool(running) != open_erasures().exists()
        asked, applied = asked + refused[0], applied + refused[1]
        with clock.at(FRIDAY):
            for referral in running:
                referral_withdraw(actor=chain.firm_user, referral=referral)
            if refused[0]:
                erasing.erasure_cancel(actor=chain.firm_user)
    record_property("proof", f"注销与申请同时 {ROUNDS} 次：注销先到 {asked}，申请先到 {applied}，两者都成 0")


def test_two_sweeps_and_a_cancelling_do_it_once_or_not_at_all():
    with clock.at(FRIDAY - timedelta(days=4)):
        chain = make_chain()
        erasing.erasure_ask(actor=chain.firm_user)
    said = at_once(erasing.erase_due, erasing.erase_due, lambda: erasing.erasure_cancel(actor=chain.firm_user))
    chain.firm_user.refresh_from_db()
    done = [answer for answer in said[:2] if answer]
    cancelled = not isinstance(said[2], Conflict)
    assert (len(done), cancelled) in ((1, False), (0, True))
    assert chain.firm_user.is_active == cancelled
