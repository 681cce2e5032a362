"""The typed values of a party and its need on a day: age, places, titles, lists, and what stays unknown."""

from datetime import date

import pytest
from dateutil.relativedelta import relativedelta

from accounts.models import Party
from accounts.services import party_register
from common import clock
from enterprises.selectors import subject_of, subjects_of
from enterprises.selectors.subjects import age_months
from enterprises.services import (
    enterprise_register,
    fact_record,
    need_register,
    talent_role_record,
    whitelist_exit,
    whitelist_publish,
)
from talents.services import talent_register, title_record
from tests.codes import credit_code

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def frozen_clock():
    with clock.at(TODAY):
        yield


@pytest.fixture
def state(actor, firm):
    def _state(field, value, as_of=date(2025, 1, 1), **particulars):
        fact_record(actor=actor, party=firm, field=field, value=value, source="imported", as_of=as_of, **particulars)

    return _state


@pytest.fixture
def talent(actor):
    return talent_register(actor=actor, talent_code="RC001", name="孙人才", kind="person")


def titles(firm, on=None):
    return subject_of(firm, on=on).values.get("leader_titles")


def test_nothing_recorded_is_nothing_known(firm):
    subject = subject_of(firm)
    assert (subject.code, subject.as_of, dict(subject.values), subject.established_on) == (firm.uscc, TODAY, {}, None)


@pytest.mark.parametrize(
    ("established", "on", "months"),
    [
        (date(2024, 1, 31), date(2024, 2, 28), 0),
        (date(2024, 1, 31), date(2024, 2, 29), 1),
        (date(2024, 1, 31), date(2024, 3, 30), 1),
        (date(2024, 1, 31), date(2024, 3, 31), 2),
        (date(2024, 2, 29), date(2025, 2, 28), 12),
        (date(2026, 11, 23), date(2026, 11, 23), 0),
        (date(2026, 11, 24), date(2026, 11, 23), None),
        (date(2025, 11, 24), date(2026, 11, 23), 11),
    ],
)
def test_age_counts_whole_months_from_the_base_date(established, on, months):
    assert age_months(established, on) == months


def test_age_agrees_with_its_definition_on_every_day_of_two_years():
    for base in (date(2023, 12, 31), date(2024, 2, 29), date(2024, 1, 15)):
        for offset in range(731):
            day = base + relativedelta(days=offset)
            months = age_months(base, day)
            assert base + relativedelta(months=months) <= day < base + relativedelta(months=months + 1)


def test_stored_facts_become_typed_values(firm, state):
    state("established_on", "2024-01-31")
    state("region", "东胜区")
    state("revenue", 20_000_000)
    state("has_prior_loan", False)
    state("tags", ["小巨人"])
    subject = subject_of(firm)
    assert subject.established_on == date(2024, 1, 31)
    assert (subject.values["age_months"], subject.values["revenue"]) == (33, 20_000_000)
    assert subject.values["has_prior_loan"] is False
    assert subject.values["places"].contains("鄂尔多斯") is True
    assert subject.values["tags"].contains("创新型中小企业") is True
    assert subject.values["tags"].contains("高新技术企业") is False
    assert "leader_titles" not in subject.values
    assert "places" not in subject.notes


def test_the_past_is_seen_as_it_was(firm, state):
    state("established_on", "2024-01-31", as_of=date(2024, 2, 1))
    state("employees", 5, as_of=date(2024, 2, 1))
    state("employees", 9, as_of=date(2026, 1, 1))
    past = subject_of(firm, on=date(2025, 1, 31))
    assert (past.values["age_months"], past.values["employees"]) == (12, 5)
    assert dict(subject_of(firm, on=date(2024, 1, 1)).values) == {}


def test_expired_and_coarse_facts_carry_their_reason(firm, state):
    state("tax_grade", "A", valid_to=date(2025, 12, 31))
    state("region", "鄂尔多斯")
    subject = subject_of(firm)
    assert "tax_grade" not in subject.values
    assert subject.notes["tax_grade"] == "已于 2025-12-31 过期"
    assert subject.values["places"].contains("东胜区") is None
    assert "旗区或园区" in subject.notes["places"]


def test_a_need_adds_what_it_asks_and_credit_is_always_on_offer(actor, firm):
    need = need_register(
        actor=actor, party=firm, kinds=["保", "贷"], amount=5_000_000, term_months=None, purpose="", guarantees=None
    )
    subject = subject_of(firm, need)
    assert subject.code == need.code
    assert subject.values["need_kinds"].contains("险") is False
    assert subject.values["need_amount"] == 5_000_000
    assert "need_term_months" not in subject.values
    assert subject.values["need_guarantees"].contains("信用") is True
    assert subject.values["need_guarantees"].contains("抵押") is None


def test_a_guarantee_list_given_is_complete_even_when_empty(actor, firm):
    for offered, pledged in (([], False), (["知识产权质押"], True)):
        need = need_register(
            actor=actor, party=firm, kinds=["贷"], amount=1, term_months=1, purpose="", guarantees=offered
        )
        value = subject_of(firm, need).values["need_guarantees"]
        assert value.contains("信用") is True
        assert value.contains("知识产权质押") is pledged
        assert value.contains("抵押") is False


@pytest.mark.parametrize(("role", "counts"), [("founder", True), ("leader", True), ("employee", False)])
def test_only_founding_or_leading_makes_a_talents_firm(actor, firm, talent, role, counts):
    title_record(actor=actor, party=talent, title="天骄英才")
    talent_role_record(actor=actor, talent=talent, firm=firm, role=role)
    value = titles(firm)
    assert (value is not None and value.contains("天骄英才") is True) is counts
    assert value is None or value.contains("鄂尔多斯英才") is None


def test_a_role_counts_from_its_first_to_its_last_day(actor, firm, talent):
    title_record(actor=actor, party=talent, title="天骄英才")
    talent_role_record(
        actor=actor, talent=talent, firm=firm, role="leader", since=date(2025, 3, 1), until=date(2026, 3, 1)
    )
    days = [date(2025, 2, 28), date(2025, 3, 1), date(2026, 3, 1), date(2026, 3, 2)]
    assert [titles(firm, day) is not None for day in days] == [False, True, True, False]


def test_an_expired_title_no_longer_counts(actor, firm, talent):
    title_record(actor=actor, party=talent, title="天骄英才", valid_to=date(2025, 12, 31))
    talent_role_record(actor=actor, talent=talent, firm=firm, role="founder")
    assert titles(firm, date(2025, 12, 31)).contains("天骄英才") is True
    assert titles(firm) is None


def test_a_bare_title_of_a_talent_leaves_the_level_open_until_its_level_is_known(actor, firm, talent):
    title_record(actor=actor, party=talent, title="草原英才")
    talent_role_record(actor=actor, talent=talent, firm=firm, role="founder")
    assert titles(firm).contains("草原英才") is True
    assert titles(firm).contains("自治区草原英才") is None
    assert "级别不明" in subject_of(firm).notes["leader_titles"]
    title_record(actor=actor, party=talent, title="草原英才", level="自治区级")
    assert titles(firm).contains("自治区草原英才") is True
    assert "leader_titles" not in subject_of(firm).notes


def test_a_bare_title_keeps_the_level_open_even_beside_a_complete_list(actor, firm, talent, state):
    state("leader_titles", ["天骄英才"])
    title_record(actor=actor, party=talent, title="草原英才")
    talent_role_record(actor=actor, talent=talent, firm=firm, role="founder")
    value = titles(firm)
    assert value.yes == {"天骄英才", "草原英才"}
    assert value.contains("市草原英才") is None
    assert value.contains("高层次人才") is False


def test_a_talent_that_applies_itself_brings_its_own_titles(actor, talent):
    title_record(actor=actor, party=talent, title="鄂尔多斯英才")
    assert titles(talent).contains("鄂尔多斯英才") is True


def test_a_talent_title_among_firm_tags_does_not_count_and_says_why(firm, state):
    state("tags", ["高新技术企业", "高层次人才"])
    subject = subject_of(firm)
    assert "leader_titles" not in subject.values
    assert "改填到人才称号" in subject.notes["leader_titles"]


def test_the_list_is_known_once_one_was_published(actor, firm):
    other = enterprise_register(actor=actor, uscc=credit_code(2), name="另一家有限公司")
    office = party_register(actor=actor, kind=Party.Kind.DEPARTMENT, name="市科技局")
    whitelist_publish(
        actor=actor, code="第一批", department=office, published_on=date(2025, 3, 1), basis_doc="", parties=[firm]
    )
    whitelist_exit(actor=actor, party=firm, exit_on=date(2026, 3, 1), reason="迁出")
    said = [subject_of(firm, on=day).values.get("on_whitelist") for day in (date(2025, 2, 1), date(2025, 3, 1), TODAY)]
    assert said == [None, True, False]
    assert subject_of(other).values["on_whitelist"] is False


def test_eighty_needs_cost_as_many_queries_as_one(actor, django_assert_num_queries):
    needs = [_furnished(actor, number) for number in range(1, 81)]
    with django_assert_num_queries(5):
        subjects_of(needs[:1])
    with django_assert_num_queries(5):
        subjects = subjects_of(needs)
    assert len(subjects) == 80
    assert subjects[needs[7].pk] == subject_of(needs[7].party, needs[7])
    assert all("天骄英才" in subject.values["leader_titles"].yes for subject in subjects.values())


def _furnished(actor, number):
    party = enterprise_register(actor=actor, uscc=credit_code(number), name=f"批量{number}有限公司")
    talent = talent_register(actor=actor, talent_code=f"PL{number}", name=f"人才{number}", kind="person")
    title_record(actor=actor, party=talent, title="天骄英才")
    talent_role_record(actor=actor, talent=talent, firm=party, role="founder")
    for field, value in (("region", "东胜区"), ("employees", number)):
        fact_record(actor=actor, party=party, field=field, value=value, source="imported", as_of=TODAY)
    return need_register(
        actor=actor, party=party, kinds=["贷"], amount=number, term_months=12, purpose="", guarantees=[]
    )
