from datetime import date, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction

from accounts import policies, selectors, services
from accounts.models import Party, Role, User
from common import clock
from common.errors import Conflict, Invalid
from tests.codes import credit_code

pytestmark = pytest.mark.django_db


def register(actor, name, **fields):
    return services.party_register(actor=actor, name=name, **({"kind": Party.Kind.DEPARTMENT} | fields))


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "enterprise"},
        {"kind": "enterprise", "talent_code": "RC1", "uscc": credit_code(2)},
        {"kind": "person", "uscc": credit_code(3)},
        {"kind": "person"},
        {"kind": "department", "talent_code": "RC2"},
    ],
)
def test_the_database_holds_codes_to_kinds(fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        Party.objects.create(name="某主体", **fields)


def test_only_teams_have_bearers_and_only_organisations_form_trees(actor, firm):
    person = register(actor, "王某", kind="person", talent_code="RC1")
    with pytest.raises(IntegrityError), transaction.atomic():
        Party.objects.create(kind="person", name="李某", talent_code="RC2", bearer=person)
    with pytest.raises(IntegrityError), transaction.atomic():
        Party.objects.create(kind="person", name="张某", talent_code="RC3", parent=firm)
    team = Party.objects.create(kind="team", name="王某团队", talent_code="TD1", bearer=person)
    assert team.bearer == person


def test_a_known_code_is_a_conflict_and_an_empty_name_is_invalid(actor, firm):
    with pytest.raises(Conflict, match="已登记"):
        register(actor, "另一家", kind="enterprise", uscc=firm.uscc)
    with pytest.raises(Invalid):
        register(actor, "  ")
    assert selectors.party_by_code(firm.uscc) == firm
    assert selectors.party_by_code("nobody") is None


def test_names_are_dated_and_every_name_finds_the_party(actor):
    with clock.at(date(2022, 12, 5)):
        unit = register(actor, "鄂尔多斯银保监分局")
    new = "国家金融监督管理总局鄂尔多斯监管分局"
    assert services.party_rename(actor=actor, party=unit, name=new, since=date(2023, 7, 20), source="机构改革")
    assert not services.party_rename(actor=actor, party=unit, name=new)
    assert selectors.name_on(unit, date(2023, 7, 1)) == "鄂尔多斯银保监分局"
    assert selectors.name_on(unit, date(2026, 11, 23)) == new == unit.name
    assert selectors.organisation_by_name("鄂尔多斯银保监分局") == unit
    assert selectors.organisation_by_name(new, Party.Kind.INSTITUTION) is None


def test_roles_end_with_the_account(actor, firm_user):
    assert firm_user.has_role(Role.FIRM, Role.OFFICE)
    assert not firm_user.has_role(Role.OFFICE)
    User.objects.filter(pk=firm_user.pk).update(is_active=False)
    assert not User.objects.get(pk=firm_user.pk).has_role(Role.FIRM)


def test_a_system_actor_cannot_log_in(actor, client):
    assert not actor.has_usable_password()
    assert not client.login(username=actor.username, password="")
    assert services.system_actor("测试") == actor


class TestVisibility:
    """A firm is seen by itself, by holders of a live grant and by the office; organisations are public."""

    @pytest.fixture
    def bank(self, actor):
        return register(actor, "某银行", kind=Party.Kind.INSTITUTION)

    @pytest.fixture
    def banker(self, actor, bank):
        return services.user_create(
            actor=actor, username="bank", password="x", display_name="钱", party=bank, roles=[Role.BANK_MAKER]
        )

    def test_nobody_sees_a_firm_without_a_grant(self, firm, firm_user, banker, bank):
        assert policies.can(firm_user, "view", firm)
        assert policies.can(firm_user, "edit", firm)
        assert not policies.can(banker, "view", firm)
        assert not policies.can(AnonymousUser(), "view", firm)
        assert policies.can(AnonymousUser(), "view", bank)

    def test_a_grant_opens_and_ends_at_once(self, actor, firm, banker, bank):
        grant = services.grant_open(actor=actor, grantee=bank, party=firm, reason="授权")
        assert policies.can(banker, "view", firm)
        assert not policies.can(banker, "edit", firm)
        services.grant_end(actor=actor, grant=grant)
        assert not policies.can(banker, "view", firm)

    def test_a_grant_of_one_need_does_not_open_the_firm(self, actor, firm, banker, bank):
        services.grant_open(actor=actor, grantee=bank, party=firm, reason="授权", need_code="XQ1")
        assert not policies.can(banker, "view", firm)

    def test_a_grant_runs_out(self, actor, firm, banker, bank):
        grant = services.grant_open(actor=actor, grantee=bank, party=firm, reason="授权")
        grant.until = clock.now() - timedelta(minutes=1)
        grant.save()
        assert not policies.can(banker, "view", firm)

    def test_nobody_grants_to_themselves(self, actor, firm):
        with pytest.raises(IntegrityError), transaction.atomic():
            services.grant_open(actor=actor, grantee=firm, party=firm, reason="授权")
