"""The plan and its quarterly ledger, read-only."""

from itertools import groupby
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from common import clock
from common.errors import Missing, NotAllowed
from ledger import policies
from ledger.forms import FORMATS, HEADINGS, MEDIA_TYPES, form_bytes
from ledger.models import Plan
from ledger.quarters import Quarter, containing, parse
from ledger.selectors import LedgerRow, LedgerTable, current_plan, declaration, ledger_table


@require_safe
def plan(request: HttpRequest) -> HttpResponse:
    """The measures by section, goals, and indicators with their value or why it is unknown."""
    chosen = current_plan()
    _require_view(request, chosen)
    table = ledger_table(min(_now(), containing(chosen.ends_on)), chosen)
    context = {
        "plan": chosen,
        "declared": declaration(chosen),
        "table": table,
        "sections": _sections(table),
        "pending": sum(1 for row in table.rows if row.pending_lead or row.pending_support),
    }
    return render(request, "frontend/plan.html", context)


@require_safe
def ledger_now(request: HttpRequest) -> HttpResponse:
    """The current quarter's ledger, or the one asked for with ``?quarter=``."""
    asked = request.GET.get("quarter", "")
    quarter = parse(asked) if asked else _now()
    return redirect("frontend:ledger_quarter", quarter=str(quarter))


@require_safe
def ledger(request: HttpRequest, quarter: str) -> HttpResponse:
    """The official nine columns of one quarter."""
    table = _table(request, quarter)
    context = {
        "table": table,
        "headings": HEADINGS,
        "sections": _sections(table),
        "quarters": _quarters(table),
        "traced": policies.traced_measures(request.user, table.plan),
        "version": f"?version={table.filed.number}" if "version" in request.GET and table.filed else "",
        "reports": policies.may_file(request.user, "see") and not table.outside_plan,
    }
    return render(request, "frontend/ledger.html", context)


@require_safe
def ledger_file(request: HttpRequest, quarter: str, kind: str) -> HttpResponse:
    """The same table as a file: ``kind`` is xlsx, docx or pdf."""
    if kind not in FORMATS:
        raise Missing("台账只有 Excel、Word、PDF 三种格式，请从台账页导出。")
    table = _table(request, quarter)
    response = HttpResponse(form_bytes(table, kind), content_type=MEDIA_TYPES[kind])
    name = quote(f"重点任务台账（{table.quarter.label}）.{kind}")
    response["Content-Disposition"] = f"attachment; filename=\"ledger-{table.quarter}.{kind}\"; filename*=UTF-8''{name}"
    return response


def _table(request: HttpRequest, quarter: str) -> LedgerTable:
    # Words that nobody signed yet are the reporting units' and the office's.
    asked = request.GET.get("version", "")
    version = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 5 else None
    table = ledger_table(quarter, working=policies.may_file(request.user, "see"), version=version)
    _require_view(request, table.plan)
    return table


def _require_view(request: HttpRequest, chosen: Plan) -> None:
    if not policies.can(request.user, "view", chosen):
        raise NotAllowed("这份方案您还不能看，请联系金融办开通。")


def _now() -> Quarter:
    return containing(clock.today())


def _sections(table: LedgerTable) -> list[tuple[str, list[LedgerRow]]]:
    """Neighbouring rows of one section, for the merged cell."""
    return [(section, list(rows)) for section, rows in groupby(table.rows, key=lambda row: row.section)]


def _quarters(table: LedgerTable) -> list[Quarter]:
    """From the plan's first quarter to today's, newest first; the one shown is always among them."""
    first, last = containing(table.plan.starts_on), max(_now(), table.quarter)
    found = [Quarter(year, number) for year in range(first.year, last.year + 1) for number in (1, 2, 3, 4)]
    chosen = {item for item in found if first <= item <= last} | {table.quarter}
    return sorted(chosen, reverse=True)
