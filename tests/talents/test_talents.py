"""Talents: codes, titles as they hold on a day, teams with leader and bearer."""

from datetime import date

import pytest

from accounts.models import Party
from common import clock
from common.errors import Conflict, Invalid
from common.tabular import Outcome
from talents.models import TalentTitle
from talents.selectors import members_of, talent_by_code, talents, titles_on
from talents.services import talent_register, team_bearer_set, team_join, team_leave, title_record
from talents.titles import effective
from tests.codes import credit_code

pytestmark = pytest.mark.django_db

DAY = date(2026, 11, 23)


@pytest.fixture
def person(actor):
    return talent_register(actor=actor, talent_code="RC001", name="孙人才", kind="person")


@pytest.fixture
def team(actor):
    return talent_register(actor=actor, talent_code="TD001", name="煤化工创新团队", kind="team")


def test_a_talent_is_known_by_its_code(person, team):
    assert talent_by_code("RC001") == person
    assert [talent.code for talent in talents()] == ["RC001", "TD001"]


@pytest.mark.parametrize(
    "code", ["15260119800101123X", "150602198001011234", "150602800101123", credit_code(1), "有 空格"]
)
def test_identity_numbers_and_credit_codes_are_no_talent_codes(actor, code):
    with pytest.raises(Invalid) as error:
        talent_register(actor=actor, talent_code=code, name="孙人才", kind="person")
    assert error.value.field == "talent_code"
    assert not Party.objects.exists()


def test_a_code_is_registered_once_and_for_people_only(actor, person):
    with pytest.raises(Conflict):
        talent_register(actor=actor, talent_code="RC001", name="另一人", kind="person")
    with pytest.raises(Invalid):
        talent_register(actor=actor, talent_code="RC002", name="公司", kind="enterprise")


def test_title_and_batch_identify_a_recognition(actor, person):
    recorded = {"actor": actor, "party": person, "title": "自治区级“草原英才”", "batch": "2024"}
    assert title_record(**recorded, certificate="证1")[1] is Outcome.CREATED
    assert title_record(**recorded)[1] is Outcome.UNCHANGED
    title, outcome = title_record(**recorded, valid_to=date(2027, 1, 1))
    assert (outcome, title.title, title.certificate) == (Outcome.UPDATED, "自治区草原英才", "证1")
    assert title_record(**{**recorded, "batch": "2025"})[1] is Outcome.CREATED


def test_a_firm_has_no_titles(actor, firm):
    with pytest.raises(Invalid):
        title_record(actor=actor, party=firm, title="天骄英才")
    assert not TalentTitle.objects.exists()


@pytest.mark.parametrize(
    ("title", "level", "meant"),
    [
        ("草原英才", "", "草原英才"),
        ("草原英才", "自治区级", "自治区草原英才"),
        ("草原英才", "市级", "市草原英才"),
        ("草原英才", "A类", "草原英才"),
        ("天骄英才", "市级", "天骄英才"),
    ],
)
def test_the_level_column_completes_a_bare_title(title, level, meant):
    assert effective(title, level) == meant


def test_titles_hold_through_their_last_day_and_come_in_one_query(actor, person, team, django_assert_num_queries):
    title_record(actor=actor, party=person, title="天骄英才", valid_to=DAY)
    title_record(actor=actor, party=team, title="草原英才", level="市级")
    with django_assert_num_queries(1):
        assert titles_on([person.pk, team.pk], DAY) == {person.pk: ["天骄英才"], team.pk: ["市草原英才"]}
    assert titles_on([person.pk], date(2026, 11, 24)) == {}


def test_a_team_has_one_leader_and_keeps_its_history(actor, person, team):
    second = talent_register(actor=actor, talent_code="RC002", name="周人才", kind="person")
    with clock.at(DAY):
        leader = team_join(actor=actor, team=team, person=person, leads=True, joined_on=date(2024, 1, 1))
        with pytest.raises(Conflict):
            team_join(actor=actor, team=team, person=second, leads=True)
        with pytest.raises(Invalid):
            team_join(actor=actor, team=person, person=second)
        with pytest.raises(Invalid):
            team_leave(actor=actor, member=leader, left_on=date(2023, 1, 1))
        team_leave(actor=actor, member=leader, left_on=date(2025, 1, 1))
        with pytest.raises(Conflict):
            team_leave(actor=actor, member=leader)
        team_join(actor=actor, team=team, person=second, leads=True, joined_on=date(2025, 1, 1))
    assert [member.person for member in members_of(team, date(2024, 6, 1))] == [person]
    assert [member.person for member in members_of(team, date(2025, 1, 1))] == [second]


def test_a_team_borrows_through_its_bearer(actor, firm, person, team):
    team_bearer_set(actor=actor, team=team, bearer=firm)
    assert Party.objects.get(pk=team.pk).bearer == firm
    with pytest.raises(Invalid):
        team_bearer_set(actor=actor, team=person, bearer=firm)
