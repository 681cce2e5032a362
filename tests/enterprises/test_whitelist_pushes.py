"""A push tells name, code and tags on a basis; each institution sees and answers its own alone."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Party, Role
from accounts.services import party_register, user_create
from common import clock
from common.errors import Conflict, Invalid, Missing, NotAllowed
from common.tabular import Outcome
from enterprises.models import Consent, EnterpriseProfile, WhitelistPush
from enterprises.policies import may_answer, pushes_visible_to
from enterprises.selectors import push_lines, tallies
from enterprises.services import (
    consent_give,
    fact_record,
    need_register,
    whitelist_answer,
    whitelist_exit,
    whitelist_publish,
    whitelist_push,
)
from journal.models import Posting
from matching.reconciliation import reconcile
from products.services import institution_register
from talents.services import talent_register
from tests.codes import credit_code
from tests.enterprises.files import counts, places_of_errors, run, write_csv

pytestmark = pytest.mark.django_db

DAY = date(2024, 9, 27)
COLUMNS = "batch,institution,party_code,answer,answered_on,note".split(",")


@pytest.fixture(autouse=True)
def frozen_clock():
    with clock.at(DAY):
        yield


@pytest.fixture
def make_user(actor):
    def make(name, party, role):
        return user_create(
            actor=actor, username=name, password="correct horse", display_name=name, party=party, roles=[role]
        )

    return make


@pytest.fixture
def banks(actor):
    names = ("第一测试银行", "第二测试银行")
    return [institution_register(actor=actor, name=name, kind="银行", local=True) for name in names]


@pytest.fixture
def bankers(make_user, banks):
    return [make_user(f"bank{number}", bank, Role.BANK_MAKER) for number, bank in enumerate(banks)]


@pytest.fixture
def department(actor):
    return party_register(actor=actor, kind=Party.Kind.DEPARTMENT, name="市科技局")


@pytest.fixture
def clerk(make_user, department):
    return make_user("lead", department, Role.LEAD_UNIT)


@pytest.fixture
def talent(actor):
    return talent_register(actor=actor, talent_code="RC1", name="孙人才", kind="person")


@pytest.fixture
def batch(actor, clerk, department, firm, talent):
    fact_record(actor=actor, party=firm, field="tags", value=["高新技术企业"], source="imported", as_of=DAY)
    return whitelist_publish(
        actor=clerk, code="甲批", department=department, published_on=DAY, basis_doc="1号", parties=[firm, talent]
    )


@pytest.fixture
def push(clerk, batch, banks):
    return whitelist_push(actor=clerk, batch=batch, institutions=banks[:1], basis_doc="鄂科发1号")[0]


def test_a_push_releases_firms_on_the_basis_and_persons_only_with_consent(bankers, push, firm, banks):
    assert push.released == [
        {"party": firm.pk, "name": firm.name, "code": firm.uscc, "tags": ["高新技术企业", "白名单"]}
    ]
    posting = Posting.objects.get(kind="whitelist_pushed")
    assert (posting.organisation, posting.quantity, posting.fields) == (
        banks[0],
        1,
        {"batch": "甲批", "basis_doc": "鄂科发1号"},
    )
    assert bankers[0].notifications.filter(path=f"/desk/whitelist/{push.pk}/").exists()
    assert reconcile().drift == ()


def test_a_person_who_consented_is_told_to_that_institution_only(actor, make_user, clerk, batch, talent, banks):
    user = make_user("talent", talent, Role.TALENT)
    need = need_register(
        actor=user, party=talent, kinds=["贷"], amount=None, term_months=None, purpose="", guarantees=None
    )
    consent_give(actor=user, need=need, institution=banks[0], purpose=Consent.Purpose.WHITELIST)
    first, second = whitelist_push(actor=clerk, batch=batch, institutions=banks, basis_doc="1号")
    assert talent.pk in first.parties
    assert talent.pk not in second.parties


def test_contacts_are_shown_only_while_the_consent_lives(firm, firm_user, push, banks):
    EnterpriseProfile.objects.create(party=firm, contact_name="赵经办", contact_phone="0477-1")
    assert [line.reachable for line in push_lines(push)] == [False]
    need = need_register(
        actor=firm_user, party=firm, kinds=["贷"], amount=None, term_months=None, purpose="", guarantees=None
    )
    consent_give(actor=firm_user, need=need, institution=banks[0], purpose=Consent.Purpose.WHITELIST, days=1)
    assert [line.reachable for line in push_lines(push)] == [True]
    with clock.at(date(2024, 9, 29)):
        assert [line.reachable for line in push_lines(push)] == [False]


def test_who_may_push(actor, make_user, clerk, batch, banks, bankers):
    other = party_register(actor=actor, kind=Party.Kind.DEPARTMENT, name="市工信局")
    for user in (bankers[0], make_user("other", other, Role.LEAD_UNIT)):
        with pytest.raises(NotAllowed):
            whitelist_push(actor=user, batch=batch, institutions=banks, basis_doc="1号")
    office = make_user("office", other, Role.OFFICE)
    assert len(whitelist_push(actor=office, batch=batch, institutions=banks, basis_doc="1号")) == 2


def test_a_push_that_cannot_be_is_refused_whole(actor, clerk, batch, banks, department, firm):
    stranger = party_register(actor=actor, kind=Party.Kind.INSTITUTION, name="外地银行")
    for institutions, basis, field in (
        (banks, " ", "basis_doc"),
        ([], "1号", "institutions"),
        ([*banks, stranger], "1号", "institutions"),
    ):
        with pytest.raises(Invalid) as error:
            whitelist_push(actor=clerk, batch=batch, institutions=institutions, basis_doc=basis)
        assert error.value.field == field
    whitelist_push(actor=clerk, batch=batch, institutions=banks[:1], basis_doc="1号")
    with pytest.raises(Conflict, match="今天已向"), transaction.atomic():
        whitelist_push(actor=clerk, batch=batch, institutions=banks[::-1], basis_doc="1号")
    assert WhitelistPush.objects.count() == Posting.objects.filter(kind="whitelist_pushed").count() == 1
    whitelist_exit(actor=clerk, party=firm, batch=batch, exit_on=DAY, reason="迁出")
    with pytest.raises(Conflict, match="没有可以推送"):
        whitelist_push(actor=clerk, batch=batch, institutions=banks[1:], basis_doc="1号")


def test_an_institution_sees_and_answers_its_own_alone(push, firm, clerk, bankers):
    assert list(pushes_visible_to(bankers[0])) == list(pushes_visible_to(clerk)) == [push]
    assert not pushes_visible_to(bankers[1]).exists()
    assert not may_answer(bankers[1], push)
    said = {"push": push, "party": firm, "answer": "contacted", "answered_on": DAY}
    for user in (bankers[1], clerk):
        with pytest.raises(NotAllowed):
            whitelist_answer(actor=user, **said)
    assert whitelist_answer(actor=bankers[0], **said) == Outcome.CREATED
    assert whitelist_answer(actor=bankers[0], **said) == Outcome.UNCHANGED
    assert whitelist_answer(actor=bankers[0], **said, note="约好周三") == Outcome.UPDATED
    with clock.at(date(2024, 10, 8)):
        whitelist_answer(actor=bankers[0], **said | {"answer": "approved", "answered_on": date(2024, 10, 8)})
    assert [line.feedback.answer for line in push_lines(push)] == ["approved"]
    assert push.feedback.count() == 2
    (tally,) = tallies(pushes_visible_to(clerk))
    assert (tally.told, tally.answered, tally.answers) == (1, 1, (("已授信", 1),))


@pytest.mark.parametrize(
    ("changes", "error", "field"),
    [
        ({"answer": "maybe"}, Invalid, "answer"),
        ({"answered_on": date(2024, 9, 26)}, Invalid, "answered_on"),
        ({"answered_on": date(2024, 9, 28)}, Invalid, "answered_on"),
        ({"note": "长" * 201}, Invalid, "note"),
    ],
)
def test_an_answer_that_cannot_be_is_refused_by_field(push, firm, talent, bankers, changes, error, field):
    said = {"push": push, "party": firm, "answer": "contacted", "answered_on": DAY} | changes
    with pytest.raises(error) as raised:
        whitelist_answer(actor=bankers[0], **said)
    assert raised.value.field == field
    with pytest.raises(Missing):
        whitelist_answer(actor=bankers[0], push=push, party=talent, answer="contacted", answered_on=DAY)


def test_the_database_keeps_what_was_told(push, firm, bankers):
    whitelist_answer(actor=bankers[0], push=push, party=firm, answer="contacted", answered_on=DAY)
    for attempt in (
        lambda: WhitelistPush.objects.update(released=[]),
        lambda: push.feedback.update(answer="approved"),
        lambda: push.feedback.all().delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()


def test_a_file_of_answers_is_taken_in_once_and_its_mistakes_are_named(tmp_path, push, firm, talent, banks):
    line = {
        "batch": "甲批",
        "institution": banks[0].name,
        "party_code": firm.uscc,
        "answer": "已联系",
        "answered_on": "2024-09-27",
    }
    path = write_csv(tmp_path / "answers.csv", COLUMNS, [line])
    assert counts(run("import_whitelist_feedback", path)[0]) == [1, 0, 0, 0]
    assert counts(run("import_whitelist_feedback", path)[0]) == [0, 0, 1, 0]
    wrong = [
        {**line, "batch": "乙批"},
        {**line, "institution": "没有的银行"},
        {**line, "institution": banks[1].name},
        {**line, "party_code": credit_code(77)},
        {**line, "party_code": talent.talent_code},
        {**line, "answer": "也许"},
        {**line, "answered_on": "2024-09-28"},
        {**line, "answered_on": "2024-09-26"},
    ]
    report, code = run("import_whitelist_feedback", write_csv(tmp_path / "wrong.csv", COLUMNS, wrong))
    assert places_of_errors(report) == [
        (2, "batch"),
        (3, "institution"),
        (4, "party_code"),
        (5, "party_code"),
        (6, "party_code"),
        (7, "answer"),
        (8, "answered_on"),
        (9, "party_code"),
    ]
    assert code == 1
