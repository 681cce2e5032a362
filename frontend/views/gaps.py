"""What the shelf lacks: needs nothing fits, and per product what shuts needs out. For the finance office."""

from typing import Any
from urllib.parse import quote, urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.small_counts import SMALLEST_SHOWN
from common import audit, clock
from common.errors import Missing
from common.tabular.writing import Cells, csv_bytes, xlsx_bytes
from frontend.charts.bars import Bar, BarChart
from frontend.views.officers import required_office
from matching.gaps import Report, exclusions, grouped, report
from matching.gaps import gaps as all_gaps
from matching.selectors import fitting_counts
from products.selectors import listed_versions

A_PAGE = 30
FILES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
HEADINGS = ("行业", "金额段", "担保", "需求数", "排除最多的条件")
AXES = ("sector", "band", "guarantee")


@require_safe
def gaps(request: HttpRequest) -> HttpResponse:
    """Groups, the two charts, and the way to the masked needs of a group that is not small."""
    required_office(request)
    found = report(all_gaps())
    groups = [(group, urlencode(dict(zip(AXES, group.key, strict=True)))) for group in found.groups]
    context = {
        "report": found,
        "groups": groups,
        "charts": _charts(found),
        "smallest": SMALLEST_SHOWN,
        "today": clock.today(),
    }
    return render(request, "frontend/office/gaps.html", context)


@require_safe
def gap_needs(request: HttpRequest) -> HttpResponse:
    """Masked needs of one group; a small group has no page, just as one that is not there."""
    user = required_office(request)
    sector, band, guarantee = (request.GET.get(axis, "") for axis in AXES)
    cell = (sector, band, guarantee)
    rows = grouped(all_gaps()).get(cell)
    if rows is None:
        raise Missing("没有这一组，或者它少于 5 项。请从缺口报告里重新选择。")
    audit.record("gap_needs", actor=user, cell=list(cell), needs=len(rows))
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    query = f"{urlencode(dict(zip(AXES, cell, strict=True)))}&"
    lines = [(gap.need, gap.shut_out.most_common(2)) for gap in page.object_list]
    return render(
        request, "frontend/office/gap_needs.html", {"cell": cell, "page": page, "lines": lines, "query": query}
    )


@require_safe
def gaps_file(request: HttpRequest, kind: str) -> HttpResponse:
    """The groups as CSV or Excel, with the same small ones left out."""
    user = required_office(request)
    if kind not in FILES:
        raise Missing("缺口报告只有 CSV 和 Excel 两种格式，请从报告页导出。")
    rows = _file_rows(report(all_gaps()))
    audit.record("export", actor=user, what="gaps", kind=kind, rows=len(rows) - 1)
    content = csv_bytes(rows) if kind == "csv" else xlsx_bytes("缺口报告", rows)
    response = HttpResponse(content, content_type=FILES[kind])
    name = quote(f"缺口报告（{clock.today()}）.{kind}")
    response["Content-Disposition"] = f"attachment; filename=\"gaps.{kind}\"; filename*=UTF-8''{name}"
    return response


@require_safe
def gap_products(request: HttpRequest) -> HttpResponse:
    """Every listed product: how many open needs it fits, and the condition that shuts out most."""
    required_office(request)
    page = Paginator(listed_versions(), A_PAGE).get_page(request.GET.get("page"))
    fitting, shut_out = fitting_counts(page.object_list), exclusions()
    rows: list[dict[str, Any]] = []
    for version in page.object_list:
        sure, maybe = fitting.get(version.product.code, (0, 0))
        worst = next(iter(shut_out.get(version.product.code, ())), None)
        rows.append({"version": version, "satisfied": _seen(sure), "unknown": _seen(maybe), "worst": worst})
        if worst is not None:
            rows[-1] |= {"needs": _seen(worst.needs), "alone": _seen(worst.alone)}
    return render(request, "frontend/office/gap_products.html", {"page": page, "rows": rows, "query": ""})


def _seen(count: int) -> str:
    return str(count) if count == 0 or count >= SMALLEST_SHOWN else f"少于 {SMALLEST_SHOWN}"


def _file_rows(found: Report) -> list[Cells]:
    rows: list[Cells] = [HEADINGS, *((*group.key, group.count, group.excluding) for group in found.groups)]
    if found.rest[0]:
        rest = found.rest[1] if found.rest[1] is not None else f"少于 {SMALLEST_SHOWN}"
        rows.append(("其余", "", "", rest, f"{found.rest[0]} 组，各少于 {SMALLEST_SHOWN} 项或须一并隐去"))
    return rows


def _charts(found: Report) -> list[BarChart]:
    note = f"“已隐去”为少于 {SMALLEST_SHOWN} 项或须一并隐去。"
    titles = (("没有产品的需求按旗区", found.banners), ("排除最多的条件", found.excluding))
    return [
        BarChart(
            title=title,
            unit="项需求",
            bars=tuple(Bar(label, count) for label, count in bars),
            note=note if any(count is None for _, count in bars) else "",
            lying=True,
            hole="已隐去",
        )
        for title, bars in titles
        if bars
    ]
