"""A thousand at once, each on a connection of its own: no rule is broken, and who loses is told cleanly."""

import json
from collections import Counter
from datetime import date

import pytest
from django.test import Client

from accounts.models import Party
from accounts.services import party_register, system_actor
from common import audit, clock
from enterprises.models import Need
from enterprises.services import enterprise_register
from journal.models import Posting
from matching.cases import first_loans
from matching.cases.financings import financing_record
from matching.cases.liaison import liaison_assign
from matching.models import FirstLoanClaim, LiaisonAssignment
from products.services import institution_register
from tests.codes import credit_code
from tests.houses import PROVE
from tests.matching.chain import FRIDAY, make_chain
from tests.matching.money import WAN, claim, sign
from tests.races import at_once

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
RACERS, AT_ONCE = (1_000, 64) if PROVE else (60, 12)
OFFICERS = 20 if PROVE else 3
# Six of ten find room.
CAPACITY = RACERS * 6 // 10 // OFFICERS


def outcomes(work):
    """How often each outcome of ``work(number)`` came."""
    return Counter(at_once(work, RACERS, AT_ONCE))


def test_of_all_claims_to_one_first_loan_one_wins(record_property):
    root = system_actor("测试")
    sign(root)
    firm = party_register(actor=root, kind=Party.Kind.ENTERPRISE, name="抢首贷有限公司", uscc=credit_code(1))
    first_loans.candidate_declare(actor=root, party=firm)
    banks = [institution_register(actor=root, name=f"测试第{number}银行", kind="银行") for number in range(10)]
    loans = [
        financing_record(
            actor=root,
            serial=f"D-{number}",
            institution=banks[number % 10],
            party=firm,
            kind="贷",
            credit_kind="流贷",
            amount=WAN * (number + 1),
            disbursed_on=date(2023, 3, 1),
        )[0]
        for number in range(RACERS)
    ]

    def attempt(number):
        made = first_loans.first_loan_verify(actor=root, claim=claim(root, loans[number]))
        first_loans.first_loan_confirm(actor=root, claim=made)
        return "won"

    assert outcomes(attempt) == {"won": 1, "conflict": RACERS - 1}
    assert Counter(FirstLoanClaim.objects.order_by("pk").values_list("state", flat=True)) == {
        "confirmed": 1,
        "doubtful": RACERS - 1,
    }
    assert Posting.objects.filter(kind="first_loan_confirmed").count() == 1
    assert audit.verify()[1] == []
    record_property("proof", f"首贷申报至确认 {RACERS} 笔争一户（{AT_ONCE} 路并发）：确认 1，存疑 {RACERS - 1}，违反 0")


def test_one_key_is_one_need_and_one_answer(record_property):
    chain = make_chain()
    body = json.dumps({"kinds": ["贷"], "amount": 2_000_000, "term_months": 12, "purpose": "一次需求"})
    browser, busy = Client(), Counter()
    browser.force_login(chain.firm_user)
    session = browser.cookies["sessionid"].value

    def submit(number):
        client = Client()
        client.cookies["sessionid"] = session
        headers = {"Idempotency-Key": "one-need"}
        while True:
            answer = client.post("/api/v1/needs/", body, content_type="application/json", headers=headers)
            if answer.status_code != 409:
                return answer.status_code, json.dumps(answer.json(), sort_keys=True)
            assert answer.json()["errors"][0]["code"] == "in_flight"
            busy["in flight"] += 1

    answers = outcomes(submit)
    ((status, content),) = answers
    made = Need.objects.get(purpose="一次需求")
    assert (status, json.loads(content)["code"], made.party_id) == (201, made.code, chain.firm.pk)
    assert audit.verify()[1] == []
    record_property(
        "proof",
        f"同一幂等键登记需求 {RACERS} 次（{AT_ONCE} 路并发）：需求 1 项，应答 {answers.total()} 个全同，"
        f"办理中回 409 后重发 {busy.total()} 次，违反 0",
    )


def test_a_page_sent_many_times_is_one_need(record_property):
    chain = make_chain()
    browser = Client()
    browser.force_login(chain.firm_user)
    session = browser.cookies["sessionid"].value
    offered = browser.get("/me/needs/new/").context["offered"]

    def submit(number):
        client = Client()
        client.cookies["sessionid"] = session
        sent = {"kinds": ["贷"], "amount": "200", "term_months": "12", "purpose": "一页需求", "offered": offered}
        answer = client.post("/me/needs/new/", sent)
        return answer.status_code, answer.headers.get("Location")

    answers = outcomes(submit)
    made = Need.objects.get(purpose="一页需求")
    assert answers == {(302, f"/me/matches/?need={made.code}"): RACERS}
    record_property("proof", f"同一页登记需求提交 {RACERS} 次（{AT_ONCE} 路并发）：需求 1 项，都转到它，违反 0")


def test_no_officer_is_given_more_than_its_capacity(record_property):
    with clock.at(FRIDAY):
        chain = make_chain()
        officers = [chain.officer(f"o{number}", capacity=CAPACITY) for number in range(OFFICERS)]
        firms = [
            enterprise_register(actor=chain.system, uscc=credit_code(100 + number), name=f"待派{number}有限公司")
            for number in range(RACERS)
        ]

    def assign(number):
        with clock.at(FRIDAY):
            liaison_assign(actor=chain.office, party=firms[number], officer=officers[number % OFFICERS])
        return "won"

    room = OFFICERS * CAPACITY
    assert outcomes(assign) == {"won": room, "conflict": RACERS - room}
    held = Counter(LiaisonAssignment.objects.order_by("pk").values_list("officer_id", flat=True))
    assert set(held.values()) == {CAPACITY}
    assert audit.verify()[1] == []
    record_property(
        "proof",
        f"指派 {RACERS} 户给 {OFFICERS} 名容量 {CAPACITY} 的特派员（{AT_ONCE} 路并发）："
        f"成 {room}，满员冲突 {RACERS - room}，超员 0",
    )
