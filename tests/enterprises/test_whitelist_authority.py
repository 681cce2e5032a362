"""A department acts for its own lists alone; the finance office for all."""

from datetime import date

import pytest

from accounts.models import Party, Role
from accounts.services import party_register, user_create
from common.errors import Missing, NotAllowed
from enterprises.models import WhitelistBatch
from enterprises.services import whitelist_exit, whitelist_publish

pytestmark = pytest.mark.django_db

DAY = date(2023, 3, 31)


@pytest.fixture
def unit(actor):
    """(department, its clerk) by name."""

    def make(name, role=Role.LEAD_UNIT):
        party = party_register(actor=actor, kind=Party.Kind.DEPARTMENT, name=name)
        clerk = user_create(
            actor=actor, username=name, password="correct horse", display_name=name, party=party, roles=[role]
        )
        return party, clerk

    return make


def publish(actor, department, party, code="第一批"):
    return whitelist_publish(
        actor=actor, code=code, department=department, published_on=DAY, basis_doc="1号", parties=[party]
    )


def test_a_lead_unit_publishes_for_itself_only(firm, unit):
    science, clerk = unit("市科技局")
    industry, _ = unit("市工信局")
    _, office = unit("金融办", Role.OFFICE)
    with pytest.raises(NotAllowed, match="本单位"):
        publish(clerk, industry, firm)
    assert not WhitelistBatch.objects.exists()
    assert publish(clerk, science, firm, "甲").department == science
    assert publish(office, industry, firm, "乙").department == industry


def test_a_lead_unit_ends_membership_in_its_own_batches_only(actor, firm, unit):
    science, clerk = unit("市科技局")
    industry, _ = unit("市工信局")
    theirs = publish(actor, industry, firm, "乙")
    left = {"actor": clerk, "party": firm, "exit_on": date(2024, 1, 1), "reason": "注销"}
    with pytest.raises(NotAllowed, match="本单位"):
        whitelist_exit(**left, batch=theirs)
    with pytest.raises(Missing):
        whitelist_exit(**left)
    mine = publish(clerk, science, firm, "甲")
    assert whitelist_exit(**left) == 1
    assert mine.entries.get().exit_on == date(2024, 1, 1)
    assert theirs.entries.get().exit_on is None
