"""Officers within capacity, one for each party, and a log written once."""

import threading
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import Role
from common import clock
from common.errors import Conflict, Invalid, NotAllowed
from enterprises.services import enterprise_register, need_register
from journal.models import Posting
from matching.cases import policies
from matching.cases.liaison import (
    MAX_BACKDATE_DAYS,
    liaison_assign,
    liaison_end,
    liaison_hand_over,
    service_log_write,
)
from matching.cases.referrals import referral_create, referral_pause
from matching.cases.selectors import cases_of, own_employer_share, today_of_officer
from matching.models import LiaisonAssignment, ServiceLog
from talents.services import officer_retire
from tests.codes import credit_code
from tests.matching.chain import FRIDAY, NEED, make_chain, staff

pytestmark = pytest.mark.django_db

THREADS = 32


def firm_of(chain, number):
    return enterprise_register(actor=chain.system, uscc=credit_code(100 + number), name=f"第{number}家测试公司")


@pytest.fixture
def officer(chain):
    return chain.officer()


@pytest.fixture
def assigned(chain, officer):
    return liaison_assign(actor=chain.office, party=chain.firm, officer=officer)


def write(officer, party, **fields):
    said = {"happened_on": FRIDAY, "way": "visit", "content": "看了中试线", "client_key": "k1"} | fields
    return service_log_write(actor=officer.user, party=party, **said)


def test_the_office_assigns_and_nobody_else(chain, officer):
    for actor in (officer.user, chain.bankers[0], chain.firm_user):
        with pytest.raises(NotAllowed):
            liaison_assign(actor=actor, party=chain.firm, officer=officer)
    with pytest.raises(Invalid) as error:
        liaison_assign(actor=chain.office, party=chain.banks[0], officer=officer)
    assert error.value.field == "party"
    with pytest.raises(Invalid):
        liaison_assign(actor=chain.office, party=chain.firm, officer=officer, backup=officer)
    assert not LiaisonAssignment.objects.exists()


def test_one_active_officer_for_a_party_and_history_kept(chain, assigned):
    second = chain.officer("second")
    with pytest.raises(Conflict, match="移交"):
        liaison_assign(actor=chain.office, party=chain.firm, officer=second)
    with pytest.raises(Invalid):
        liaison_end(actor=chain.office, assignment=assigned, reason=" ")
    new = liaison_hand_over(actor=chain.office, assignment=assigned, officer=second, reason="轮岗")
    assigned.refresh_from_db()
    assert (assigned.ended_on, assigned.end_reason, new.officer) == (FRIDAY, "轮岗", second)
    assert LiaisonAssignment.objects.filter(party=chain.firm).count() == 2
    with pytest.raises(Conflict, match="已经结束"):
        liaison_end(actor=chain.office, assignment=assigned, reason="再结束")


def test_a_full_officer_takes_no_more_and_a_failed_hand_over_changes_nothing(chain, assigned):
    full = chain.officer("full", capacity=1)
    liaison_assign(actor=chain.office, party=firm_of(chain, 1), officer=full)
    with pytest.raises(Conflict, match="上限 1 户"):
        liaison_assign(actor=chain.office, party=firm_of(chain, 2), officer=full)
    with pytest.raises(Conflict, match="上限"):
        liaison_hand_over(actor=chain.office, assignment=assigned, officer=full, reason="轮岗")
    assigned.refresh_from_db()
    assert assigned.ended_on is None


def test_who_is_off_the_roster_is_not_assigned_and_reads_no_more(chain, assigned, officer):
    officer_retire(actor=chain.office, officer=officer)
    with clock.at(date(2024, 9, 30)):
        assert not policies.served_parties(officer.user).exists()
        with pytest.raises(NotAllowed):
            write(officer, chain.firm)
        with pytest.raises(Conflict, match="不在岗"):
            liaison_assign(actor=chain.office, party=firm_of(chain, 1), officer=officer)


def test_a_log_sent_twice_is_one_entry_and_other_content_conflicts(chain, assigned, officer):
    log = write(officer, chain.firm)
    assert write(officer, chain.firm).pk == log.pk
    with pytest.raises(Conflict, match="不能修改"):
        write(officer, chain.firm, content="别的")
    assert ServiceLog.objects.count() == 1
    posting = Posting.objects.get(kind="service_logged")
    assert (posting.party, posting.organisation, posting.fields) == (chain.firm, chain.banks[2], {"way": "上门走访"})


@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_database_refuses_to_change_a_log(chain, assigned, officer, change):
    write(officer, chain.firm)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        if change == "update":
            ServiceLog.objects.update(content="改")
        else:
            ServiceLog.objects.all().delete()
    assert ServiceLog.objects.get().content == "看了中试线"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("happened_on", date(2024, 9, 28)),
        ("way", "carrier pigeon"),
        ("content", "  "),
        ("content", "长" * 1001),
        ("next_step", "长" * 301),
        ("next_on", date(2024, 9, 26)),
        ("client_key", ""),
        ("client_key", "k" * 41),
    ],
)
def test_a_log_that_cannot_be_is_refused_by_field(chain, assigned, officer, field, value):
    with pytest.raises(Invalid) as error:
        write(officer, chain.firm, **{field: value})
    assert error.value.field == field
    assert not ServiceLog.objects.exists()


def test_only_the_officer_or_backup_of_a_party_writes_for_it(chain, officer):
    backup = chain.officer("backup")
    with pytest.raises(NotAllowed):
        write(officer, chain.firm)
    liaison_assign(actor=chain.office, party=chain.firm, officer=officer, backup=backup)
    assert write(backup, chain.firm).officer == backup
    other = need_register(actor=chain.system, party=firm_of(chain, 1), code="NO", **NEED)
    with pytest.raises(Invalid, match="不是这一户"):
        write(officer, chain.firm, need=other, client_key="k2")
    with pytest.raises(NotAllowed):
        write(chain.officer("third"), chain.firm, client_key="k3")


def test_logs_are_read_by_party_officer_and_office_not_by_banks(chain, assigned, officer):
    log = write(officer, chain.firm)
    for user in (officer.user, chain.firm_user, chain.office):
        assert list(policies.logs_visible_to(user)) == [log]
        assert list(policies.assignments_visible_to(user)) == [assigned]
    for banker in chain.bankers:
        assert not policies.logs_visible_to(banker).exists()
        assert not policies.assignments_visible_to(banker).exists()


def test_the_day_of_an_officer(chain, officer, accepted):
    fresh = firm_of(chain, 1)
    liaison_assign(actor=chain.office, party=fresh, officer=officer)
    liaison_assign(actor=chain.office, party=chain.firm, officer=officer)
    write(officer, chain.firm, next_step="送报表清单", next_on=date(2024, 9, 30))
    referral_pause(actor=chain.bankers[0], referral=accepted, reason="上年度报表")
    today = today_of_officer(officer)
    assert (today.due_today, today.newly_assigned, today.waiting_for_me) == (0, 1, 1)
    assert [(item.kind, item.party) for item in today.items] == [("new", fresh), ("waiting", chain.firm)]
    with clock.at(date(2024, 10, 8)):
        need_register(actor=chain.system, party=fresh, code="NU", **NEED)
        today = today_of_officer(officer)
        assert [(item.kind, item.title) for item in today.items] == [
            ("due", "送报表清单"),
            ("waiting", "第一测试银行：上年度报表"),
            ("waiting", "需求 NU 尚未派出"),
        ]
        write(officer, chain.firm, client_key="k2", happened_on=date(2024, 10, 8))
        assert today_of_officer(officer).due_today == 0
    cases = list(cases_of(officer))
    assert {item.party: item.last_service for item in cases} == {chain.firm: date(2024, 10, 8), fresh: None}


def test_the_share_of_the_own_employer_is_shown(chain, officer, assigned):
    assert own_employer_share(officer).share_bp is None
    for number in (0, 2):
        chain.consent(number)
        referral_create(actor=officer.user, need=chain.need, institution=chain.banks[number], channel="dispatched")
    share = own_employer_share(officer)
    assert (share.own, share.total, share.share_bp) == (1, 2, 5000)


def race(work):
    """Run ``work(number)`` in THREADS threads at once; what each raised or returned."""
    barrier, results = threading.Barrier(THREADS), []

    def attempt(number):
        try:
            barrier.wait()
            with clock.at(FRIDAY):
                work(number)
            results.append("won")
        except Conflict:
            results.append("conflict")
        except Exception as error:  # noqa: BLE001 - kept as a result, which the assertion then shows
            results.append(repr(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_capacity_holds_when_many_are_assigned_at_once():
    with clock.at(FRIDAY):
        chain = make_chain()
        officer, firms = chain.officer(capacity=5), [firm_of(chain, number) for number in range(THREADS)]
    results = race(lambda number: liaison_assign(actor=chain.office, party=firms[number], officer=officer))
    assert sorted(results) == ["conflict"] * (THREADS - 5) + ["won"] * 5
    assert LiaisonAssignment.objects.filter(officer=officer, ended_on=None).count() == 5


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_party_gets_one_officer_when_many_want_it():
    with clock.at(FRIDAY):
        chain = make_chain()
        officers = [chain.officer(f"o{number}") for number in range(THREADS)]
    results = race(lambda number: liaison_assign(actor=chain.office, party=chain.firm, officer=officers[number]))
    assert sorted(results) == ["conflict"] * (THREADS - 1) + ["won"]
    assert LiaisonAssignment.objects.filter(party=chain.firm, ended_on=None).count() == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_page_sent_many_times_at_once_is_one_entry():
    with clock.at(FRIDAY):
        chain = make_chain()
        officer = chain.officer()
        liaison_assign(actor=chain.office, party=chain.firm, officer=officer)
    assert race(lambda number: write(officer, chain.firm)) == ["won"] * THREADS
    assert ServiceLog.objects.count() == Posting.objects.filter(kind="service_logged").count() == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_need_is_open_once_at_an_institution_when_many_apply_at_once():
    with clock.at(FRIDAY):
        chain = make_chain()
        chain.consent()

    def apply(number):
        referral_create(actor=chain.firm_user, need=chain.need, institution=chain.banks[0], channel="chosen")

    assert sorted(race(apply)) == ["conflict"] * (THREADS - 1) + ["won"]
    assert chain.need.referrals.count() == 1


def test_an_officer_role_alone_opens_nothing(chain, assigned):
    idle = staff(chain.system, "idle", chain.banks[2], Role.OFFICER)
    assert not policies.served_parties(idle).exists()
    assert not policies.can(idle, "log", chain.firm)


def test_a_service_is_entered_within_thirty_days_and_older_ones_only_by_the_system(chain, assigned, officer):
    oldest = FRIDAY - timedelta(days=MAX_BACKDATE_DAYS)
    with pytest.raises(Invalid, match="30 天") as error:
        write(officer, chain.firm, happened_on=oldest - timedelta(days=1))
    assert error.value.field == "happened_on"
    assert write(officer, chain.firm, happened_on=oldest).happened_on == oldest
    old = {"happened_on": date(2023, 5, 1), "way": "visit", "content": "补录", "client_key": "k9"}
    assert service_log_write(actor=chain.system, party=chain.firm, **old).happened_on == date(2023, 5, 1)
