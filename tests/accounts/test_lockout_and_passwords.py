"""Lock-out windows, password rules, 三员分立, administration."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts import administration
from accounts.lockout import WINDOW, Attempt, release, sweep
from accounts.models import LoginFailure, Role, UserRole
from accounts.services import user_create
from common import clock
from common.errors import Conflict, NotAllowed

NOON = datetime(2026, 11, 27, 4, 0, tzinfo=UTC)


def fail(name="a", address="10.0.0.1", times=1):
    for _ in range(times):
        attempt = Attempt(name, address)
        assert attempt.refused_until() is None
        attempt.failed()


def refused(name="a", address="10.0.0.1"):
    return Attempt(name, address).refused_until()


@pytest.fixture(autouse=True)
def noon(db):
    with clock.at(NOON):
        yield


def test_the_sixth_try_waits_for_the_first_failure_to_grow_old():
    fail(times=5)
    assert refused(address="10.0.0.2") == NOON + WINDOW


def test_trying_on_does_not_keep_an_account_closed_longer():
    fail(times=5)
    for _ in range(50):
        assert refused() == NOON + WINDOW
    assert LoginFailure.objects.count() == 10  # five for the account, five for the address


def test_an_address_is_closed_over_all_accounts_and_other_addresses_stay_open():
    for number in range(5):
        fail(f"user{number}")
    assert refused("somebody else")
    assert refused("somebody else", "10.0.0.9") is None


def test_addresses_of_one_ipv6_network_count_together():
    for number in range(5):
        fail(f"user{number}", f"2001:db8::{number}")
    assert refused("x", "2001:db8::ffff")
    assert refused("y", "2001:db8:1::1") is None


def test_success_takes_its_place_back_but_not_the_failures():
    fail(times=4)
    Attempt("a", "10.0.0.1").succeeded()
    fail()
    assert refused()


def test_names_are_not_kept_in_clear_and_old_failures_go():
    fail("my-secret-typed-as-name")
    assert not LoginFailure.objects.filter(key__contains="secret").exists()
    LoginFailure.objects.update(at=NOON - timedelta(days=2))
    assert sweep() == 2


def test_the_security_administrator_opens_an_account():
    fail(times=5)
    assert release("A") == 5
    assert refused(address="10.0.0.3") is None


@pytest.mark.parametrize(
    ("password", "good"),
    [
        ("quiet river stone", True),
        ("Ab3!xyz9", True),
        ("Abcdefg1", False),
        ("Kobdefg1", True),
        ("abcdefg1", False),
        ("Ab3!x", False),
        ("password1234", False),
        ("四个汉字加english12", True),
    ],
)
def test_length_or_variety_and_the_common_list(password, good):
    try:
        validate_password(password)
    except ValidationError:
        assert not good
    else:
        assert good


def test_none_of_the_last_five_passwords(firm_user):
    for number in range(6):
        password = f"another word {number}"
        validate_password(password, firm_user)
        firm_user.set_password(password)
        firm_user.save()
    with pytest.raises(ValidationError, match="最近 5 次"):
        validate_password("another word 1", firm_user)
    validate_password("another word 0", firm_user)


def test_the_database_refuses_a_second_administrator_role(firm_user):
    UserRole.objects.create(user=firm_user, role=Role.SYSTEM_ADMIN)
    for role in (Role.SECURITY_ADMIN, Role.AUDIT_ADMIN):
        with pytest.raises(IntegrityError), transaction.atomic():
            UserRole.objects.create(user=firm_user, role=role)


@pytest.fixture
def security(actor):
    return user_create(
        actor=actor, username="sec", password=None, display_name="安", party=None, roles=[Role.SECURITY_ADMIN]
    )


def test_administration_and_business_do_not_meet_in_one_person(security, firm_user):
    with pytest.raises(Conflict, match="三员分立"):
        administration.role_grant(actor=security, user=firm_user, role=Role.AUDIT_ADMIN)
    with pytest.raises(NotAllowed):
        administration.role_grant(actor=security, user=security, role=Role.OFFICE)
    with pytest.raises(NotAllowed):
        administration.role_grant(actor=firm_user, user=firm_user, role=Role.OFFICE)
    administration.role_revoke(actor=security, user=firm_user, role=Role.FIRM)
    administration.role_grant(actor=security, user=firm_user, role=Role.AUDIT_ADMIN)
    assert list(firm_user.roles.values_list("role", flat=True)) == [Role.AUDIT_ADMIN]


def test_a_reset_password_works_and_the_account_is_open(security, firm_user):
    fail("firm", times=5)
    password = administration.password_reset(actor=security, user=firm_user)
    firm_user.refresh_from_db()
    assert firm_user.check_password(password)
    assert refused("firm", "10.0.0.7") is None
