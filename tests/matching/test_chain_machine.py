"""Consent, referral and first loan in any order: after every step the product shows what a model by hand says.

The steps are the same on every database, so the fingerprint of all that was seen is, too (``make prove`` compares).
"""

import hashlib
from collections import Counter
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from accounts.models import Role
from common import audit, clock
from common.errors import DomainError
from enterprises.models import Consent, Need
from enterprises.services import consent_give, consent_withdraw, enterprise_register, need_close, need_register
from journal.models import Posting
from matching.cases import first_loans, policies, referrals
from matching.cases.financings import financing_record, financing_reverse
from matching.models import Financing, FirstLoanClaim, Referral
from tests.codes import credit_code
from tests.houses import PROVE
from tests.matching.chain import NEED, make_chain, staff
from tests.matching.chain_model import LAST_DAY, MONDAY, WAY, Model
from tests.matching.money import WAN, sign

LEAST_STEPS = 10_000 if PROVE else 200
EXAMPLES, LONGEST = (260, 50) if PROVE else (6, 50)

# Mostly the same need and bank, so that what one step began the next goes on with.
FIRM, NEEDS, BANK = st.integers(0, 1), st.sampled_from([0, 0, 0, 1, 2]), st.sampled_from([0, 0, 0, 1, 2])
# Which of those there are, the newest first; and whether its own bank or firm acts.
ANY = st.integers(0, 3)
OWN = st.sampled_from([True, True, True, False])
CHECKER = st.sampled_from(["clerk", "signer", "other signer"])


class City:
    """Everybody, built once; what they do is undone after each example."""

    def __init__(self):
        self.chain = make_chain()
        second = enterprise_register(actor=self.chain.system, uscc=credit_code(12), name="第二新材料有限公司")
        self.firms = [self.chain.firm, second]
        self.users = [self.chain.firm_user, staff(self.chain.system, "second-firm", second, Role.FIRM)]
        self.needs = [self.chain.need]
        for code, party in (("NC2", self.chain.firm), ("NC3", second)):
            self.needs.append(need_register(actor=self.chain.system, party=party, code=code, **NEED))
        self.banks, self.makers = self.chain.banks, self.chain.bankers
        self.office = {"clerk": self.chain.office}
        for name in ("signer", "other signer"):
            self.office[name] = staff(self.chain.system, name.replace(" ", "-"), None, Role.OFFICE_SIGNER)
        sign(self.chain.system)


class Trace:
    """What was seen at every step of all examples."""

    def __init__(self):
        self.digest, self.outcomes = hashlib.sha256(), Counter()

    def add(self, step, outcome, seen):
        self.outcomes[step, outcome] += 1
        self.digest.update(repr((step, outcome, seen)).encode())


class ChainMachine(RuleBasedStateMachine):
    """``city`` and ``trace`` are set by the test."""

    city: City
    trace: Trace

    def __init__(self):
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.model, self.last = Model(), ("begin", "ok")

    def teardown(self):
        whole = audit.verify()[1]
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)
        assert whole == []

    def both(self, name, expected, act):
        """Do it and compare how it ended with what the model ``expected``."""
        try:
            with clock.at(MONDAY + timedelta(days=self.model_day)):
                act()
            got = "ok"
        except DomainError as error:
            got = type(error).__name__
        assert got == expected, f"{name}: the product says {got}, the model {expected}"
        self.last = name, got

    @property
    def model_day(self):
        return self.model.day

    def pick(self, rows, number):
        return len(rows) - 1 - number % len(rows)

    # Consent

    @rule(need=NEEDS, bank=BANK, own=OWN, days=st.sampled_from([1, 3, 30]))
    def give(self, need, bank, own, days):
        firm = self.owner(need, own)
        act = {"institution": self.city.banks[bank], "days": days, "need": self.fresh(need)}
        self.both(
            "give",
            self.model.give(firm, need, bank, days),
            lambda: consent_give(actor=self.city.users[firm], **act),
        )

    @precondition(lambda self: self.model.consents)
    @rule(which=ANY, own=OWN)
    def take_back(self, which, own):
        number = self.pick(self.model.consents, which)
        firm = self.owner(self.model.consents[number].need, own)
        consent = Consent.objects.order_by("pk")[number]
        expected = self.model.take_back(firm, number)
        self.both("take_back", expected, lambda: consent_withdraw(actor=self.city.users[firm], consent=consent))

    # Referral

    @rule(need=NEEDS, bank=BANK, own=OWN)
    def choose(self, need, bank, own):
        firm = self.owner(need, own)
        act = {"need": self.fresh(need), "institution": self.city.banks[bank], "channel": "chosen"}
        expected = self.model.choose(firm, need, bank)
        self.both("choose", expected, lambda: referrals.referral_create(actor=self.city.users[firm], **act))

    @rule(need=NEEDS, bank=BANK)
    def dispatch(self, need, bank):
        act = {"need": self.fresh(need), "institution": self.city.banks[bank], "channel": "dispatched"}
        expected = self.model.dispatch(need, bank)
        self.both("dispatch", expected, lambda: referrals.referral_create(actor=self.city.chain.office, **act))

    @rule(need=NEEDS, bank=BANK)
    def grab(self, need, bank):
        act = {"need_code": self.city.needs[need].code, "institution": self.city.banks[bank]}
        expected = self.model.grab(need, bank)
        self.both("grab", expected, lambda: referrals.referral_grab(actor=self.city.makers[bank], **act))

    @precondition(lambda self: self.model.referrals)
    @rule(which=ANY, own=OWN, skip=st.sampled_from([0, 0, 0, 0, 1]))
    def advance(self, which, own, skip):
        number = self.pick(self.model.referrals, which)
        referral = self.model.referrals[number]
        bank = (referral.bank + (not own)) % 3
        at = WAY.index(referral.state) if referral.state in WAY else 0
        to = WAY[min(at + 1 + skip, len(WAY) - 1)]
        amount = {"approved_amount": WAN} if to == "approved" else {}
        self.both(
            "advance",
            self.model.advance(bank, number, to),
            lambda: referrals.referral_advance(
                actor=self.city.makers[bank], referral=self.referral(number), to=to, **amount
            ),
        )

    @precondition(lambda self: self.model.referrals)
    @rule(which=ANY, own=OWN, final=st.booleans())
    def refuse(self, which, own, final):
        number = self.pick(self.model.referrals, which)
        bank = (self.model.referrals[number].bank + (not own)) % 3
        reason, found = "no_demand" if final else "credit", self.referral(number)
        self.both(
            "refuse",
            self.model.refuse(bank, number, final),
            lambda: referrals.referral_refuse(actor=self.city.makers[bank], referral=found, reason=reason),
        )

    @precondition(lambda self: self.model.referrals)
    @rule(which=ANY, own=OWN)
    def withdraw(self, which, own):
        number = self.pick(self.model.referrals, which)
        firm, found = self.owner(self.model.referrals[number].need, own), self.referral(number)
        expected = self.model.withdraw(firm, number)
        self.both(
            "withdraw", expected, lambda: referrals.referral_withdraw(actor=self.city.users[firm], referral=found)
        )

    @precondition(lambda self: any(referral.state == "pending" for referral in self.model.referrals))
    @rule()
    def lapse(self):
        self.both("lapse", self.model.lapse(), lambda: referrals.lapse_overdue(actor=self.city.chain.system))

    @precondition(lambda self: self.model.day < LAST_DAY - 4)
    @rule(days=st.integers(1, 4))
    def wait(self, days):
        self.model.day += days
        self.last = "wait", "ok"

    @precondition(lambda self: len(self.model.referrals) > 3)
    @rule(need=NEEDS, own=OWN)
    def close(self, need, own):
        firm, found = self.owner(need, own), self.fresh(need)
        expected = self.model.close(firm, need)
        self.both("close", expected, lambda: need_close(actor=self.city.users[firm], need=found))

    # Money and first loan

    @rule(bank=BANK, need=NEEDS, own=OWN, named=st.booleans())
    def lend(self, bank, need, own, named):
        firm, serial = self.owner(need, own), f"D-{len(self.model.loans)}"
        content = {
            "serial": serial,
            "institution": self.city.banks[bank],
            "party": self.city.firms[firm],
            "need": self.fresh(need) if named else None,
            "kind": "贷",
            "credit_kind": "流贷",
            "amount": WAN,
            "disbursed_on": MONDAY + timedelta(days=self.model.day),
        }
        expected = self.model.lend(bank, firm, need if named else None)
        self.both("lend", expected, lambda: financing_record(actor=self.city.makers[bank], **content))

    @precondition(lambda self: self.model.loans)
    @rule(which=ANY, own=OWN)
    def reverse(self, which, own):
        number = self.pick(self.model.loans, which)
        bank = (self.model.loans[number].bank + (not own)) % 3
        content = {"reason": "录错", "on": MONDAY + timedelta(days=self.model.day), "financing": self.loan(number)}
        expected = self.model.reverse(bank, number)
        self.both("reverse", expected, lambda: financing_reverse(actor=self.city.makers[bank], **content))

    @precondition(lambda self: len(self.model.claims) < 6)
    @rule(firm=FIRM)
    def hope(self, firm):
        expected, party = self.model.hope(firm), self.city.firms[firm]
        self.both("hope", expected, lambda: first_loans.candidate_declare(actor=self.city.users[firm], party=party))

    @precondition(lambda self: self.model.loans)
    @rule(which=ANY, own=OWN, prior=st.sampled_from([False, False, True]))
    def claim(self, which, own, prior):
        number = self.pick(self.model.loans, which)
        bank, financing = (self.model.loans[number].bank + (not own)) % 3, self.loan(number)
        attested = {
            "query_on": financing.disbursed_on,
            "operator": "钱经办",
            "prior_credit_kinds": ["贷款"] if prior else [],
        }
        self.both(
            "claim",
            self.model.claim(bank, number, prior),
            lambda: first_loans.first_loan_claim(actor=self.city.makers[bank], financing=financing, **attested),
        )

    @precondition(lambda self: self.model.claims)
    @rule(which=ANY, who=CHECKER)
    def verify(self, which, who):
        number = self.pick(self.model.claims, which)
        expected, found = self.model.verify(who, number), self.claim_of(number)
        self.both("verify", expected, lambda: first_loans.first_loan_verify(actor=self.city.office[who], claim=found))

    @precondition(lambda self: self.model.claims)
    @rule(which=ANY, who=CHECKER)
    def confirm(self, which, who):
        number = self.pick(self.model.claims, which)
        expected, found = self.model.confirm(who, number), self.claim_of(number)
        self.both("confirm", expected, lambda: first_loans.first_loan_confirm(actor=self.city.office[who], claim=found))

    @precondition(lambda self: len(self.model.claims) > 1)
    @rule(which=ANY, doubt=st.booleans())
    def reject_or_doubt(self, which, doubt):
        number = self.pick(self.model.claims, which)
        found, clerk = self.claim_of(number), self.city.chain.office
        if doubt:
            expected = self.model.doubt(number)
            self.both(
                "doubt", expected, lambda: first_loans.first_loan_doubt(actor=clerk, claim=found, problem="查证中")
            )
        else:
            expected = self.model.reject(number)
            self.both(
                "reject", expected, lambda: first_loans.first_loan_reject(actor=clerk, claim=found, reason="不符")
            )

    # What the product shows

    @invariant()
    def shown_is_what_the_model_says(self):
        with clock.at(MONDAY + timedelta(days=self.model.day)):
            seen = self.seen()
        self.trace.add(*self.last, seen)
        assert seen == self.model.seen()

    def seen(self):
        needs = {need.pk: number for number, need in enumerate(self.city.needs)}
        loans = {pk: n for n, pk in enumerate(self.own_loans().values_list("pk", flat=True))}
        firms = {firm.pk: number for number, firm in enumerate(self.city.firms)}
        claims = FirstLoanClaim.objects.order_by("pk").values_list("party_id", "financing_id", "state")
        return {
            "needs": [
                sorted(needs[need.pk] for need in policies.needs_visible_to(maker)) for maker in self.city.makers
            ],
            "referrals": [
                [referral_seen(row, needs) for row in policies.visible_to(maker).order_by("pk")]
                for maker in self.city.makers
            ],
            "claims": [(firms[party], loans.get(loan), state) for party, loan, state in claims],
            "told": standing("referral_dispatched"),
            "first": standing("first_loan_confirmed"),
            "lent": standing("loan_disbursed"),
        }

    def owner(self, need, own):
        right = self.city.firms.index(self.city.firms[(0, 0, 1)[need]])
        return right if own else 1 - right

    def fresh(self, need):
        return Need.objects.select_related("party").get(pk=self.city.needs[need].pk)

    def referral(self, number):
        return Referral.objects.select_related("need", "institution").order_by("pk")[number]

    def own_loans(self):
        return Financing.objects.filter(reversal_of=None).order_by("pk")

    def loan(self, number):
        return self.own_loans()[number]

    def claim_of(self, number):
        return FirstLoanClaim.objects.order_by("pk")[number]


def referral_seen(row, needs):
    pending = row.state == "pending"
    return needs[row.need_id], row.state, row.channel, row.paused_since is not None, row.due_on if pending else None


def standing(kind):
    return Posting.objects.filter(kind=kind, reversal_of=None, reversed_by=None).count()


@pytest.mark.django_db
def test_any_order_of_steps_shows_what_the_model_says(record_property):
    with clock.at(MONDAY - timedelta(days=1)):
        ChainMachine.city, ChainMachine.trace = City(), Trace()
    run_state_machine_as_test(
        ChainMachine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=LONGEST,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )
    outcomes = ChainMachine.trace.outcomes
    del outcomes["begin", "ok"]
    done = {name: count for (name, outcome), count in sorted(outcomes.items()) if outcome == "ok"}
    steps, good = outcomes.total(), sum(done.values())
    assert steps >= LEAST_STEPS
    if PROVE:
        assert set(done) == {name for name, _ in outcomes}, "a step that never came off proves nothing"
    told = "、".join(f"{name} {count}" for name, count in done.items())
    record_property("proof", f"{steps} 步（成 {good}，拒 {steps - good}），与模型不符 0；办成：{told}")
    record_property("fingerprint", ChainMachine.trace.digest.hexdigest())
