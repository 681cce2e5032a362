"""Evaluation of declared indicators over postings. No indicator has code of its own.

What no posting proves is ``None`` with a Chinese status; nothing missing is ever turned into 0.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.fields.json import KeyTextTransform

from journal import registry
from journal.models import Posting
from ledger import postings
from ledger.declarations import Counting, Growth, IndicatorDeclared, Members, Ratio, Window
from ledger.populations import POPULATIONS, Population
from ledger.postings import Span
from ledger.quarters import Quarter

_WINDOW_OF_PERIOD: dict[str, Window] = {"yearly": "year", "cumulative": "plan", "by_date": "plan"}

BASE = "上年同期"

_COLUMN_LABELS = {"amount": "金额", "quantity": "数量", "party": "主体", "organisation": "单位"}


class Standing(StrEnum):
    """Where an indicator stands against its target."""

    NO_TARGET = "no_target"
    UNKNOWN = "unknown"
    REACHED = "reached"
    OPEN = "open"
    MISSED = "missed"


@dataclass(frozen=True)
class IndicatorValue:
    """``value`` in the declared unit or None; ``numerator``/``denominator`` raw integers (元, 户 …) or None.

    ``gap`` to the target in the declared unit (percentage points for %), None unless it is open or missed.
    """

    code: str
    name: str
    measure: int | None
    value: Decimal | None
    target: Decimal | None
    unit: str
    numerator: int | None
    denominator: int | None
    definition: str
    status: str
    standing: Standing
    gap: Decimal | None


@dataclass(frozen=True)
class PlanPeriod:
    """First and last day of the plan."""

    starts_on: date
    ends_on: date


@dataclass(frozen=True)
class _Number:
    """A count that is known, or the reason why it is not; ``note`` says what it leaves out."""

    value: int | None
    reason: str = ""
    note: str = ""


@dataclass(frozen=True)
class _Result:
    """An exact value in the declared unit, with its parts."""

    exact: Fraction | None
    numerator: int | None = None
    denominator: int | None = None
    reason: str = ""
    notes: tuple[str, ...] = ()


def evaluate(declared: IndicatorDeclared, period: PlanPeriod, quarter: Quarter) -> IndicatorValue:
    """The indicator as of the quarter's last day."""
    default = _WINDOW_OF_PERIOD[declared.period]
    if quarter.end < period.starts_on and default == "plan":
        result = _Result(None, reason="方案尚未开始")
    else:
        result = _result(declared, _Frame(period, quarter, default))
    standing = _standing(declared, result.exact, quarter, period)
    gap = None
    if result.exact is not None and standing in (Standing.OPEN, Standing.MISSED):
        gap = _rounded(Fraction(declared.target or 0) - result.exact)
    return IndicatorValue(
        code=declared.code,
        name=declared.name,
        measure=declared.measure,
        value=_rounded(result.exact),
        target=declared.target,
        unit=declared.unit,
        numerator=result.numerator,
        denominator=result.denominator,
        definition=declared.definition,
        status="；".join(
            filter(None, (result.reason or _status(declared, standing, gap, quarter, period), *result.notes))
        ),
        standing=standing,
        gap=gap,
    )


@dataclass(frozen=True)
class _Frame:
    period: PlanPeriod
    quarter: Quarter
    default: Window

    def span(self, counting: Counting) -> Span:
        window = counting.window or self.default
        return postings.span(window, self.quarter.end, self.period.starts_on, self.period.ends_on)


def _result(declared: IndicatorDeclared, frame: _Frame) -> _Result:
    formula = declared.formula
    if isinstance(formula, Ratio):
        return _ratio(formula, frame)
    if isinstance(formula, Growth):
        return _growth(formula, frame)
    number = _number(formula, frame.span(formula), "本期")
    exact = None if number.value is None else Fraction(number.value, declared.per_unit)
    return _Result(exact, reason=number.reason, notes=(number.note,))


def _ratio(formula: Ratio, frame: _Frame) -> _Result:
    part = _number(formula.numerator, frame.span(formula.numerator), "本期")
    whole = _whole(formula.denominator, frame)
    if part.value is None or whole.value is None:
        return _Result(None, part.value, whole.value, whole.reason or part.reason)
    if whole.value == 0:
        return _Result(None, part.value, 0, "分母为0")
    return _Result(Fraction(part.value * 100, whole.value), part.value, whole.value)


def _whole(declared: Counting | Members, frame: _Frame) -> _Number:
    if isinstance(declared, Counting):
        return _number(declared, frame.span(declared), "本期")
    population, day = POPULATIONS[declared.of], frame.quarter.end
    if not population.recorded(day):
        return _Number(None, f"未记录（期末没有“{population.label}”）")
    return _Number(population.on(day).count())


def _growth(formula: Growth, frame: _Frame) -> _Result:
    now = frame.span(formula.of)
    before = now.year_earlier()
    current = _number(formula.of, now, "本期")
    base = _number(formula.of, before, BASE)
    stated = next((item for item in formula.baseline if item.until == before.end), None)
    if base.value is None and stated:
        base = _Number(stated.value, note=f"基数为方案申报数（{stated.basis}）")
    notes = (current.note, base.note)
    if current.value is None:
        return _Result(None, None, base.value, current.reason, notes)
    if base.value is None:
        return _Result(None, current.value, None, f"无基期（{base.reason}）", notes)
    if base.value == 0:
        return _Result(None, current.value, 0, "基数为0", notes)
    if formula.same_reporters and (reason := _different_reporters(formula.of, now, before)):
        return _Result(None, current.value, base.value, reason, notes)
    exact = Fraction((current.value - base.value) * 100, base.value)
    return _Result(exact, current.value, base.value, notes=notes)


def _different_reporters(counting: Counting, now: Span, before: Span) -> str:
    here, there = (set(_rows(counting, days).values_list("organisation", flat=True)) for days in (now, before))
    if here == there:
        return ""
    missing, gone = len(there - here), len(here - there)
    return f"两期上报机构不一致（本期缺{missing}家，上年同期缺{gone}家），确无数额的请报0后再算"


def _rows(counting: Counting, days: Span) -> QuerySet[Posting]:
    where = {f"fields__{name}__in": values for name, values in counting.where.items()}
    return postings.in_force(counting.kinds, days).filter(**where).order_by()


def _number(counting: Counting, days: Span, when: str) -> _Number:
    """One aggregate query. Nothing recorded, or a recorded row without the column asked for, is unknown."""
    label = "、".join(registry.get(kind).label for kind in counting.kinds)
    if counting.among and counting.member_on == "day":
        return _belonging(counting, POPULATIONS[counting.among], days, when)
    counted = Q(pk__isnull=False)
    if counting.among:
        counted = Q(party_id__in=POPULATIONS[counting.among].on(days.end).order_by().values("pk"))
    found = _aggregate(counting, _rows(counting, days), counted)
    if not found["recorded"]:
        return _Number(None, _unrecorded(counting, when))
    if found["unknown"]:
        what = "主体" if counting.among else _COLUMN_LABELS.get(counting.column, "所需字段")
        return _Number(None, f"无法计算（{when}“{label}”有{found['unknown']}笔未填{what}，请补齐）")
    return _Number(int(found["value"] or 0))


def _belonging(counting: Counting, population: Population, days: Span, when: str) -> _Number:
    """Parties that belonged on the day of their posting; the note says how many did not and how many cannot be told."""
    rows = list(_rows(counting, days).values_list("party_id", "occurred_on", "quantity"))
    if not rows:
        return _Number(None, _unrecorded(counting, when))
    if not population.recorded(days.end):
        return _Number(None, f"{days.end.year}年没有名单，无法计算{'基数' if when == BASE else ''}")
    pairs = {(party, day) for party, day, quantity in rows if party is not None and quantity > 0}
    answers: dict[int, set[bool | None]] = defaultdict(set)
    for (party, _), told in population.belonged(pairs).items() if population.belonged else ():
        answers[party].add(told)
    inside = sum(True in told for told in answers.values())
    outside = sum(told == {False} for told in answers.values())
    unknown = len(answers) - inside - outside + sum(party is None for party, _, _ in rows)
    if unknown and not inside:
        return _Number(None, f"{when}{unknown}户无法重算（发生日没有名单，或称号级别、年份不明）")
    return _Number(inside, note=f"{when}发生日不在{population.label}的{outside}户未计入，无法重算{unknown}户")


def _unrecorded(counting: Counting, when: str) -> str:
    label = "、".join(registry.get(kind).label for kind in counting.kinds)
    return f"未记录（{when}没有“{label}”记账）"


def _aggregate(counting: Counting, rows: QuerySet[Posting], counted: Q) -> dict[str, int | None]:
    unknown = Q(party=None) if counting.among else Q(pk=None)
    value: Count | Sum
    if counting.op == "count":
        # A posting of quantity 0 is a recorded 零报告: it proves the 0 without adding to it.
        value = Count("pk", filter=counted & Q(quantity__gt=0))
    else:
        rows, unknown = rows.annotate(wanted=_column(counting.column)), unknown | Q(wanted=None)
        value = (
            Sum("wanted", filter=counted)
            if counting.op == "sum"
            else Count("wanted", filter=counted & Q(quantity__gt=0), distinct=True)
        )
    return rows.aggregate(recorded=Count("pk"), unknown=Count("pk", filter=unknown), value=value)


def _column(name: str) -> F | KeyTextTransform:
    return KeyTextTransform(name.removeprefix("fields."), "fields") if name.startswith("fields.") else F(name)


def _rounded(exact: Fraction | None) -> Decimal | None:
    if exact is None:
        return None
    quotient = Decimal(exact.numerator) / Decimal(exact.denominator)
    return quotient.quantize(Decimal("0.01"), ROUND_HALF_UP)


def plain(number: Decimal) -> str:
    """Without trailing zeros or exponent: 30, 0.5, 33.33."""
    return f"{number.normalize():f}"


def _standing(declared: IndicatorDeclared, exact: Fraction | None, quarter: Quarter, period: PlanPeriod) -> Standing:
    if declared.target is None:
        return Standing.NO_TARGET
    if exact is None:
        return Standing.UNKNOWN
    if exact >= Fraction(declared.target):
        return Standing.REACHED
    last_day = declared.by or (date(quarter.year, 12, 31) if declared.period == "yearly" else period.ends_on)
    return Standing.MISSED if quarter.end >= last_day else Standing.OPEN


def _status(
    declared: IndicatorDeclared, standing: Standing, gap: Decimal | None, quarter: Quarter, period: PlanPeriod
) -> str:
    outside = "" if period.starts_on <= quarter.end <= period.ends_on else "方案期外；"
    if standing == Standing.REACHED:
        return f"{outside}已达目标"
    if gap is None:
        return f"{outside}无目标值"
    verdict = "未达目标" if standing == Standing.MISSED else "进行中"
    return f"{outside}{verdict}，距目标差{measured(gap, declared.unit)}"


def measured(gap: Decimal, unit: str) -> str:
    """A difference with its unit, percentage points between percentages; one that rounds to nothing is still one."""
    return f"{plain(gap) if gap else '不足0.01'}{'个百分点' if unit == '%' else unit}"
