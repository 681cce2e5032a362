"""What people post by hand: who may post which kind, what it will count for, entering and reversing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import Party, Role, User
from accounts.policies import OFFICE_ROLES, Viewer
from common import audit, clock
from common.errors import Conflict, DomainError, Invalid, NotAllowed
from journal import registry
from journal.models import Posting
from journal.services import post, reverse
from ledger import postings, quarters
from ledger.declarations import Counting, Growth, IndicatorDeclared, PlanDeclared, Ratio
from ledger.models import MeasureUnit, Plan
from ledger.quarters import Quarter
from ledger.selectors import declaration, plan_on
from matching.imports.balances import KIND as BALANCE
from matching.imports.balances import balance_post

KEY_LENGTH, NOTE_LENGTH = 60, 300
OLDEST = date(2000, 1, 1)


@dataclass(frozen=True)
class NewPosting:
    """What is about to be posted; ``amount`` in 元, ``quantity`` None where the kind asks for none (counts as 1)."""

    kind: str
    occurred_on: date
    fields: Mapping[str, Any]
    party: Party | None = None
    organisation: Party | None = None
    quantity: int | None = None
    amount: int | None = None
    evidence: Sequence[str] = ()


@dataclass(frozen=True)
class Counted:
    """Where a posting will show: its quarter, measures (number, title) whose 进展情况 says it, and indicators."""

    quarter: Quarter
    inside: bool
    measures: tuple[tuple[int, str], ...]
    indicators: tuple[str, ...]


@dataclass(frozen=True)
class _Use:
    """One place of the plan that reads postings of ``kinds`` whose fields hold ``where``."""

    measure: int | None
    kinds: tuple[str, ...]
    where: Mapping[str, Sequence[Any]]
    indicator: IndicatorDeclared | None = None
    counting: Counting | None = None

    def reads(self, kind: str, fields: Mapping[str, Any]) -> bool:
        return kind in self.kinds and all(fields.get(name) in values for name, values in self.where.items())


def enterable() -> list[registry.Kind]:
    """Kinds that are entered by hand, by code."""
    return [kind for kind in registry.kinds() if kind.entry is not None]


def kinds_for(user: Viewer) -> list[registry.Kind]:
    """Kinds ``user`` may post: all for the office, for a lead unit those that the measures it leads speak of."""
    if not isinstance(user, User) or not user.is_active:
        return []
    if user.has_role(*OFFICE_ROLES):
        return enterable()
    read = {kind for use in _uses_of(user) for kind in use.kinds}
    return [kind for kind in enterable() if kind.code in read]


def postings_visible_to(user: Viewer) -> QuerySet[Posting]:
    """Postings entered by hand that ``user`` may read: of the kinds it may post, latest first."""
    rows = Posting.objects.filter(kind__in=[kind.code for kind in kinds_for(user)])
    return rows.select_related("party", "organisation", "posted_by", "reversal_of", "reversed_by").order_by(
        "-occurred_on", "-pk"
    )


def units_visible_to(user: Viewer) -> QuerySet[Party]:
    """Units in whose name those postings stand, by name."""
    return Party.objects.filter(pk__in=postings_visible_to(user).order_by().values("organisation")).order_by("name")


def may_post(user: Viewer, kind: str, fields: Mapping[str, Any], organisation: Party | None) -> bool:
    """The office all; a lead unit what a measure it leads would count, in its own name or an institution's."""
    if not isinstance(user, User) or not user.is_active:
        return False
    if user.has_role(*OFFICE_ROLES):
        return True
    own = organisation is None or organisation.kind != Party.Kind.DEPARTMENT or organisation.pk == user.party_id
    return own and any(use.reads(kind, fields) for use in _uses_of(user))


def counted_in(kind: str, fields: Mapping[str, Any], occurred_on: date) -> Counted:
    """What a posting of that day will count for; Missing without a plan."""
    quarter = quarters.containing(occurred_on)
    plan = plan_on(quarter.end)
    declared = declaration(plan)
    uses = [use for use in _uses(declared) if use.reads(kind, fields)]
    titles = {measure.number: measure.title for measure in declared.measures}
    numbers = sorted({use.measure for use in uses if use.measure is not None and use.indicator is None})
    counting = [
        use.indicator.name
        for use in uses
        if use.indicator and use.counting and _within(use.indicator, use.counting, occurred_on, quarter, plan)
    ]
    return Counted(
        quarter=quarter,
        inside=plan.covers(occurred_on),
        measures=tuple((number, titles[number]) for number in numbers),
        indicators=tuple(dict.fromkeys(counting)),
    )


@transaction.atomic
def posting_enter(*, actor: User, new: NewPosting, client_key: str) -> Posting:
    """Post one fact once: ``client_key`` becomes its source key, so a page sent twice is one posting.

    Invalid names the form field; NotAllowed for a kind or unit that is not the actor's.
    """
    posting_check(actor=actor, new=new)
    if not client_key or len(client_key) > KEY_LENGTH or "#" in client_key:
        raise Invalid("页面已失效，请刷新后重新填写。", field="client_key")
    if new.kind == BALANCE and new.organisation is not None:
        posting = _balance(actor, new, new.organisation)
    else:
        posting = post(
            actor=actor,
            kind=new.kind,
            source_key=client_key,
            occurred_on=new.occurred_on,
            party=new.party,
            organisation=new.organisation,
            quantity=1 if new.quantity is None else new.quantity,
            amount=new.amount,
            fields=new.fields,
            evidence=new.evidence,
        )
    audit.record("posting_enter", actor=actor, obj=posting, kind=new.kind, source_key=posting.source_key)
    return posting


@transaction.atomic
def posting_reverse(*, actor: User, posting: Posting, reason: str) -> Posting:
    """Reverse an entry of the actor's kinds as of today; Conflict when it was reversed or is a reversal itself."""
    declared = registry.get(posting.kind)
    if declared.entry is None:
        raise Conflict(f"“{declared.label}”由业务记录自动记账，请在原业务里更正。")
    if not may_post(actor, posting.kind, posting.fields, posting.organisation):
        raise NotAllowed("只能冲正本单位牵头措施的记账。")
    if len(reason) > NOTE_LENGTH:
        raise Invalid(f"冲正原因最多 {NOTE_LENGTH} 字。", field="reason")
    done = reverse(actor=actor, posting=posting, occurred_on=clock.today(), reason=reason.strip())
    audit.record("posting_reverse", actor=actor, obj=done, kind=posting.kind, source_key=posting.source_key)
    return done


def posting_check(*, actor: User, new: NewPosting) -> None:
    """Raise what :func:`posting_enter` would for its content, writing nothing: the preview asks this first."""
    declared = registry.get(new.kind)
    if declared.entry is None:
        raise Invalid(f"“{declared.label}”由业务记录自动记账，不在这里填报。", field="kind")
    if not may_post(actor, new.kind, new.fields, new.organisation):
        raise NotAllowed(f"“{declared.label}”这样填不在本单位牵头的措施里，或不是本单位的，请由牵头单位或金融办记账。")
    if not OLDEST <= new.occurred_on <= clock.today():
        raise Invalid(f"发生日期应在 {OLDEST} 与今天之间。", field="occurred_on")
    if new.kind == BALANCE and (new.occurred_on + timedelta(days=1)).day != 1:
        raise Invalid("余额按月末报送，日期请填当月最后一天。", field="occurred_on")
    _check_columns(declared.entry, new)


def _check_columns(entry: registry.Entry, new: NewPosting) -> None:
    held = {**new.fields, "quantity": new.quantity, "amount": new.amount}
    for name in entry.required:
        if held.get(name) in (None, ""):
            raise Invalid("必填，不能为空。", field=name)
    for name, choices in entry.choices.items():
        if held.get(name) not in (None, "", *choices):
            raise Invalid(f"请选：{'、'.join(choices)}。", field=name)
    if entry.unit == "firm" and new.party is None:
        raise Invalid("请填写企业或人才的编码。", field="party")
    if entry.unit != "firm" and (new.organisation is None or new.organisation.kind != entry.unit):
        raise Invalid("请选择单位。", field="organisation")


def _balance(actor: User, new: NewPosting, institution: Party) -> Posting:
    row = {
        "month": new.occurred_on,
        "balance_wan": new.amount,
        **{name: new.fields.get(name) for name in ("scope", "basis", "list_batch", "borrowers")},
    }
    try:
        return balance_post(actor=actor, institution=institution, row=row, evidence=new.evidence)[0]
    except DomainError as error:
        error.field = "amount"
        raise


def _uses_of(user: User) -> list[_Use]:
    """What the measures led by the user's unit read, in the plan for today."""
    if not user.has_role(Role.LEAD_UNIT) or user.party_id is None or not Plan.objects.exists():
        return []
    plan = plan_on(clock.today())
    led = MeasureUnit.objects.filter(
        measure__plan=plan, role=MeasureUnit.Role.LEAD, party_id=user.party_id, pending=False
    )
    numbers = set(led.order_by().values_list("measure__number", flat=True))
    return [use for use in _uses(declaration(plan)) if use.measure in numbers]


def _uses(declared: PlanDeclared) -> Iterator[_Use]:
    for measure in declared.measures:
        read = [*measure.drafts, *(item.met_by for item in measure.deadlines if item.met_by)]
        for item in read:
            yield _Use(measure.number, (item.kind,), item.where)
    for indicator in declared.indicators:
        for counting in _countings(indicator):
            yield _Use(indicator.measure, tuple(counting.kinds), counting.where, indicator, counting)


def _countings(indicator: IndicatorDeclared) -> Iterator[Counting]:
    match indicator.formula:
        case Ratio() as ratio:
            yield from (part for part in (ratio.numerator, ratio.denominator) if isinstance(part, Counting))
        case Growth() as growth:
            yield growth.of
        case Counting() as counting:
            yield counting


def _within(indicator: IndicatorDeclared, counting: Counting, occurred_on: date, quarter: Quarter, plan: Plan) -> bool:
    """True when the quarter's figure looks at that day."""
    window = counting.window or ("year" if indicator.period == "yearly" else "plan")
    span = postings.span(window, quarter.end, plan.starts_on, plan.ends_on)
    return span.start <= occurred_on <= span.end
