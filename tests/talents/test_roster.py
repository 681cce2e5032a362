"""The roster of officers: kept by the finance office, one entry a user, in service only between its days."""

from datetime import date, timedelta

import pytest

from accounts.models import Party, Role
from accounts.services import party_register, user_create
from common import clock
from common.errors import Conflict, Invalid, NotAllowed
from common.models import AuditEvent
from talents.models import LiaisonOfficer
from talents.selectors import officer_of, roster
from talents.services import officer_appoint, officer_retire

pytestmark = pytest.mark.django_db

SINCE = date(2024, 3, 1)


@pytest.fixture
def bank(actor):
    return party_register(actor=actor, kind=Party.Kind.INSTITUTION, name="某银行")


@pytest.fixture
def make_user(actor):
    def _make_user(username, party, *roles):
        return user_create(
            actor=actor, username=username, password="correct horse", display_name=username, party=party, roles=roles
        )

    return _make_user


@pytest.fixture
def office(make_user):
    return make_user("office", None, Role.OFFICE)


@pytest.fixture
def candidate(make_user, bank):
    return make_user("bai", bank, Role.OFFICER)


@pytest.fixture
def appoint(office, candidate, bank):
    """Appoint the candidate, some particulars changed."""

    def _appoint(**changes):
        given = {"user": candidate, "employer": bank, "capacity": 30, "since": SINCE}
        return officer_appoint(actor=office, **{**given, **changes})

    return _appoint


def test_an_appointed_officer_serves_between_the_days(appoint, candidate):
    officer = appoint(until=date(2025, 2, 28))
    for day, serves in [(SINCE - timedelta(1), False), (SINCE, True), (date(2025, 2, 28), True)]:
        with clock.at(day):
            assert officer_of(candidate) == (officer if serves else None)
            assert list(roster()) == ([officer] if serves else [])
    with clock.at(date(2025, 3, 1)):
        assert officer_of(candidate) is None
    assert AuditEvent.objects.filter(action="officer_appoint").count() == 1


def test_an_officer_whose_account_is_closed_is_off_the_roster(appoint, candidate):
    appoint()
    candidate.is_active = False
    candidate.save(update_fields=["is_active"])
    assert officer_of(candidate) is None


def test_appointed_twice_is_a_conflict_until_retired(appoint, office, candidate):
    officer = appoint()
    with pytest.raises(Conflict, match="名册"):
        appoint()
    officer_retire(actor=office, officer=officer, reason="调离")
    assert officer_of(candidate) is None
    with pytest.raises(Conflict):
        officer_retire(actor=office, officer=officer)
    again = appoint(capacity=5, since=clock.today())
    assert again == officer
    assert officer_of(candidate).capacity == 5
    assert LiaisonOfficer.objects.count() == 1


def test_a_finished_term_may_be_followed_by_another(appoint, candidate):
    appoint(until=date(2024, 12, 31))
    appoint(since=date(2025, 1, 1))
    assert officer_of(candidate).since == date(2025, 1, 1)


@pytest.mark.parametrize("days", [1, -10_000])
def test_nobody_retires_in_the_future_or_before_the_start(appoint, office, days):
    officer = appoint()
    with pytest.raises(Invalid) as error:
        officer_retire(actor=office, officer=officer, on=clock.today() + timedelta(days))
    assert error.value.field == "on"
    officer.refresh_from_db()
    assert officer.active


@pytest.mark.parametrize(
    ("field", "value"), [("capacity", 0), ("capacity", 201), ("until", SINCE - timedelta(1)), ("since", date.max)]
)
def test_an_appointment_that_cannot_be_is_refused_by_field(appoint, field, value):
    until = {"until": date(2026, 1, 1)} if field == "since" else {}
    with pytest.raises(Invalid) as error:
        appoint(**{field: value, **until})
    assert error.value.field in (field, "until")
    assert not LiaisonOfficer.objects.exists()


def test_the_user_has_the_post_and_belongs_to_an_employer_that_is_an_organisation(appoint, make_user, firm, bank):
    with pytest.raises(Invalid) as error:
        appoint(user=make_user("maker", bank, Role.BANK_MAKER))
    assert error.value.field == "user"
    for employer, user in [
        (firm, make_user("at-firm", firm, Role.OFFICER)),
        (bank, make_user("x", firm, Role.OFFICER)),
    ]:
        with pytest.raises(Invalid) as error:
            appoint(user=user, employer=employer)
        assert error.value.field == "employer"


def test_only_the_office_keeps_the_roster(appoint, candidate, bank, firm_user):
    officer = appoint()
    for user in (candidate, firm_user):
        with pytest.raises(NotAllowed):
            officer_retire(actor=user, officer=officer)
        with pytest.raises(NotAllowed):
            officer_appoint(actor=user, user=candidate, employer=bank, capacity=1, since=SINCE)
