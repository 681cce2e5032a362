"""Messages reach each reader once for a cause, and only their own reader counts and reads them."""

import threading
from datetime import date

import pytest
from django.db import connection

from accounts.models import Grant, Notification, Party, Role
from accounts.selectors import notifications_of, unread_count, users_of
from accounts.services import grant_open, notifications_read, notify, party_register, user_create
from common import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def bank(actor):
    return party_register(actor=actor, kind=Party.Kind.INSTITUTION, name="某银行")


@pytest.fixture
def people(actor, bank):
    """Maker, checker, officer and one who left, all of one bank."""
    roles = {"maker": Role.BANK_MAKER, "checker": Role.BANK_CHECKER, "officer": Role.OFFICER, "gone": Role.BANK_MAKER}
    users = {
        name: user_create(
            actor=actor, username=name, password="correct horse", display_name=name, party=bank, roles=[role]
        )
        for name, role in roles.items()
    }
    users["gone"].is_active = False
    users["gone"].save(update_fields=["is_active"])
    return users


def test_users_of_a_party_by_role_without_those_who_left(bank, people, firm_user):
    assert list(users_of(bank, Role.BANK_MAKER, Role.BANK_CHECKER)) == [people["maker"], people["checker"]]
    assert list(users_of(bank)) == [people["maker"], people["checker"], people["officer"]]
    assert not users_of(bank, Role.FIRM).exists()


def test_a_cause_is_told_once_to_each_reader(bank, people):
    readers = [people["maker"], people["maker"], people["gone"]]
    assert notify(users=readers, key="referral:1", title="新派单", path="/inbox/") == 1
    assert notify(users=users_of(bank), key="referral:1", title="新派单（再发）") == 2
    assert notify(users=users_of(bank), key="referral:1", title="新派单") == 0
    assert [message.title for message in notifications_of(people["maker"])] == ["新派单"]
    assert notify(users=[people["maker"]], key="referral:2", title="另一单") == 1
    assert [message.title for message in notifications_of(people["maker"])] == ["另一单", "新派单"]
    assert not Notification.objects.filter(user=people["gone"]).exists()


def test_only_the_reader_marks_messages_read(people):
    maker, checker = people["maker"], people["checker"]
    for key in ("a", "b"):
        notify(users=[maker, checker], key=key, title=key)
    first = notifications_of(maker).get(key="a")
    assert notifications_read(actor=checker, ids=[first.pk]) == 0
    assert notifications_read(actor=maker, ids=[first.pk]) == 1
    assert (unread_count(maker), unread_count(checker)) == (1, 2)
    assert notifications_read(actor=maker) == 1
    assert notifications_read(actor=maker) == 0
    assert (unread_count(maker), unread_count(checker)) == (0, 2)


def test_long_texts_are_cut_with_a_mark(people):
    notify(users=[people["maker"]], key="long", title="长" * 101, body="文" * 500)
    message = notifications_of(people["maker"]).get()
    assert message.title == "长" * 99 + "…"
    assert message.body == "文" * 500


@pytest.mark.parametrize("wrong", [{"key": ""}, {"key": "k" * 121}, {"path": "//elsewhere"}, {"path": "https://x"}])
def test_a_message_leads_to_this_site_and_has_a_key(people, wrong):
    with pytest.raises(ValueError, match="notification"):
        notify(users=[people["maker"]], **{"key": "k", "title": "标题", **wrong})
    assert not Notification.objects.exists()


def test_a_grant_that_ran_out_is_closed_on_its_moment_when_a_new_one_opens(actor, bank, firm):
    with clock.at(date(2025, 1, 1)):
        until = clock.now()
    with clock.at(date(2024, 12, 1)):
        old = grant_open(actor=actor, grantee=bank, party=firm, reason="授权", until=until)
        assert grant_open(actor=actor, grantee=bank, party=firm, reason="授权", until=until) == old
    with clock.at(date(2025, 1, 1)):
        new = grant_open(actor=actor, grantee=bank, party=firm, reason="授权")
    old.refresh_from_db()
    assert (old.ended_at, new.until) == (until, None)
    assert Grant.objects.count() == 2


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_one_message_when_the_same_cause_is_told_at_the_same_time(actor, firm_user):
    barrier, failures = threading.Barrier(8), []

    def attempt():
        try:
            barrier.wait()
            notify(users=[firm_user], key="race", title="同一件事")
        except Exception as error:  # noqa: BLE001 - a thread's failure is reported by the assertion below
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert notifications_of(firm_user).count() == 1
