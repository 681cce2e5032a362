"""Writes of plans. A plan's rows are derived from its file and change only by loading it again."""

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from django.db import transaction
from django.db.models import ProtectedError

from accounts.models import Party, User
from common import audit
from common.errors import Invalid
from ledger.declarations import MeasureDeclared, PlanDeclared
from ledger.models import Indicator, Measure, MeasureUnit, Plan, QuarterlyReport, ReportRow
from ledger.plan_file import load
from ledger.units import register_members, unit_parties

PLANS = Path(__file__).parent / "plans"


class Loaded(StrEnum):
    """What loading a file did."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class LoadOutcome:
    """One loaded plan."""

    plan: Plan
    outcome: Loaded


def carried_plans() -> list[Path]:
    """The plan files that come with the project."""
    return sorted(PLANS.glob("*.yaml"))


@transaction.atomic
def plan_load(*, actor: User, path: Path) -> LoadOutcome:
    """Load the plan in ``path``; a wrong file is Invalid and writes nothing, the same file twice changes nothing."""
    declared = load(path)
    body = declared.model_dump(mode="json")
    fingerprint = hashlib.sha256(json.dumps(body, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
    # Loads come one after another: units have no code by which the database could tell them apart.
    User.objects.select_for_update(of=("self",)).get(pk=actor.pk)
    known = Plan.objects.filter(code=declared.code).first()
    if known and known.content_hash == fingerprint:
        return LoadOutcome(known, Loaded.UNCHANGED)
    plan, created = Plan.objects.update_or_create(
        code=declared.code,
        defaults={
            "title": declared.title,
            "document_number": declared.document_number,
            "issued_on": declared.issued_on,
            "starts_on": declared.starts_on,
            "ends_on": declared.ends_on,
            "content_hash": fingerprint,
            "body": body,
        },
    )
    _write_measures(actor, plan, declared)
    _write_indicators(plan, declared)
    outcome = Loaded.CREATED if created else Loaded.UPDATED
    audit.record("plan_load", actor=actor, obj=plan, code=plan.code, outcome=outcome, hash=fingerprint)
    return LoadOutcome(plan, outcome)


def _write_measures(actor: User, plan: Plan, declared: PlanDeclared) -> None:
    parties = unit_parties(actor=actor, units=declared.units, source=declared.document_number)
    register_members(actor=actor, groups=declared.groups)
    gone = plan.measures.exclude(number__in=[item.number for item in declared.measures])
    try:
        gone.delete()
    except ProtectedError as error:
        numbers = "、".join(str(number) for number in gone.values_list("number", flat=True))
        raise Invalid(f"第 {numbers} 项措施已有季度台账，文件里不能去掉。", field="measures") from error
    for item in declared.measures:
        measure, _ = Measure.objects.update_or_create(
            plan=plan,
            number=item.number,
            defaults={
                "section": item.section,
                "title": item.title,
                "text": item.text,
                "deadline_text": item.deadline,
                "deadlines": [point.model_dump(mode="json") for point in item.deadlines],
                "annex": item.annex.model_dump(mode="json") if item.annex else {},
            },
        )
        for report in plan.reports.filter(state=QuarterlyReport.State.OPEN):
            ReportRow.objects.get_or_create(report=report, measure=measure)
        measure.units.all().delete()
        MeasureUnit.objects.bulk_create(_unit_rows(measure, item, parties))


def _unit_rows(measure: Measure, item: MeasureDeclared, parties: dict[str, Party]) -> list[MeasureUnit]:
    pending = {
        MeasureUnit.Role.LEAD: item.annex.pending_lead if item.annex else [],
        MeasureUnit.Role.SUPPORT: item.annex.pending_support if item.annex else [],
    }
    named = {MeasureUnit.Role.LEAD: item.lead, MeasureUnit.Role.SUPPORT: item.support}
    return [
        MeasureUnit(
            measure=measure,
            role=role,
            order=order,
            wording=wording,
            party=parties.get(wording),
            pending=order > len(wordings),
        )
        for role, wordings in named.items()
        for order, wording in enumerate([*wordings, *pending[role]], start=1)
    ]


def _write_indicators(plan: Plan, declared: PlanDeclared) -> None:
    plan.indicators.exclude(code__in=[item.code for item in declared.indicators]).delete()
    measures = {measure.number: measure for measure in plan.measures.all()}
    for order, item in enumerate(declared.indicators, start=1):
        Indicator.objects.update_or_create(
            plan=plan,
            code=item.code,
            defaults={
                "name": item.name,
                "order": order,
                "measure": measures[item.measure] if item.measure is not None else None,
                "declaration": item.model_dump(mode="json"),
            },
        )
