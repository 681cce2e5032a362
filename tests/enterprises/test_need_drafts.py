"""Drafts: kept half filled, seen by their party alone, never matched, opened by submitting."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from accounts.models import Role
from accounts.services import grant_open, user_create
from common.errors import Conflict, Invalid, Missing, NotAllowed
from common.models import TransitionLog
from enterprises.models import Need
from enterprises.policies import can, needs_visible_to
from enterprises.selectors import drafts_of, open_needs, open_pool
from enterprises.services import (
    enterprise_register,
    need_close,
    need_draft_save,
    need_register,
    need_submit,
    need_update,
)
from matching.models import MatchResult
from matching.policies import visible_to as matches_visible_to
from matching.services import open_matches, rematch
from products.services import institution_register
from tests.codes import credit_code
from tests.enterprises.files import ENTERPRISES, run, write_csv

pytestmark = pytest.mark.django_db

CONTENT = {"kinds": ["贷"], "amount": 3_000_000, "term_months": 12, "purpose": "流动资金", "guarantees": ["抵押"]}


@pytest.fixture
def draft(firm, firm_user):
    return need_draft_save(actor=firm_user, party=firm, **CONTENT)


@pytest.fixture
def bank(actor):
    return institution_register(actor=actor, name="河套测试银行", kind="银行")


@pytest.fixture
def user_of(actor):
    def _user_of(party, *roles, username="other"):
        return user_create(
            actor=actor, username=username, password="correct horse", display_name="李", party=party, roles=roles
        )

    return _user_of


def test_a_draft_is_filled_step_by_step_and_submitted(firm, firm_user):
    draft = need_draft_save(actor=firm_user, party=firm)
    assert (draft.state, draft.kinds, draft.amount, draft.guarantees) == ("draft", [], None, None)
    need_draft_save(actor=firm_user, party=firm, need=draft, amount=500_000)
    with pytest.raises(Invalid) as error:
        need_submit(actor=firm_user, need=draft)
    assert error.value.field == "kinds"
    need_draft_save(actor=firm_user, party=firm, need=draft, kinds=["保", "贷"], purpose=" 备货 ")
    assert list(drafts_of(firm)) == [draft]
    need = need_submit(actor=firm_user, need=draft)
    need.refresh_from_db()
    assert (need.state, need.kinds, need.amount, need.purpose) == ("open", ["贷", "保"], 500_000, "备货")
    assert list(open_needs(firm)) == [need]
    assert not drafts_of(firm).exists()
    log = TransitionLog.objects.get()
    assert (log.from_state, log.to_state, log.actor) == ("draft", "open", firm_user)


def test_submitting_takes_what_is_stored_not_what_a_stale_page_holds(draft, firm, firm_user):
    stale = Need.objects.get(pk=draft.pk)
    need_draft_save(actor=firm_user, party=firm, need=draft, amount=7)
    assert need_submit(actor=firm_user, need=stale).amount == 7


@pytest.mark.parametrize(
    ("field", "value"), [("kinds", ["捐"]), ("amount", 0), ("term_months", 601), ("guarantees", ["口头"])]
)
def test_what_a_draft_says_must_be_possible(draft, firm, firm_user, field, value):
    with pytest.raises(Invalid) as error:
        need_draft_save(actor=firm_user, party=firm, need=draft, **{field: value})
    assert error.value.field == field
    with pytest.raises(TypeError, match="owner"):
        need_draft_save(actor=firm_user, party=firm, owner=firm)


def test_a_submitted_need_is_no_draft_and_a_draft_is_no_open_need(draft, firm, firm_user):
    with pytest.raises(Conflict, match="草稿"):
        need_update(actor=firm_user, need=draft, **CONTENT)
    need_submit(actor=firm_user, need=draft)
    with pytest.raises(Conflict, match="已经提交"):
        need_submit(actor=firm_user, need=draft)
    with pytest.raises(Conflict, match="已经提交"):
        need_draft_save(actor=firm_user, party=firm, need=draft, amount=1)
    assert need_update(actor=firm_user, need=draft, **{**CONTENT, "amount": 1})


def test_another_firm_can_neither_save_nor_submit_nor_close(actor, draft, firm, user_of):
    other = enterprise_register(actor=actor, uscc=credit_code(2), name="另一家有限公司")
    stranger = user_of(other, Role.FIRM)
    for attempt in (
        lambda: need_draft_save(actor=stranger, party=firm),
        lambda: need_draft_save(actor=stranger, party=other, need=draft, amount=1),
        lambda: need_submit(actor=stranger, need=draft),
        lambda: need_close(actor=stranger, need=draft),
    ):
        with pytest.raises(NotAllowed):
            attempt()
    assert list(drafts_of(firm)) == [draft]


def test_a_draft_is_invisible_to_everybody_else_whatever_they_hold(actor, draft, firm, firm_user, bank, user_of):
    grant_open(actor=actor, grantee=bank, party=firm, reason="派单")
    grant_open(actor=actor, grantee=bank, party=firm, reason="企业授权", need_code=draft.code)
    viewers = [
        user_of(bank, Role.BANK_MAKER, username="banker"),
        user_of(None, Role.OFFICE, username="office"),
        user_of(None, Role.OFFICE_SIGNER, username="signer"),
        actor,
    ]
    for viewer in viewers:
        assert not needs_visible_to(viewer).exists()
        assert not can(viewer, "view", draft)
    assert open_pool(bank) == []
    assert list(needs_visible_to(firm_user)) == [draft]
    need_submit(actor=firm_user, need=draft)
    for viewer in viewers:
        assert list(needs_visible_to(viewer)) == [draft]


def test_a_draft_is_never_matched(draft, firm_user):
    assert rematch().needs == 0
    assert rematch(needs=[draft]).needs == 0
    assert not MatchResult.objects.exists()
    assert not matches_visible_to(firm_user).exists()
    with pytest.raises(Missing):
        open_matches(actor=firm_user, code=draft.code)
    with pytest.raises(SystemExit):
        call_command("match", "--need", draft.code, "--json", stdout=StringIO(), stderr=StringIO())
    need_submit(actor=firm_user, need=draft)
    assert rematch().needs == 1
    out = StringIO()
    call_command("match", "--need", draft.code, "--json", stdout=out)
    assert json.loads(out.getvalue()) == []


def test_a_draft_given_up_keeps_nothing_and_stays_unseen(draft, firm_user, user_of):
    need_close(actor=firm_user, need=draft)
    draft.refresh_from_db()
    assert (draft.state, draft.kinds, draft.amount, draft.purpose) == ("closed", [], None, "")
    assert not needs_visible_to(user_of(None, Role.OFFICE)).exists()
    with pytest.raises(Conflict):
        need_submit(actor=firm_user, need=draft)
    with pytest.raises(Conflict, match="已结束"):
        need_close(actor=firm_user, need=draft)


def test_an_open_need_has_a_kind_whoever_writes_it(draft):
    with pytest.raises(IntegrityError), transaction.atomic():
        Need.objects.filter(pk=draft.pk).update(state="open", kinds=[])


def test_closing_is_logged_with_its_reason_and_needs_the_post(firm, firm_user, user_of):
    need = need_register(actor=firm_user, party=firm, **CONTENT)
    with pytest.raises(NotAllowed):
        need_close(actor=user_of(firm, Role.OFFICER), need=need)
    need_close(actor=firm_user, need=need, reason="已融到")
    log = TransitionLog.objects.get()
    assert (log.from_state, log.to_state, log.reason, log.actor) == ("open", "closed", "已融到", firm_user)
    assert (need.state, need.amount) == ("closed", 3_000_000)


def test_the_enterprises_file_opens_needs_and_leaves_drafts_alone(tmp_path, actor, draft, firm):
    row = {"uscc": firm.uscc, "name": firm.name, "need_kind": "贷", "need_amount_wan": "9"}
    path = write_csv(tmp_path / "firms.csv", ENTERPRISES, [{**row, "need_code": "XQ-9"}])
    _, code = run("import_enterprises", path)
    assert code == 0
    assert Need.objects.get(code="XQ-9").state == "open"
    path = write_csv(tmp_path / "again.csv", ENTERPRISES, [{**row, "need_code": draft.code}])
    report, code = run("import_enterprises", path)
    assert (code, report["rejected"][0]["column"]) == (1, "need_code")
    draft.refresh_from_db()
    assert (draft.state, draft.amount) == ("draft", 3_000_000)
