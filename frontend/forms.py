"""Forms that only parse: text to typed values with the same parsers as the files, errors beside their fields."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict

from common import clock
from common.tabular import cells
from enterprises.facts import CATEGORIES, GUARANTEES, TAX_GRADES
from enterprises.models import Need
from enterprises.selectors import FactRow

KIND_LABELS = {"贷": "贷款", "保": "担保", "险": "保险", "投": "股权投资", "租": "融资租赁"}
# Closed answers are chosen, not typed.
FACT_CHOICES: Mapping[str, tuple[str, ...]] = {"has_prior_loan": ("是", "否"), "tax_grade": TAX_GRADES}
FACT_HINTS: Mapping[str, str] = {
    "region": "写到旗区或园区，例如：鄂尔多斯市东胜区",
    "established_on": "例如：2021-05-18",
    "tags": "多项用分号隔开；一项也没有就填“无”",
    "leader_titles": "创办人或领办人的称号，多项用分号隔开；没有就填“无”",
}


@dataclass(frozen=True)
class Problem:
    """One wrong field: the words of the summary are the words beside the field."""

    field: str
    label: str
    message: str


@dataclass(frozen=True)
class FactInput:
    """One field of 我的资料 as shown in the form: what was typed stays, wrong or not."""

    row: FactRow
    value: str
    choices: tuple[str, ...]
    hint: str
    error: str


def typed_facts(posted: QueryDict, rows: list[FactRow]) -> dict[str, str]:
    """Field → text as posted; only fields of the catalogue are read."""
    return {row.field: str(posted.get(row.field) or "") for row in rows if row.field in posted}


def fact_inputs(rows: list[FactRow], typed: Mapping[str, str], errors: Mapping[str, str]) -> list[FactInput]:
    """Inputs in the catalogue's order, filled with what was typed or else with what is known."""
    found = []
    for row in rows:
        value = typed.get(row.field, row.text)
        choices = FACT_CHOICES.get(row.field, ())
        if choices and value and value not in choices:
            choices = (*choices, value)
        found.append(
            FactInput(
                row,
                value,
                choices,
                FACT_HINTS.get(row.field, ""),
                errors.get(row.field, "").removeprefix(f"{row.label}："),
            )
        )
    return found


class CellField(forms.CharField):
    """Text read by a cell parser; an empty text is None (unknown)."""

    def __init__(self, parser: cells.Parser, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)
        self.parser = parser

    def clean(self, value: Any) -> Any:
        try:
            return self.parser(str(value or "").strip())
        except ValueError as error:
            raise forms.ValidationError(f"{error}。") from error


def from_today(cell: str) -> date | None:
    day: date | None = cells.iso_date()(cell)
    if day is not None and day < clock.today():
        raise ValueError(f"不能早于今天（{clock.today()}）")
    return day


class NeedForm(forms.Form):
    """What a party looks for; empty amounts and lists stay unknown."""

    kinds = forms.MultipleChoiceField(
        label="想要哪一类",
        choices=[(kind, KIND_LABELS[kind]) for kind in CATEGORIES],
        error_messages={"required": "请至少选一类。", "invalid_choice": "没有“%(value)s”这一类，请重新选择。"},
    )
    amount = CellField(cells.scaled(10_000, high=10**8, unit="万元"), label="金额（万元）")
    term_months = CellField(cells.scaled(high=600, unit="个月"), label="期限（月）")
    purpose = CellField(cells.text(200), label="用途")
    guarantees = forms.MultipleChoiceField(
        label="能提供的担保",
        required=False,
        choices=[(item, item) for item in GUARANTEES],
        error_messages={"invalid_choice": "没有“%(value)s”这种担保，请重新选择。"},
    )
    needed_by = CellField(from_today, label="最晚什么时候要")

    def values(self) -> dict[str, Any]:
        """Arguments of the service; no box ticked means that guarantees are not said yet."""
        data = dict(self.cleaned_data)
        return {**data, "purpose": data["purpose"] or "", "guarantees": data["guarantees"] or None}

    def problems(self) -> list[Problem]:
        """Every wrong field in the order of the form."""
        return [
            Problem(name, str(field.label), str(message))
            for name, field in self.fields.items()
            for message in self.errors.get(name, ())
        ]


class DraftForm(NeedForm):
    """The same while it is being written: nothing is required yet."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kinds"].required = False


def need_texts(need: Need) -> dict[str, Any]:
    """What the form shows of a registered need."""
    return {
        "kinds": need.kinds,
        "amount": cells_wan(need.amount),
        "term_months": "" if need.term_months is None else str(need.term_months),
        "purpose": need.purpose,
        "guarantees": need.guarantees or [],
        "needed_by": need.needed_by.isoformat() if need.needed_by else "",
    }


def cells_wan(amount: int | None) -> str:
    """元 as the text in 万元 that the form reads back."""
    if amount is None:
        return ""
    whole, rest = divmod(amount, 10_000)
    return f"{whole}.{rest:04d}".rstrip("0").rstrip(".")
