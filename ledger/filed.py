"""What a report says in place of the records: frozen once it is signed, the units' words until then."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ledger.indicators import IndicatorValue, Standing
from ledger.models import Plan, QuarterlyReport, ReportRow

_LISTS = ("lead", "support", "evidence")


@dataclass(frozen=True)
class Filed:
    """One report as the table shows it; ``rows``: by measure, the fields of its row that the report settles."""

    number: int
    state: str
    signed_at: datetime | None
    digest: str
    due: date
    due_tentative: bool
    rows: Mapping[int, Mapping[str, Any]]
    indicators: tuple[IndicatorValue, ...]

    @property
    def signed(self) -> bool:
        return self.signed_at is not None


def filed_of(plan: Plan, quarter: str, *, working: bool, version: int | None = None) -> Filed | None:
    """The newest signed report of the quarter (or that ``version``), with ``working`` the newest of all; else None."""
    reports = QuarterlyReport.objects.filter(plan=plan, quarter=quarter).order_by("-number")
    if version is not None:
        reports = reports.filter(number=version)
    if not working or version is not None:
        reports = reports.filter(state=QuarterlyReport.State.SIGNED)
    report = reports.first()
    if report is None:
        return None
    content = report.snapshot or {}
    rows = {row["number"]: _row(row) for row in content["measures"]} if content else _written(report)
    return Filed(
        number=report.number,
        state=report.get_state_display(),
        signed_at=report.signed_at,
        digest=report.digest,
        due=date.fromisoformat(content["due"]) if content else date.max,
        due_tentative=bool(content.get("due_tentative")),
        rows=rows,
        indicators=tuple(map(_indicator, content.get("indicators", ()))),
    )


def _written(report: QuarterlyReport) -> dict[int, dict[str, Any]]:
    """The words of rows that have been filled in."""
    rows = report.rows.exclude(state=ReportRow.State.TO_FILL).select_related("measure")
    return {
        row.measure.number: {"progress": row.progress, "problems": row.problems, "next_steps": row.next_steps}
        for row in rows
    }


def _row(told: Mapping[str, Any]) -> dict[str, Any]:
    fields = {name: value for name, value in told.items() if name != "number"}
    return {name: tuple(value) if name in _LISTS else value for name, value in fields.items()}


def _indicator(told: Mapping[str, Any]) -> IndicatorValue:
    values = {name: _decimal(told[name]) for name in ("value", "target", "gap")}
    return IndicatorValue(**{**told, **values, "standing": Standing(told["standing"])})


def _decimal(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))
