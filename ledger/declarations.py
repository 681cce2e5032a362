"""What a plan file may say (pydantic, unknown keys refused). The vocabulary is the same for every plan."""

import re
import string
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator


def _day(value: Any) -> Any:
    """A date as YAML or JSON gives it; a number is not a date, nor is a moment."""
    text = value.isoformat() if isinstance(value, date) else value
    if not isinstance(text, str) or not re.fullmatch(r"(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError("应为日期（1900 至 2099 年），例如 2023-06-30")
    return text


def _quantity(value: Any) -> Any:
    """Digits only: an exponent, an infinity or yes/no is nothing people set as a target."""
    text = "" if isinstance(value, bool) else str(value)
    if not re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,4})?", text, re.ASCII):
        raise ValueError("应为不小于 0 的数字，例如 30 或 0.5，整数部分最多 12 位，小数最多 4 位")
    return text


Day = Annotated[date, BeforeValidator(_day)]
Target = Annotated[Decimal, BeforeValidator(_quantity)]

Text = Annotated[str, Field(min_length=1)]
# The columns of ledger.models and accounts.models hold no more.
Wording = Annotated[str, Field(min_length=1, max_length=60)]
OfficialName = Annotated[str, Field(min_length=1, max_length=200)]
Basis = Annotated[str, Field(min_length=1, max_length=180)]
Code = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,59}$")]
Number = Annotated[int, Field(strict=True, gt=0, le=999)]
Flag = Annotated[bool, Field(strict=True)]
Window = Literal["year", "plan", "ever", "month"]
ROW_COLUMNS = ("重点任务", "工作措施", "牵头单位", "配合单位", "完成时限")


class Strict(BaseModel):
    """Unknown keys are errors: a misspelt one would silently change what is counted."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Counting(Strict):
    """One number out of postings. ``column``: amount, quantity, party, organisation or ``fields.<name>``.

    ``among`` names a population (``ledger.populations``) the parties must belong to: at the end of the window, or
    with ``member_on: day`` on the day of each posting, which leaves out the others and says how many.
    """

    op: Literal["count", "sum", "distinct"]
    kinds: Annotated[list[Text], Field(min_length=1)]
    column: str = ""
    where: dict[str, Annotated[list[str | int | bool], Field(min_length=1)]] = {}
    window: Window | None = None
    among: Text | None = None
    member_on: Literal["end", "day"] = "end"

    @model_validator(mode="after")
    def _own_day_is_of_parties(self) -> Self:
        if self.member_on == "day" and (self.op, self.column) != ("distinct", "party"):
            raise ValueError("member_on 为 day 时 op 应为 distinct、column 应为 party")
        if self.member_on == "day" and self.among is None:
            raise ValueError("member_on 为 day 时须写 among（范围）")
        return self

    @model_validator(mode="after")
    def _column_fits(self) -> Self:
        wanted = {"count": "", "sum": "amount quantity", "distinct": "party organisation"}[self.op].split()
        if self.op == "distinct" and self.column.startswith("fields."):
            return self
        if self.column not in wanted and (wanted or self.column):
            raise ValueError(f"op 为 {self.op} 时 column 应为 {'、'.join(wanted) or '空'}")
        return self


class Members(Strict):
    """How many parties belong to a population at the end of the window."""

    op: Literal["members"]
    of: Text


class Ratio(Strict):
    """Numerator over denominator, in percent."""

    op: Literal["ratio"]
    numerator: Counting
    denominator: Annotated[Counting | Members, Field(discriminator="op")]


class Baseline(Strict):
    """What the span ending ``until`` came to (raw units) where no record reaches back; ``basis`` says who says so."""

    until: Day
    value: Annotated[int, Field(strict=True, ge=0, le=1_000_000_000_000_000)]
    basis: Text


class Growth(Strict):
    """Against the same span one year earlier, in percent. ``same_reporters``: refuse where the organisations differ.

    ``baseline`` is used only where the records cannot give the earlier number.
    """

    op: Literal["growth"]
    of: Counting
    baseline: list[Baseline] = []
    same_reporters: Flag = False

    @model_validator(mode="after")
    def _has_a_year_before(self) -> Self:
        if self.of.window == "ever":
            raise ValueError("增速与上年同期相比，window 不能为 ever")
        return self


Formula = Annotated[Counting | Ratio | Growth, Field(discriminator="op")]


class IndicatorDeclared(Strict):
    """One indicator. ``per_unit`` raw units (元) make one declared unit (亿元 = 100000000)."""

    code: Code
    name: Annotated[str, Field(min_length=1, max_length=100)]
    measure: Number | None = None
    period: Literal["yearly", "cumulative", "by_date"]
    by: Day | None = None
    unit: Text
    per_unit: Annotated[int, Field(strict=True, gt=0, le=1_000_000_000_000)] = 1
    target: Target | None = None
    definition: Text
    formula: Formula

    @model_validator(mode="after")
    def _date_given(self) -> Self:
        if (self.period == "by_date") != (self.by is not None):
            raise ValueError("period 为 by_date 时须写 by（日期），其他情形不写")
        if isinstance(self.formula, Ratio | Growth) and self.unit != "%":
            raise ValueError("比率和增速的 unit 应为 “%”")
        return self


class PostingsDeclared(Strict):
    """Postings of one kind, narrowed by fields: to values (``where``), or to those that have them (``filled``)."""

    kind: Text
    where: dict[str, Annotated[list[str | int | bool], Field(min_length=1)]] = {}
    filled: list[Text] = []


class Draft(PostingsDeclared):
    """A sentence for 进展情况. Placeholders: {count} postings, {quantity} their sum, {wan} amount in 万元."""

    text: Text

    @model_validator(mode="after")
    def _placeholders_known(self) -> Self:
        names = {name for _, name, _, _ in string.Formatter().parse(self.text) if name is not None}
        if unknown := names - {"count", "quantity", "wan"}:
            raise ValueError(f"text 里有不认识的占位符：{'、'.join(sorted(unknown))}")
        return self


class Deadline(Strict):
    """One point of 完成时限: by a date, so many a year, or ongoing. ``met_by``: the posting that proves it."""

    kind: Literal["by", "yearly", "ongoing"]
    what: Text
    day: Day | None = None
    count: Number | None = None
    met_by: PostingsDeclared | None = None

    @model_validator(mode="after")
    def _fits_kind(self) -> Self:
        if (self.kind == "by") != (self.day is not None):
            raise ValueError("kind 为 by 时须写 day（日期），其他情形不写")
        if self.kind != "yearly" and self.count is not None:
            raise ValueError("只有 kind 为 yearly 时才写 count")
        return self


class AnnexNote(Strict):
    """One place where the annex departs from the body."""

    kind: Literal["扫描损坏", "写法不同", "实质差异"]
    column: Literal["重点任务", "工作措施", "牵头单位", "配合单位", "完成时限"]
    annex: str
    body: str
    reading: Text
    basis: Text
    pending: Flag = False


class Annex(Strict):
    """The annex's own row, as scanned; an empty ``section`` is a cell merged with the one above."""

    place: Text
    section: str = ""
    text: Text
    lead: Text
    support: Text
    notes: list[AnnexNote] = []
    pending_lead: list[Wording] = []
    pending_support: list[Wording] = []


class MeasureDeclared(Strict):
    """One measure: the body's text and units, the annex's deadline."""

    number: Number
    place: Text
    section: Annotated[str, Field(min_length=1, max_length=60)]
    title: Annotated[str, Field(min_length=1, max_length=60)]
    text: Text
    lead: Annotated[list[Wording], Field(min_length=1)]
    support: list[Wording] = []
    deadline: Annotated[str, Field(min_length=1, max_length=200)]
    deadlines: Annotated[list[Deadline], Field(min_length=1)]
    annex: Annex | None = None
    drafts: list[Draft] = []


class LaterName(Strict):
    """A name taken after the plan was issued."""

    name: OfficialName
    since: Day
    basis: Basis


class Unit(Strict):
    """A unit, named as when the plan was issued. ``wordings`` are the plan's, ``scanned`` the annex's damaged ones."""

    name: OfficialName
    wordings: Annotated[list[Wording], Field(min_length=1)]
    scanned: list[OfficialName] = []
    basis: Text
    pending: Flag = False
    later: list[LaterName] = []


class Member(Strict):
    """One dated member of a group."""

    name: OfficialName
    since: Day | None = None
    until: Day | None = None


class Group(Strict):
    """A wording that stands for many: either ``members`` by name, or a ``query`` answered from the records."""

    wording: Wording
    basis: Text
    pending: Flag = False
    query: Text | None = None
    members: list[Member] = []

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.query is None) == (not self.members):
            raise ValueError("query 与 members 须且只须写一个")
        return self


class Goal(Strict):
    """One goal of the plan's first chapter, with the indicators that measure it."""

    text: Text
    indicators: list[Code] = []


class PlanDeclared(Strict):
    """A whole plan file."""

    code: Code
    title: Annotated[str, Field(min_length=1, max_length=200)]
    document_number: Annotated[str, Field(min_length=1, max_length=60)]
    issued_on: Day
    starts_on: Day
    ends_on: Day
    issuers: list[Text] = []
    source: Text
    goals: list[Goal] = []
    units: list[Unit]
    groups: list[Group] = []
    measures: Annotated[list[MeasureDeclared], Field(min_length=1)]
    indicators: list[IndicatorDeclared] = []
