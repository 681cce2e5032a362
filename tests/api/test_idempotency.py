"""One key, one write: replayed, refused for another body, refused while it runs, free again after a failure."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from common import clock, idempotency
from common.errors import Conflict, Invalid
from common.models import IdempotentCall
from products.models import Product
from tests.api.conftest import codes

DRAFT = {"category": "贷", "name": "一次贷"}


def test_the_same_key_and_body_gets_the_same_answer_and_writes_once(system):
    first = system.call("POST", "own-products/", DRAFT, key="a")
    again = system.call("POST", "own-products/", DRAFT, key="a")
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert ("Idempotent-Replayed" in first, again["Idempotent-Replayed"]) == (False, "true")
    assert Product.objects.count() == 1


def test_another_body_or_address_under_the_key_is_refused(system):
    system.call("POST", "own-products/", DRAFT, key="a")
    other = system.call("POST", "own-products/", {**DRAFT, "name": "另一贷"}, key="a")
    assert (other.status_code, codes(other)) == (422, ["key_reused"])
    assert codes(system.call("POST", "own-products/X/submit/", key="a")) == ["key_reused"]


@pytest.mark.parametrize("key", ["", "x" * 201, "键"])
def test_a_write_needs_a_proper_key(system, key):
    assert system.call("POST", "own-products/", DRAFT, key=key).status_code == 422
    assert Product.objects.count() == 0


def test_keys_of_two_clients_do_not_meet(system, open_system, chain):
    system.call("POST", "own-products/", DRAFT, key="a")
    assert open_system(chain.checkers[1]).call("POST", "own-products/", DRAFT, key="a").status_code == 201


def test_a_refused_call_frees_its_key(system):
    assert system.call("POST", "own-products/", {"name": ""}, key="a").status_code == 400
    assert system.call("POST", "own-products/", DRAFT, key="a").status_code == 201


def test_while_it_runs_the_same_call_waits_and_a_dead_one_is_taken_over(chain):
    user = chain.bankers[0].pk

    def act():
        with pytest.raises(Conflict):
            idempotency.once(client_id=user, key="k", digest="d", act=lambda: (200, {}))
        return 201, {"n": 1}

    assert idempotency.once(client_id=user, key="k", digest="d", act=act) == (201, {"n": 1}, False)
    IdempotentCall.objects.create(client_id=user, key="dead", digest="d")
    with clock.at(clock.now() + timedelta(minutes=3)):
        assert idempotency.once(client_id=user, key="dead", digest="d", act=lambda: (200, 1)) == (200, 1, False)
    with pytest.raises(Invalid):
        idempotency.once(client_id=user, key="k", digest="other", act=lambda: (200, {}))
    with clock.at(clock.now() + timedelta(hours=30)):
        assert idempotency.once(client_id=user, key="k", digest="d", act=act)[2]
        assert idempotency.sweep() == 0
    with clock.at(clock.now() + timedelta(hours=50)):
        assert idempotency.sweep() == 2


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_hundred_calls_at_once_write_once(firm_user):
    answers, start = [], Barrier(10)

    def call():
        start.wait()
        for _ in range(10):
            try:
                answers.append(
                    idempotency.once(client_id=firm_user.pk, key="race", digest="d", act=lambda: (201, write()))
                )
            except Conflict:
                answers.append(None)
        connection.close()

    def write():
        return IdempotentCall.objects.create(client_id=firm_user.pk, key="effect", digest="e").pk

    threads = [Thread(target=call) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told = {answer[:2] for answer in answers if answer}
    assert len(told) == 1
    assert sum(1 for answer in answers if answer and not answer[2]) == 1
    assert IdempotentCall.objects.filter(key="effect").count() == 1
