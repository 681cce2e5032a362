"""What consent, referral and first loan should do, said once more by hand in plain Python: nothing of the product.

Each method answers ``ok`` or the name of the refusal, and changes nothing when it refuses (but for the doubt that a
second confirmation leaves). Firms are 0 and 1, needs 0–2, banks 0–2; days count from a Monday with no holiday near.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

WAY = ["pending", "accepted", "contacted", "diligence", "approved", "signed", "disbursed", "settled"]
ENDED = {"settled", "refused", "withdrawn", "lapsed"}
# Needs 0 and 1 are of firm 0, need 2 of firm 1.
OWNER = (0, 0, 1)
MONDAY = date(2024, 2, 19)
LAST_DAY = 42


@dataclass
class Consent:
    need: int
    bank: int
    given: int
    until: int


@dataclass
class Referral:
    need: int
    bank: int
    channel: str
    due: date | None
    state: str = "pending"
    paused: bool = False

    def seen(self):
        return self.need, self.state, self.channel, self.paused, self.due


@dataclass
class Loan:
    bank: int
    firm: int
    need: int | None
    day: int
    reversed: bool = False


@dataclass
class Claim:
    firm: int
    loan: int | None
    state: str
    prior: bool = False
    decider: str = ""


@dataclass
class Model:
    day: int = 0
    closed: set[int] = field(default_factory=set)
    consents: list[Consent] = field(default_factory=list)
    referrals: list[Referral] = field(default_factory=list)
    loans: list[Loan] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    told: int = 0

    # Consent

    def live(self, need, bank):
        return [c for c in self.consents if (c.need, c.bank) == (need, bank) and c.until > self.day]

    def give(self, firm, need, bank, days):
        if OWNER[need] != firm:
            return "NotAllowed"
        if need in self.closed or self.live(need, bank):
            return "Conflict"
        self.consents.append(Consent(need, bank, self.day, self.day + days))
        return "ok"

    def take_back(self, firm, number):
        consent = self.consents[number]
        if OWNER[consent.need] != firm:
            return "NotAllowed"
        if consent.until <= self.day:
            return "Conflict"
        consent.until = self.day
        return "ok"

    # Referral

    def next_working_day(self, day):
        after = MONDAY + timedelta(days=day + 1)
        return after + timedelta(days=(0, 0, 0, 0, 0, 2, 1)[after.weekday()])

    def open_at(self, need, bank):
        return [r for r in self.referrals if (r.need, r.bank) == (need, bank) and r.state not in ENDED]

    def begin(self, need, bank, channel):
        if self.open_at(need, bank):
            return "Conflict"
        consented = bool(self.live(need, bank))
        due = self.next_working_day(self.day) if consented else None
        self.referrals.append(Referral(need, bank, channel, due, paused=not consented))
        self.told += consented
        return "ok"

    def choose(self, firm, need, bank):
        return "NotAllowed" if OWNER[need] != firm else self.dispatch(need, bank, "chosen")

    def dispatch(self, need, bank, channel="dispatched"):
        if need in self.closed:
            return "Conflict"
        return self.begin(need, bank, channel) if self.live(need, bank) else "NotAllowed"

    def grab(self, need, bank):
        if need in self.closed:
            return "Missing"
        declined = [r for r in self.referrals if (r.need, r.bank, r.channel) == (need, bank, "grabbed")]
        return "Conflict" if any(r.state == "withdrawn" for r in declined) else self.begin(need, bank, "grabbed")

    def wake(self, referral):
        if referral.paused and (consents := self.live(referral.need, referral.bank)):
            self.told += referral.due is None
            referral.due, referral.paused = self.next_working_day(consents[0].given), False

    def advance(self, bank, number, to):
        referral = self.referrals[number]
        if referral.state not in WAY or WAY.index(to) != WAY.index(referral.state) + 1:
            return "Conflict"
        paid = [x for x in self.loans if (x.need, x.bank, x.reversed) == (referral.need, referral.bank, False)]
        refused = (
            referral.bank != bank
            or (to == "accepted" and not self.live(referral.need, bank))
            or (to == "disbursed" and not paid)
        )
        if refused:
            return "NotAllowed"
        self.move(referral, to)
        return "ok"

    def move(self, referral, to):
        if to == "accepted":
            self.wake(referral)
        referral.state, referral.paused = to, False
        referral.due = None

    def refuse(self, bank, number, final):
        referral = self.referrals[number]
        if referral.state not in WAY[:6]:
            return "Conflict"
        if referral.bank != bank:
            return "NotAllowed"
        self.move(referral, "refused")
        if not final:
            self.hand_on(referral.need)
        return "ok"

    def hand_on(self, need):
        had = {r.bank for r in self.referrals if r.need == need}
        willing = [c.bank for c in self.consents if c.need == need and c.until > self.day and c.bank not in had]
        if willing and need not in self.closed:
            self.begin(need, willing[0], "dispatched")

    def withdraw(self, firm, number):
        referral = self.referrals[number]
        if referral.state not in WAY[:6]:
            return "Conflict"
        if OWNER[referral.need] != firm:
            return "NotAllowed"
        self.move(referral, "withdrawn")
        return "ok"

    def lapse(self):
        pending = [r for r in self.referrals if r.state == "pending"]
        for referral in pending:
            self.wake(referral)
        today = MONDAY + timedelta(days=self.day)
        for referral in [r for r in pending if not r.paused and r.due < today]:
            if not self.live(referral.need, referral.bank):
                referral.paused = True
                continue
            self.move(referral, "lapsed")
            self.hand_on(referral.need)
        return "ok"

    def close(self, firm, need):
        if OWNER[need] != firm:
            return "NotAllowed"
        if need in self.closed:
            return "Conflict"
        self.closed.add(need)
        for referral in self.referrals:
            if referral.need == need and referral.state in WAY[:6]:
                self.move(referral, "withdrawn")
        return "ok"

    # Money and first loan

    def lend(self, bank, firm, need):
        if need is not None and OWNER[need] != firm:
            return "Invalid"
        self.loans.append(Loan(bank, firm, need, self.day))
        for referral in self.open_at(need, bank)[:1]:
            if referral.state != "disbursed" and (referral.state != "pending" or self.live(need, bank)):
                self.wake(referral)
                self.move(referral, "disbursed")
        return "ok"

    def reverse(self, bank, number):
        loan = self.loans[number]
        if loan.bank != bank:
            return "NotAllowed"
        if loan.reversed:
            return "Conflict"
        loan.reversed = True
        for claim in self.claims:
            if claim.loan == number and claim.state in ("declared", "verifying", "confirmed"):
                claim.state = "doubtful"
        return "ok"

    def hope(self, firm):
        if any(c.firm == firm and c.state != "rejected" for c in self.claims):
            return "Conflict"
        self.claims.append(Claim(firm, None, "candidate"))
        return "ok"

    def claim(self, bank, number, prior):
        loan = self.loans[number]
        if loan.bank != bank:
            return "NotAllowed"
        if loan.reversed:
            return "Conflict"
        known = [c for c in self.claims if c.loan == number]
        if known:
            return "ok" if known[0].prior == prior else "Conflict"
        hopes = [c for c in self.claims if c.firm == loan.firm and c.state == "candidate"]
        if not hopes:
            hopes = [Claim(loan.firm, None, "")]
            self.claims += hopes
        hopes[0].loan, hopes[0].state, hopes[0].prior = number, "declared", prior
        return "ok"

    def verify(self, who, number):
        claim = self.claims[number]
        if claim.state not in ("declared", "doubtful"):
            return "Conflict"
        claim.state, claim.decider = "verifying", who
        return "ok"

    def confirm(self, who, number):
        claim = self.claims[number]
        if who == "clerk" or claim.decider == who:
            return "NotAllowed"
        if claim.state == "verifying" and any(c.firm == claim.firm and c.state == "confirmed" for c in self.claims):
            claim.state = "doubtful"
            return "Conflict"
        if claim.loan is None or claim.prior or self.loans[claim.loan].reversed:
            return "Invalid"
        loan = self.loans[claim.loan]
        if any(x.firm == loan.firm and x.day < loan.day and not x.reversed for x in self.loans):
            return "Invalid"
        if claim.state != "verifying":
            return "Conflict"
        claim.state, claim.decider = "confirmed", who
        return "ok"

    def reject(self, number):
        claim = self.claims[number]
        if claim.state in ("confirmed", "rejected"):
            return "Conflict"
        claim.state, claim.decider = "rejected", "clerk"
        return "ok"

    def doubt(self, number):
        claim = self.claims[number]
        if claim.state not in ("declared", "verifying", "confirmed"):
            return "Conflict"
        claim.state = "doubtful"
        return "ok"

    # What everybody can see

    def seen(self):
        return {
            "needs": [sorted({c.need for c in self.consents if c.bank == b and c.until > self.day}) for b in range(3)],
            "referrals": [[r.seen() for r in self.referrals if r.bank == bank] for bank in range(3)],
            "claims": [(c.firm, c.loan, c.state) for c in self.claims],
            "told": self.told,
            "first": sum(c.state == "confirmed" for c in self.claims),
            "lent": sum(not loan.reversed for loan in self.loans),
        }
