"""What every form of the ledger says, as text: annex 2's nine columns, then indicators and contacts apart."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from common import clock
from ledger.filed import Filed
from ledger.indicators import IndicatorValue, plain
from ledger.selectors import LedgerRow, LedgerTable

HEADINGS = (
    "序号", "重点任务", "工作措施", "牵头单位", "配合单位", "完成时限", "进展情况", "存在问题", "下一步工作计划",
)  # fmt: skip
# Relative widths of the nine columns; in the workbook, Excel's own unit.
WIDTHS = (8, 14, 52, 18, 24, 22, 30, 18, 20)
INDICATOR_HEADINGS = ("指标", "数值", "目标", "单位", "分子", "分母", "口径", "说明")
INDICATOR_WIDTHS = (26, 12, 12, 12, 20, 20, 56, 46)
CONTACT_HEADINGS = ("牵头单位", "科室负责人", "联系人", "联系方式")
CONTACT_WIDTHS = (30, 14, 14, 20)

# Neither Excel nor Word can hold these, and either library refuses the whole file for one of them.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

Cells = tuple[str, ...]


@dataclass(frozen=True)
class Form:
    """The texts of one quarter's form. ``sections``: (first row from 0, rows) of each 重点任务 cell."""

    title: str
    notes: tuple[str, str]
    rows: tuple[Cells, ...]
    sections: tuple[tuple[int, int], ...]
    indicators_title: str
    indicators: tuple[Cells, ...]
    contacts_title: str
    contacts: tuple[Cells, ...]


def form_of(table: LedgerTable) -> Form:
    """The texts of ``table``; the date of making is today's."""
    due = f"{table.due.isoformat()}{'（暂定）' if table.due_tentative else ''}"
    period = "（方案期外，仅供查阅）" if table.outside_plan else ""
    leads = dict.fromkeys(unit for row in table.rows for unit in row.lead)
    return Form(
        title=printable(f"{table.plan.title}重点任务台账"),
        notes=(
            f"填报季度：{table.quarter.label}{period}    报送截止：{due}",
            printable(
                f"文号：{table.plan.document_number}    制表日期：{clock.today().isoformat()}{_filed(table.filed)}"
            ),
        ),
        rows=tuple(_measure(row) for row in table.rows),
        sections=_sections(table.rows),
        indicators_title=f"指标（截至{table.quarter.end.isoformat()}）",
        indicators=tuple(_indicator(item) for item in table.indicators),
        contacts_title="牵头单位联系人（请各单位填写）",
        contacts=tuple((printable(unit), "", "", "") for unit in leads),
    )


def _filed(filed: Filed | None) -> str:
    if filed is None:
        return ""
    if filed.signed_at is None:
        return f"    第{filed.number}版，{filed.state}，未审签"
    day = timezone.localdate(filed.signed_at).isoformat()
    return f"    第{filed.number}版，{day}审签，指纹 {filed.digest[:16]}"


def printable(text: str) -> str:
    """Without the characters no form can hold."""
    return _UNPRINTABLE.sub("", text)


def _measure(row: LedgerRow) -> Cells:
    cells = (
        str(row.number), row.section, row.measure, "、".join(row.lead), "、".join(row.support), row.deadline,
        row.progress, row.problems, row.next_steps,
    )  # fmt: skip
    return tuple(map(printable, cells))


def _sections(rows: Sequence[LedgerRow]) -> tuple[tuple[int, int], ...]:
    starts = [index for index, row in enumerate(rows) if index == 0 or rows[index - 1].section != row.section]
    return tuple((start, end - start) for start, end in zip(starts, [*starts[1:], len(rows)], strict=True))


def _indicator(item: IndicatorValue) -> Cells:
    cells = (
        item.name,
        "未知" if item.value is None else plain(item.value),
        "无" if item.target is None else plain(item.target),
        item.unit,
        "" if item.numerator is None else str(item.numerator),
        "" if item.denominator is None else str(item.denominator),
        item.definition,
        item.status,
    )
    return tuple(map(printable, cells))
