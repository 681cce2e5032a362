"""Corners of the policies that no person of the matrix's city stands in: asked one by one, answered by hand.

Who breaks a policy on purpose (``mutate``) asks these as well as the matrix.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from accounts import policies as parties
from accounts.models import Role, UserRole
from accounts.selectors import organisation_by_name
from accounts.services import grant_open
from common import clock
from enterprises import policies as firms
from enterprises.models import Consent
from enterprises.services import (
    consent_give,
    consent_withdraw,
    enterprise_register,
    need_close,
    need_draft_save,
    need_register,
    whitelist_publish,
    whitelist_push,
)
from ledger import policies as plans
from ledger.models import Plan
from ledger.services import carried_plans, plan_load
from matching import policies as matches
from matching.cases import money_policies as money
from matching.cases import policies as cases
from matching.cases.liaison import liaison_assign
from matching.cases.referrals import referral_create
from products import policies as shelf
from products.content import VersionContent
from products.models import Product, ProductVersion
from products.services import draft_create
from tests.codes import credit_code
from tests.matching.chain import NEED, Chain, make_chain, staff

# Long before anything in it could run out.
THAT_DAY = date(2024, 9, 27)


@dataclass(frozen=True)
class Corner:
    """A question and the answer that is right."""

    what: str
    ask: Callable[[], Any]
    wanted: bool

    @property
    def wrong(self) -> bool:
        """Whether the policy answers otherwise."""
        return bool(self.ask()) is not self.wanted


Asked = tuple[str, Callable[[], Any], bool]


def corners() -> list[Corner]:
    """All of them, over a few records of their own."""
    chain = make_chain()
    parts = (_at_the_desk, _reached, _the_system, _drafts, _lists, _products, _cases, _filing, _unknown)
    return [Corner(*asked) for part in parts for asked in part(chain)]


def _at_the_desk(chain: Chain) -> Iterator[Asked]:
    odd = staff(chain.system, "odd", chain.firm, Role.FIRM, Role.BANK_MAKER)
    yield "a bank's role at a firm is no desk", lambda: parties.at_desk(odd), False
    bank = chain.banks[0]
    grant_open(actor=chain.system, grantee=bank, party=chain.firm, reason="全户")
    sent = staff(chain.system, "sent", bank, Role.OFFICER)
    seen = parties.visible_to
    yield "a bank is no firm", lambda: _has(firms.visible_to(chain.office), bank), False
    yield "a grant to the bank is not for an officer it sends out", lambda: _has(seen(sent), chain.firm), False
    yield "it is for the bank's desk", lambda: _has(seen(chain.bankers[0]), chain.firm), True
    own = need_register(actor=chain.system, party=bank, **NEED)
    yield "an officer reads no need by its employer's grant", lambda: _has(_needs(sent), chain.need), False
    yield "whoever is of a party reads its needs", lambda: _has(_needs(sent), own), True


def _reached(chain: Chain) -> Iterator[Asked]:
    """Who may look a firm's telephone up because the firm lets the bank call."""
    second = enterprise_register(actor=chain.system, uscc=credit_code(14), name="另一新材料有限公司")
    may = firms.may_reach
    first, other, third = chain.bankers
    chain.consent(0)
    yield "a consent to assess is none to call", lambda: may(first, chain.firm), False
    let: dict[str, Any] = {"actor": chain.firm_user, "need": chain.need, "purpose": Consent.Purpose.WHITELIST}
    consent_give(institution=chain.banks[1], **let)
    yield "a consent to call is one", lambda: may(other, chain.firm), True
    yield "for that firm alone", lambda: may(other, second), False
    yield "for that bank alone", lambda: may(first, chain.firm), False
    sent = staff(chain.system, "sent-1", chain.banks[1], Role.OFFICER)
    yield "for its desk alone", lambda: may(sent, chain.firm), False
    taken = consent_give(institution=chain.banks[2], **let)
    consent_withdraw(actor=chain.firm_user, consent=taken)
    yield "one withdrawn is none", lambda: may(third, chain.firm), False
    yield "one run out is none", lambda: _later(lambda: may(other, chain.firm)), False


def _the_system(chain: Chain) -> Iterator[Asked]:
    """What imports and sweeps do on behalf of others."""
    system, firm, bank = chain.system, chain.firm, chain.banks[0]
    yield "the system edits a party", lambda: parties.can(system, "edit", firm), True
    yield "the system chooses for a need", lambda: cases.can(system, "choose", chain.need), True
    yield "the system grabs", lambda: cases.can(system, "grab", bank), True
    yield "the system logs a service", lambda: cases.can(system, "log", firm), True
    yield "the system records money", lambda: money.may_record(system, bank), True
    plain = staff(system, "plain", firm)
    yield "who is of a firm without a role chooses nothing", lambda: cases.can(plain, "choose", chain.need), False
    lost = staff(system, "lost", None, Role.BANK_MAKER)
    yield "a bank's role without a bank records nothing", lambda: money.may_record(lost, bank), False
    unit = staff(system, "unit", None, Role.LEAD_UNIT)
    yield "a unit's role without a unit traces nothing", lambda: _traced(unit), False


def _traced(user: Any) -> list[frozenset[int]]:
    return [found for plan in plans.visible_to(user) if (found := plans.traced_measures(user, plan))]


def _drafts(chain: Chain) -> Iterator[Asked]:
    """Drafts, and those given up: their own party's alone."""
    draft = need_draft_save(actor=chain.firm_user, party=chain.firm, **NEED)
    given_up = need_draft_save(actor=chain.firm_user, party=chain.firm, **NEED)
    need_close(actor=chain.firm_user, need=given_up)
    both = staff(chain.system, "both", chain.firm, Role.FIRM, Role.OFFICE)
    yield "an office that is of the firm reads its drafts", lambda: _has(_needs(both), draft), True
    yield "an office does not read another's", lambda: _has(_needs(chain.office), draft), False
    yield "nor one that was given up", lambda: _has(_needs(chain.office), given_up), False
    yield "a draft has no matches", lambda: _has(matches.visible_to(chain.firm_user), draft), False
    yield "nor has one that was given up", lambda: _has(matches.visible_to(chain.firm_user), given_up), False
    officer, backup = chain.officer("accompanies"), chain.officer("two-desks")
    UserRole.objects.create(user=backup.user, role=Role.BANK_MAKER)
    liaison_assign(actor=chain.office, party=chain.firm, officer=officer, backup=backup)
    served = cases.needs_visible_to
    yield "an officer reads what was submitted", lambda: _has(served(officer.user), chain.need), True
    yield "no draft", lambda: _has(served(officer.user), draft), False
    yield "nor one that was given up", lambda: _has(served(officer.user), given_up), False
    away = chain.officer("away")
    liaison_assign(actor=chain.office, party=_firm(chain, 15), officer=away)
    UserRole.objects.filter(user=away.user).delete()
    gone = type(away.user).objects.get(pk=away.user.pk)
    yield "without the role nobody is accompanied", lambda: cases.served_parties(gone).exists(), False


def _lists(chain: Chain) -> Iterator[Asked]:
    content: dict[str, Any] = {"published_on": THAT_DAY, "basis_doc": "测〔2024〕1号", "parties": [chain.firm]}
    department: Any = chain.office.party
    batch = whitelist_publish(actor=chain.office, code="W-角落", department=department, **content)
    (push,) = whitelist_push(actor=chain.office, batch=batch, institutions=chain.banks[:1], basis_doc="测〔2024〕2号")
    yield "the system answers a push", lambda: firms.may_answer(chain.system, push), True
    yield "an officer of the bank does not", lambda: firms.may_answer(_sent(chain), push), False
    yield "another bank does not", lambda: firms.may_answer(chain.bankers[1], push), False
    two = staff(chain.system, "two-hats", chain.banks[1], Role.BANK_MAKER, Role.OFFICE)
    yield "who also works at a bank reads its own alone", lambda: _has(firms.pushes_visible_to(two), push), False
    retired = staff(chain.system, "retired", department)
    yield "who is of the unit without a role reads none", lambda: _has(firms.pushes_visible_to(retired), push), False
    yield "and acts for nobody", lambda: firms.acts_for(retired, department), False


def _products(chain: Chain) -> Iterator[Asked]:
    maker, checker = chain.bankers[0], chain.checkers[0]
    content = VersionContent(name="角落贷", amount_max=1_000_000)
    draft = draft_create(actor=maker, institution=chain.banks[0], category="贷", content=content, code="T-角落")
    product = draft.product
    yield "the system reads a draft", lambda: _has(shelf.visible_to(chain.system), draft), True
    yield "a product is no version", lambda: shelf.can(maker, "view", product), False
    yield "the checker revises nothing", lambda: shelf.can(checker, "revise", product), False
    yield "nor creates", lambda: shelf.can(checker, "create", chain.banks[0]), False
    yield "nor edits", lambda: shelf.can(checker, "edit", draft), False
    yield "a draft is not confirmed", lambda: shelf.can(maker, "confirm", draft), False
    yield "another bank revises nothing", lambda: shelf.can(chain.bankers[1], "revise", product), False
    nobodys = Product.objects.create(code="D-无主", category="贷", origin=Product.Origin.CATALOGUE)
    version = ProductVersion.objects.get(pk=draft.pk)
    version.pk, version.product = None, nobodys
    version.save()
    nobody = staff(chain.system, "nobody-s", None, Role.SYSTEM_ADMIN)
    yield "who is of no institution reads no draft of none", lambda: _has(shelf.visible_to(nobody), version), False
    reference = Product(code="D-角落", origin=Product.Origin.CATALOGUE, institution=chain.banks[0])
    yield "a reference product is nobody's to revise", lambda: shelf.can(maker, "revise", reference), False


def _cases(chain: Chain) -> Iterator[Asked]:
    need = need_register(actor=chain.firm_user, party=chain.firm, **NEED)
    for bank in chain.banks[1:]:
        consent_give(actor=chain.firm_user, need=need, institution=bank)
    referral = referral_create(actor=chain.firm_user, need=need, institution=chain.banks[1], channel="chosen")
    yield "its own bank has it disclosed", lambda: cases.discloses(chain.bankers[1], referral), True
    yield "a consent discloses no other bank's referral", lambda: cases.discloses(chain.bankers[2], referral), False
    two = type(chain.system).objects.get(username="two-desks")
    yield "who also works at a bank reads no other's", lambda: _has(cases.visible_to(two), referral), False
    sent = _sent(chain)
    yield "an officer of the bank grabs nothing", lambda: cases.can(sent, "grab", chain.banks[0]), False
    yield "an officer reads no referral of the bank", lambda: _has(cases.visible_to(sent), referral), False
    yield "a bank grabs for itself alone", lambda: cases.can(chain.bankers[0], "grab", chain.banks[1]), False


def _filing(chain: Chain) -> Iterator[Asked]:
    plan = plan_load(actor=chain.system, path=carried_plans()[0]).plan
    third, thirteenth = (plan.measures.get(number=number) for number in (3, 13))
    unit, finance = (organisation_by_name(name) for name in ("市市场监管局", "市财政局"))
    assert unit is not None
    assert finance is not None
    # Of the unit that leads the third measure and supports the thirteenth, but sent out as an officer.
    sent = staff(chain.system, "sent_by_unit", unit, Role.OFFICER)
    reports = staff(chain.system, "reports", unit, Role.LEAD_UNIT)
    unsure = staff(chain.system, "unsure", finance, Role.LEAD_UNIT)
    other = Plan.objects.create(
        code="corner", title="另一方案", document_number="1", issued_on=THAT_DAY, starts_on=THAT_DAY, ends_on=THAT_DAY
    )
    yield "an officer of the unit traces nothing", lambda: plans.traced_measures(sent, plan), False
    yield "an officer of the unit answers nothing", lambda: plans.may_file(sent, "answer", thirteenth), False
    yield "who reports for the unit answers", lambda: plans.may_file(reports, "answer", thirteenth), True
    yield "a unit leads in its own plan alone", lambda: plans.traced_measures(reports, other), False
    yield "who is named in the annex alone supports nothing", lambda: plans.may_file(unsure, "answer", third), False
    yield "answering is of a measure", lambda: plans.may_file(reports, "answer"), False
    yield "filling in is of a measure", lambda: plans.may_file(chain.office, "fill"), False
    yield "nothing else is done to a measure", lambda: plans.may_file(reports, "burn", thirteenth), False


def _unknown(chain: Chain) -> Iterator[Asked]:
    """Nobody may do what has no name."""
    maker, clerk = chain.bankers[0], chain.office
    version = ProductVersion(product=Product(institution=chain.banks[0]))
    yield "to a party", lambda: parties.can(clerk, "burn", chain.firm), False
    yield "to a need", lambda: firms.can(chain.firm_user, "burn", chain.need), False
    yield "to matches", lambda: matches.can(chain.firm_user, "burn", chain.need), False
    yield "to a case", lambda: cases.can(chain.system, "burn", chain.need), False
    yield "to a product", lambda: shelf.can(maker, "burn", version), False
    yield "to a plan", lambda: plans.can(clerk, "burn", None), False
    yield "every plan may be looked at", lambda: plans.can(clerk, "view", None), True
    yield "a firm loads none", lambda: plans.can(chain.firm_user, "load", None), False


def _needs(user: Any) -> Any:
    return firms.needs_visible_to(user)


def _has(rows: Any, thing: Any) -> bool:
    return bool(rows.filter(pk=thing.pk).exists())


def _firm(chain: Chain, number: int) -> Any:
    return enterprise_register(actor=chain.system, uscc=credit_code(number), name=f"角落{number}有限公司")


def _sent(chain: Chain) -> Any:
    """An officer employed by the first bank, made once."""
    return type(chain.system).objects.get(username="sent")


def _later(ask: Callable[[], Any]) -> Any:
    with clock.at(clock.now() + timedelta(days=400)):
        return ask()
