"""Whoever is erased is in no table, file or answer any more but where the page says so beforehand."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.db import connection, transaction
from django.test import Client

from accounts import erasures
from accounts.deliveries import channels_choose
from accounts.models import Erasure, Grant, Party, Role, User
from accounts.services import notify, user_create
from common import audit, clock
from common.errors import Conflict, NotAllowed
from common.models import AuditEvent
from enterprises.models import Consent, Need
from enterprises.services import consent_give, whitelist_answer, whitelist_publish, whitelist_push
from ledger.selectors import ledger_table
from matching.cases import erasing, first_loans
from matching.cases.answers import referral_refuse, referral_withdraw
from matching.cases.financings import financing_record
from matching.cases.liaison import liaison_assign, service_log_write
from matching.cases.opening import referral_create
from matching.models import FirstLoanClaim, Referral
from matching.reconciliation import reconcile
from search.models import SavedSearch
from talents.selectors import officer_of
from talents.services import title_record
from tests.contracts.isolation.things import canary
from tests.contracts.isolation.walk import body
from tests.contracts.isolation.world import PASSWORD, TODAY

LATER = TODAY + timedelta(days=4)
CODE, PHONE = "RC-P", "13987654321"
# Said on the page before anybody asks: what was pushed stays as evidence, the trail names what was refused by code.
KEPT = {"enterprises_whitelistpush", "common_auditevent"}


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path / "data"
    settings.DATA_DIR.mkdir()


def traces(*words):
    """Tables, and files under DATA_DIR, in which one of the words stands."""
    found = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            if any(word in str(row) for row in cursor.fetchall() for word in words):
                found.add(table)
    return found


def files(settings, *words):
    paths = [path for path in Path(settings.DATA_DIR).rglob("*") if path.is_file()]
    return [path.name for path in paths if any(word.encode() in path.read_bytes() for word in words)]


@pytest.fixture
def talent(world):
    """A talent with all that the house may come to hold about one."""
    people, user = world.people, world.people["talent"].user
    system, party = people["system"].user, user.party
    bank = people["x_maker"].user
    title_record(actor=system, party=party, title="天骄英才", certificate=canary("P", "certificate"))
    need = Need.objects.get(party=party, state="open")
    for purpose in (Consent.Purpose.ASSESS, Consent.Purpose.WHITELIST):
        consent_give(actor=user, need=need, institution=bank.party, purpose=purpose)
    batch = whitelist_publish(
        actor=system,
        code="PB",
        department=people["lead"].user.party,
        published_on=TODAY,
        basis_doc="名单",
        parties=[party],
    )
    (push,) = whitelist_push(actor=system, batch=batch, institutions=[bank.party], basis_doc="文件")
    whitelist_answer(
        actor=bank, push=push, party=party, answer="talking", answered_on=TODAY, note=canary("P", "feedback")
    )
    referral = referral_create(actor=user, need=need, institution=bank.party, channel="chosen")
    referral_refuse(actor=bank, referral=referral, reason="other", note=canary("P", "refusal"))
    # It went on to the next consented institution.
    referral_withdraw(actor=user, referral=Referral.objects.get(moved_from=referral))
    officer = officer_of(people["officer_now"].user)
    liaison_assign(actor=people["clerk"].user, party=party, officer=officer)
    service_log_write(
        actor=officer.user,
        party=party,
        happened_on=TODAY,
        way="phone",
        content=canary("P", "log"),
        next_step=canary("P", "next"),
        client_key="erasure",
    )
    lent, _ = financing_record(
        actor=bank,
        serial="L-1",
        institution=bank.party,
        party=party,
        kind="贷",
        credit_kind="流动资金贷款",
        amount=2_000_000,
        disbursed_on=TODAY,
        need=need,
    )
    claim = first_loans.first_loan_claim(
        actor=bank, financing=lent, query_on=TODAY, operator="核验员", prior_credit_kinds=[]
    )
    first_loans.first_loan_verify(actor=people["clerk"].user, claim=claim)
    first_loans.first_loan_confirm(actor=people["signer"].user, claim=claim)
    SavedSearch.objects.create(user=user, document="products", text=canary("P", "search"), path="/products/")
    channels_choose(actor=user, mail=f"{canary('P', 'mail')}@example.com", sms=PHONE)
    notify(users=[user], key="erasure", title=canary("P", "told"))
    TOTP.activate(user, generate_totp_secret())
    refused = Client()
    refused.force_login(people["officer_former"].user)
    refused.get(f"/officer/cases/{CODE}/")
    return user


def figures():
    """The ledger of the quarter of all this, as filed."""
    return ledger_table("2024Q3").as_json()


def erased(user):
    erasing.erasure_ask(actor=user)
    with clock.at(LATER):
        return erasing.erase_due()


def test_nothing_of_a_person_is_left_but_what_was_said(world, talent, settings):
    own = ("CANARY-P-", CODE, PHONE)
    browser = Client()
    assert browser.login(username="talent", password=PASSWORD)
    before, held = figures(), traces(*own)
    assert len(held) > 10
    assert erased(talent) == 1
    assert traces(*own) == KEPT
    assert files(settings, *own) == []
    trail = [str(event.data) + event.actor_name for event in AuditEvent.objects.order_by("seq")]
    assert not any("CANARY-P-" in said or PHONE in said for said in trail)
    assert figures() == before
    assert reconcile().drift == ()
    assert audit.verify()[1] == []
    party = Party.objects.get(pk=talent.party_id)
    assert (party.name, party.titles.count(), party.financings_received.count()) == ("已注销人才", 1, 1)
    assert not Grant.objects.filter(party=party, ended_at=None).exists()
    assert Client().login(username="talent", password=PASSWORD) is False
    assert browser.get("/me/")["Location"].startswith("/login/")


@pytest.mark.parametrize("reader", ["clerk", "x_maker", "officer_now", "lead", "head"])
def test_no_page_or_answer_names_the_person(world, talent, reader):
    assert erased(talent) == 1
    pages = [
        *("/office/", "/office/first-loans/", "/office/officers/", "/office/whitelist/", "/desk/", "/desk/inbox/"),
        *("/desk/pool/", "/desk/whitelist/", "/officer/", "/officer/cases/", "/messages/", "/api/v1/needs/"),
        *("/api/v1/referrals/", "/api/v1/financings/", "/api/v1/pushes/", "/ledger/2024Q3/", "/office/gaps/"),
        *(f"/desk/whitelist/{thing}/" for thing in numbers("enterprises_whitelistpush")),
        *(f"/office/whitelist/pushes/{thing}/" for thing in numbers("enterprises_whitelistpush")),
        *(f"/office/whitelist/{thing}/" for thing in numbers("enterprises_whitelistbatch")),
        *(f"/api/v1/pushes/{thing}/parties/" for thing in numbers("enterprises_whitelistpush")),
        *(f"/referrals/{code}/" for code in Referral.objects.values_list("code", flat=True)),
    ]
    client, seen = Client(), 0
    client.force_login(world.people[reader].user)
    for page in pages:
        response = client.get(page)
        seen += response.status_code == 200
        assert not [word for word in ("CANARY-P-", CODE) if word in body(response)], page
    assert seen > 3


def numbers(table):
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT id FROM "{table}" ORDER BY id')
        return [row[0] for row in cursor.fetchall()]


def test_a_first_loan_stays_counted_when_the_same_person_comes_back(world, talent):
    key = FirstLoanClaim.objects.get(party=talent.party).party_key
    assert erased(talent) == 1
    again = Party.objects.create(kind=Party.Kind.PERSON, name="重来", talent_code=CODE)
    assert first_loans.party_key(again) == key


def test_what_runs_has_to_end_first_and_says_how(world):
    firm = world.people["firm_c"].user
    client = Client()
    client.force_login(firm)
    page = body(client.get("/me/erase/"))
    assert "先办完这些，才能注销" in page
    assert "请先撤回这笔申请" in page
    with pytest.raises(Conflict, match=r"R\d+-.*请先撤回这笔申请"):
        erasing.erasure_ask(actor=firm)
    assert not Erasure.objects.exists()
    with pytest.raises(NotAllowed):
        erasing.erasure_ask(actor=world.people["x_maker"].user)


def test_a_colleague_carries_on(world):
    firm = world.people["firm_a"].user
    user_create(actor=firm, username="second", password=None, display_name="同事", party=firm.party, roles=[Role.FIRM])
    running = Referral.objects.filter(need__party=firm.party).values_list("state", flat=True)
    before = sorted(running)
    assert erased(firm) == 1
    assert sorted(running.all()) == before
    assert Party.objects.get(pk=firm.party_id).name.startswith("CANARY-A-name")
    assert traces(canary("A", "message"), canary("A", "mail"), canary("firm_a", "mail")) == set()


def test_an_account_closed_meanwhile_is_erased_all_the_same(world, talent):
    erasing.erasure_ask(actor=talent)
    talent.roles.all().delete()
    User.objects.filter(pk=talent.pk).update(is_active=False)
    with clock.at(LATER):
        assert erasing.erase_due() == 1
    assert traces("CANARY-P-", PHONE) == {"enterprises_whitelistpush"}


def test_what_comes_between_is_told_and_waits(world, talent):
    erasing.erasure_ask(actor=talent)
    FirstLoanClaim.objects.filter(party=talent.party).update(state="doubtful")
    with clock.at(LATER):
        assert erasing.erase_due() == 0
    told = talent.notifications.get(title="注销暂未执行")
    assert "首贷认定还没有办完" in told.body
    assert erasures.erasure_of(talent) is not None


def test_while_it_waits_nothing_is_opened_and_it_can_be_taken_back(world, talent):
    need, bank = Need.objects.get(party=talent.party, state="open"), world.people["y_maker"].user.party
    erasing.erasure_ask(actor=talent)
    with pytest.raises(Conflict, match="已经申请过"), transaction.atomic():
        erasing.erasure_ask(actor=talent)
    consent_give(actor=talent, need=need, institution=bank)
    with pytest.raises(Conflict, match="已申请注销"):
        referral_create(actor=talent, need=need, institution=bank, channel="chosen")
    erasing.erasure_cancel(actor=talent)
    assert referral_create(actor=talent, need=need, institution=bank, channel="chosen").code
    with clock.at(LATER):
        assert erasing.erase_due() == 0
    with pytest.raises(Conflict, match="没有等待执行"):
        erasing.erasure_cancel(actor=talent)


def test_a_restored_database_is_erased_again_and_nobody_else(world, talent, settings, tmp_path):
    class Restored(Exception):
        pass

    with pytest.raises(Restored), transaction.atomic():
        assert erased(talent) == 1
        entries = erasures.listed(erasures.list_path())
        assert [entry["user"] for entry in entries.values()] == [talent.pk]
        assert "talent" not in erasures.list_path().read_text()
        assert "CANARY" not in json.dumps(entries)
        raise Restored
    assert len(traces("CANARY-P-")) > 10
    elsewhere = tmp_path / "elsewhere.jsonl"
    erasures.list_path().rename(elsewhere)
    assert erasing.reapply([]) == 0
    assert erasing.reapply([elsewhere]) == 1
    assert traces("CANARY-P-", PHONE) == {"enterprises_whitelistpush"}
    assert erasing.reapply([]) == 0
    # A number that was given anew belongs to somebody else.
    stranger = User.objects.get(username="firm_b")
    erasures.list_path().write_text(json.dumps({"mark": "0" * 64, "user": stranger.pk, "done_at": ""}) + "\n")
    assert erasing.reapply([]) == 0
    stranger.refresh_from_db()
    assert stranger.is_active
