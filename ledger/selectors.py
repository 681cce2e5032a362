"""Reads of plans and the quarterly ledger table, for pages, commands and the API."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet

from accounts.models import Party
from common import clock
from common.errors import Missing
from ledger import quarters
from ledger.declarations import AnnexNote, MeasureDeclared, PlanDeclared
from ledger.drafts import DeadlineState, Drafted, drafted
from ledger.filed import Filed, filed_of
from ledger.indicators import IndicatorValue, PlanPeriod, evaluate_all
from ledger.models import Measure, MeasureUnit, Plan
from ledger.populations import POPULATIONS
from ledger.quarters import Quarter
from ledger.suggestions import NOTHING_SUGGESTED, Suggested, suggested


@dataclass(frozen=True)
class AnnexRow:
    """The annex's own row as scanned, and where it departs from the body."""

    place: str
    section: str
    text: str
    lead: str
    support: str
    notes: tuple[AnnexNote, ...]


@dataclass(frozen=True)
class LedgerRow:
    """One measure in one quarter. ``pending_*``: units only the annex names (待核定).

    ``progress`` is drafted from postings until the lead unit writes its own. ``problems`` and ``next_steps`` are its
    words, empty until then; ``suggestion`` stands beside them on the page and is never filed in their place.
    """

    number: int
    place: str
    section: str
    title: str
    measure: str
    lead: tuple[str, ...]
    support: tuple[str, ...]
    pending_lead: tuple[str, ...]
    pending_support: tuple[str, ...]
    deadline: str
    deadlines: tuple[DeadlineState, ...]
    progress: str
    evidence: tuple[str, ...]
    suggestion: Suggested
    annex: AnnexRow | None
    problems: str = ""
    next_steps: str = ""


@dataclass(frozen=True)
class LedgerTable:
    """The ledger of one quarter: as it was filed (``filed.signed``), else as it stands in the records."""

    plan: Plan
    quarter: Quarter
    due: date
    due_tentative: bool
    rows: tuple[LedgerRow, ...]
    indicators: tuple[IndicatorValue, ...]
    filed: Filed | None = None

    @property
    def outside_plan(self) -> bool:
        """True for a quarter before or after the plan's years."""
        return not self.plan.covers(self.quarter.end)

    def as_json(self, *, evidence: Collection[int] | None = None) -> dict[str, Any]:
        """The published shape (README, ``ledger --format json``), with evidence of those measures (None: of all)."""
        return {
            "quarter": str(self.quarter),
            "due": self.due.isoformat(),
            "due_tentative": self.due_tentative,
            "measures": [_row_json(row, evidence is None or row.number in evidence) for row in self.rows],
            "indicators": [_indicator_json(item) for item in self.indicators],
        }

    def snapshot(self) -> dict[str, Any]:
        """All that is frozen when the quarter is signed: the published shape, and of indicators how they stand."""
        content = self.as_json()
        for told, item in zip(content["indicators"], self.indicators, strict=True):
            told |= {"measure": item.measure, "standing": item.standing, "gap": number(item.gap)}
        return content


def plans() -> QuerySet[Plan]:
    """Loaded plans, the earliest period first."""
    return Plan.objects.order_by("starts_on", "pk")


def plan_by_code(code: str) -> Plan:
    """The plan, or Missing."""
    plan = Plan.objects.filter(code=code).first()
    if plan is None:
        raise Missing(f"没有编号为“{code[:60]}”的方案，请先用 load_plan 载入。", field="plan")
    return plan


def plan_on(day: date) -> Plan:
    """The plan in force on ``day``; otherwise the one that ended last before it, otherwise the first to come.

    Where two are in force the one loaded first stays, so that loading another never changes what is reported.
    """
    for found in (
        Plan.objects.filter(starts_on__lte=day, ends_on__gte=day).order_by("pk"),
        Plan.objects.filter(ends_on__lt=day).order_by("-ends_on", "pk"),
        Plan.objects.order_by("starts_on", "pk"),
    ):
        if plan := found.first():
            return plan
    raise Missing("还没有载入任何方案，请先运行 load_plan。", field="plan")


def current_plan() -> Plan:
    """The plan for today (see :func:`plan_on`)."""
    return plan_on(clock.today())


def declaration(plan: Plan) -> PlanDeclared:
    """Everything the plan's file says, typed."""
    return _declaration(plan.pk, plan.content_hash)


@lru_cache(maxsize=8)
def _declaration(pk: int, content_hash: str) -> PlanDeclared:
    body = Plan.objects.filter(pk=pk, content_hash=content_hash).values_list("body", flat=True).get()
    return PlanDeclared.model_validate(body)


def members_of(plan: Plan, wording: str, on: date) -> list[Party]:
    """The parties behind a unit's wording on a day: one unit, a group's dated members, or the answer of its query."""
    group = next((group for group in declaration(plan).groups if group.wording == wording), None)
    if group is None:
        unit = MeasureUnit.objects.filter(measure__plan=plan, wording=wording, party__isnull=False)
        return list(Party.objects.filter(pk__in=unit.order_by().values("party")).order_by("pk"))
    if group.query:
        return list(POPULATIONS[group.query].on(on))
    names = [
        member.name
        for member in group.members
        if (member.since is None or member.since <= on) and (member.until is None or on <= member.until)
    ]
    found = Party.objects.filter(kind=Party.Kind.DEPARTMENT, names__name__in=names)
    return list(found.distinct().order_by("pk"))


def ledger_table(
    quarter: str | Quarter, plan: Plan | None = None, *, working: bool = False, version: int | None = None
) -> LedgerTable:
    """The table of ``quarter`` (``2023Q1``): the newest signed report, else the records as of its last day.

    ``working``: with what units have written in a report that is not signed yet. ``version``: that signed one. Invalid
    for a bad quarter, Missing without a plan or such a version.
    """
    chosen = quarters.parse(quarter) if isinstance(quarter, str) else quarter
    plan = plan or plan_on(chosen.end)
    filed = filed_of(plan, str(chosen), working=working, version=version)
    if filed is None:
        if version is not None:
            raise Missing("没有这一版审签过的台账。", field="version")
        return recorded(chosen, plan)
    # What is frozen is not counted again.
    return _as_filed(recorded(chosen, plan, filed.indicators if filed.signed else None), filed)


def _as_filed(table: LedgerTable, filed: Filed) -> LedgerTable:
    if not filed.signed:
        rows = tuple(replace(row, **filed.rows.get(row.number, {})) for row in table.rows)
        return replace(table, rows=rows, filed=filed)
    # A measure that the plan got since is in no report signed before.
    kept = [row for row in table.rows if row.number in filed.rows]
    rows = tuple(replace(row, suggestion=NOTHING_SUGGESTED, **filed.rows[row.number]) for row in kept)
    return replace(table, rows=rows, due=filed.due, due_tentative=filed.due_tentative, filed=filed)


def recorded(chosen: Quarter, plan: Plan, values: tuple[IndicatorValue, ...] | None = None) -> LedgerTable:
    """The table as the records have it; with ``values`` in place of its indicators they are not counted."""
    declared = declaration(plan)
    due = quarters.due(chosen)
    states = drafted(declared.measures, chosen.end, plan.starts_on, min(chosen.end, clock.today()))
    by_number = {measure.number: measure for measure in declared.measures}
    measures = plan.measures.order_by("number").prefetch_related("units")
    if values is None:
        values = indicator_values(plan, chosen)
    inside = plan.covers(chosen.end)
    over = clock.today() > chosen.end
    advice = {
        number: suggested(state.deadlines, [item for item in values if item.measure == number], chosen, over=over)
        if inside
        else NOTHING_SUGGESTED
        for number, state in states.items()
    }
    return LedgerTable(
        plan=plan,
        quarter=chosen,
        due=due.day,
        due_tentative=due.tentative,
        rows=tuple(
            _row(measure, by_number[measure.number], states[measure.number], advice[measure.number])
            for measure in measures
        ),
        indicators=values,
    )


def indicator_values(plan: Plan, quarter: Quarter) -> tuple[IndicatorValue, ...]:
    """The plan's indicators as of the quarter's last day, in the plan's order."""
    period = PlanPeriod(plan.starts_on, plan.ends_on)
    declared = declaration(plan).indicators
    found = evaluate_all([(item, quarter) for item in declared], period)
    return tuple(found[item.code, quarter] for item in declared)


def _row(measure: Measure, declared: MeasureDeclared, state: Drafted, advice: Suggested) -> LedgerRow:
    units = list(measure.units.all())

    def wordings(role: str, *, pending: bool) -> tuple[str, ...]:
        chosen = [unit for unit in units if unit.role == role and unit.pending == pending]
        return tuple(unit.wording for unit in sorted(chosen, key=lambda unit: unit.order))

    lead, support = MeasureUnit.Role.LEAD, MeasureUnit.Role.SUPPORT
    return LedgerRow(
        number=measure.number,
        place=declared.place,
        section=measure.section,
        title=measure.title,
        measure=measure.text,
        lead=wordings(lead, pending=False),
        support=wordings(support, pending=False),
        pending_lead=wordings(lead, pending=True),
        pending_support=wordings(support, pending=True),
        deadline=measure.deadline_text,
        deadlines=state.deadlines,
        progress=state.progress,
        evidence=state.evidence,
        suggestion=advice,
        annex=_annex(declared),
    )


def _annex(declared: MeasureDeclared) -> AnnexRow | None:
    annex = declared.annex
    if annex is None:
        return None
    return AnnexRow(annex.place, annex.section, annex.text, annex.lead, annex.support, tuple(annex.notes))


def _row_json(row: LedgerRow, evidence: bool) -> dict[str, Any]:
    return {
        "number": row.number,
        "section": row.section,
        "measure": row.measure,
        "lead": list(row.lead),
        "support": list(row.support),
        "deadline": row.deadline,
        "progress": row.progress,
        "problems": row.problems,
        "next_steps": row.next_steps,
        "evidence": list(row.evidence) if evidence else [],
    }


def _indicator_json(item: IndicatorValue) -> Mapping[str, Any]:
    return {
        "code": item.code,
        "name": item.name,
        "value": number(item.value),
        "target": number(item.target),
        "unit": item.unit,
        "numerator": item.numerator,
        "denominator": item.denominator,
        "definition": item.definition,
        "status": item.status,
    }


def number(value: Decimal | None) -> int | float | None:
    """A JSON number: whole where it is whole, otherwise with at most two decimals."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)
