"""The one form of 记账: its fields are those the kind declares."""

import secrets
from typing import Any

from django import forms

from accounts.codes import party_code
from accounts.models import Party
from accounts.selectors import party_by_code
from common import clock
from common.tabular import cells
from frontend.forms import CellField
from frontend.office_forms import Choices, past_day
from journal.registry import Kind
from ledger.entries import NewPosting

MAX_VALUE = 300


def new_key() -> str:
    """What makes a page sent twice one posting; it becomes the source key that the ledger shows."""
    return f"填报-{clock.today():%Y%m%d}-{secrets.token_hex(5)}"


def _party(cell: str) -> Party | None:
    code = party_code(cell)
    if code is None:
        return None
    party = party_by_code(code)
    if party is None:
        raise ValueError(f"没有编码为 {cell[:40]} 的企业或人才，请核对")
    return party


class PostingForm(forms.Form):
    """Columns first, then the kind's own fields, then the evidence."""

    def __init__(self, kind: Kind, units: Choices, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        entry = kind.entry
        if entry is None:
            raise ValueError(f"{kind.code} is not entered by hand")
        self.kind = kind
        self.fields["occurred_on"] = CellField(cells.required(past_day), label="发生日期")
        if entry.unit == "firm":
            self.fields["party"] = CellField(cells.required(_party), label="企业或人才编码")
        else:
            self.fields["organisation"] = _unit(units)
        for name, label in kind.fields.items():
            self.fields[name] = _field(kind, name, label)
        for name, label, scale, high in (
            ("quantity", entry.quantity, 1, 10**8),
            ("amount", entry.amount, 10_000, 10**9),
        ):
            if label:
                parse = cells.scaled(scale, high=high)
                needed = name in entry.required
                self.fields[name] = CellField(cells.required(parse) if needed else parse, label=label)
        self.fields["evidence"] = CellField(cells.many_of(limit=MAX_VALUE), label="佐证")

    def posting(self, by_number: dict[int, Party]) -> NewPosting:
        """What the form says; fields left empty are absent."""
        data = self.cleaned_data
        own = {name: data[name] for name in self.kind.fields if data[name] not in (None, "")}
        return NewPosting(
            kind=self.kind.code,
            occurred_on=data["occurred_on"],
            fields=own,
            party=data.get("party"),
            organisation=by_number.get(data.get("organisation") or 0),
            quantity=data.get("quantity"),
            amount=data.get("amount"),
            evidence=data["evidence"] or [],
        )


def _unit(units: Choices) -> forms.TypedChoiceField:
    words = "请选择单位。"
    return forms.TypedChoiceField(
        label="单位",
        coerce=int,
        choices=units if len(units) == 1 else [("", "请选择"), *units],
        error_messages={"required": words, "invalid_choice": words},
    )


def _field(kind: Kind, name: str, label: str) -> forms.Field:
    entry = kind.entry
    needed = entry is not None and name in entry.required
    if entry is not None and name in entry.choices:
        words = f"请选择{label.partition('（')[0]}。"
        options = [(item, item) for item in entry.choices[name]]
        return forms.ChoiceField(
            label=label.partition("（")[0],
            required=needed,
            choices=[("", "请选择"), *options],
            error_messages={"required": words, "invalid_choice": words},
        )
    numeric = entry is not None and name in entry.numbers
    parse = cells.scaled(high=10**9) if numeric else cells.text(MAX_VALUE)
    return CellField(cells.required(parse) if needed else parse, label=label)


class ReverseForm(forms.Form):
    """Why an entry is reversed."""

    reason = CellField(cells.required(cells.text(MAX_VALUE)), label="冲正原因")
