"""Forms of the institution's desk: answers to a referral, money paid out, products. They only parse."""

from collections.abc import Iterable
from dataclasses import fields as fields_of
from datetime import date
from typing import Any

from django import forms

from common import clock
from common.tabular import cells
from enterprises.facts import CATEGORIES, GUARANTEES, TAX_GRADES
from frontend.forms import KIND_LABELS, CellField, Problem
from matching.cases.applying import Attestation
from matching.models import Referral
from products.content import VersionContent
from products.rules.figures import unscaled

# What the credit report may show; the form offers the names a definition knows.
CREDIT_KINDS = (
    "流动资金贷款",
    "固定资产贷款",
    "经营性贷款",
    "个人经营性贷款",
    "票据贴现",
    "融资租赁",
    "银行承兑汇票",
    "信用卡",
)


def problems_of(form: forms.BaseForm) -> list[Problem]:
    """Every wrong field in the order of the form, then what concerns no field."""
    found = [
        Problem(name, str(field.label), str(message))
        for name, field in form.fields.items()
        for message in form.errors.get(name, ())
    ]
    return found + [Problem("", "", str(message)) for message in form.non_field_errors()]


def blame(form: forms.BaseForm, field: str | None, message: str) -> None:
    """Put a refusal of the service beside its field, or above the form where it has none."""
    name = field if field in form.fields else None
    if name is None or message not in form.errors.get(name, ()):
        form.add_error(name, message)


def _past(cell: str) -> date | None:
    day: date | None = cells.iso_date()(cell)
    if day is not None and day > clock.today():
        raise ValueError(f"不能晚于今天（{clock.today()}）")
    return day


def _choice(label: str, options: Iterable[tuple[str, str]], words: str) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=[("", "请选择"), *options],
        error_messages={"required": words, "invalid_choice": words},
    )


def _several(label: str, options: Iterable[str]) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label,
        required=False,
        choices=[(item, item) for item in options],
        error_messages={"invalid_choice": "没有“%(value)s”这一项，请重新选择。"},
    )


class AmountForm(forms.Form):
    """The amount approved."""

    approved_amount = CellField(cells.required(cells.scaled(10_000, high=10**8, unit="万元")), label="批复金额（万元）")


class RefusalForm(forms.Form):
    """Why not."""

    reason = _choice("拒绝原因", Referral.Refusal.choices, "请选择拒绝原因。")
    note = CellField(cells.text(300), label="给企业的说明")


class PauseForm(forms.Form):
    """What the firm owes."""

    reason = CellField(cells.required(cells.text(200)), label="请企业补什么")


class FinancingForm(forms.Form):
    """Money as paid out; field names are those the service blames."""

    serial = CellField(cells.required(cells.text(60)), label="业务流水号")
    amount = CellField(cells.required(cells.scaled(10_000, high=10**8, unit="万元")), label="金额（万元）")
    disbursed_on = CellField(cells.required(_past), label="发放日期")
    due_on = CellField(cells.iso_date(), label="到期日")
    term_months = CellField(cells.scaled(high=1200, unit="个月"), label="期限（月）")
    rate_bp = CellField(cells.scaled(100, high=100, unit="%"), label="年化利率（%）")
    credit_kind = CellField(cells.text(40), label="业务品种")
    fee = CellField(cells.scaled(10_000, high=10**8, unit="万元"), label="费用（万元）")
    premium = CellField(cells.scaled(10_000, high=10**8, unit="万元"), label="保费（万元）")
    guarantees = _several("担保方式", GUARANTEES)
    ip_registration_no = CellField(cells.text(60), label="知识产权质押登记号")

    def values(self) -> dict[str, Any]:
        """Arguments of the service."""
        data = dict(self.cleaned_data)
        for name in ("credit_kind", "ip_registration_no"):
            data[name] = data[name] or ""
        return {**data, "guarantees": tuple(data["guarantees"])}


class FirstLoanForm(forms.Form):
    """The claim beside a loan: what the report showed, who asked for it and when."""

    claimed = forms.BooleanField(label="申报首贷", required=False)
    credit_query_on = CellField(_past, label="征信查询日期")
    operator = CellField(cells.text(60), label="查询经办人")
    found_none = forms.BooleanField(label="经查询，放款前没有任何信贷记录", required=False)
    prior_credit_kinds = _several("放款前已有的信贷记录", CREDIT_KINDS)

    def clean(self) -> dict[str, Any]:
        """A claim says when, by whom, and what was found or that nothing was."""
        data = dict(super().clean() or {})
        if not data.get("claimed"):
            return data
        for name in ("credit_query_on", "operator"):
            if name not in self.errors and not data.get(name):
                self.add_error(name, f"申报首贷须填写{self.fields[name].label}。")
        if bool(data.get("found_none")) == bool(data.get("prior_credit_kinds")):
            self.add_error("prior_credit_kinds", "请二选一：勾选“没有任何信贷记录”，或勾出查到的记录种类。")
        return data

    def attestation(self) -> Attestation | None:
        """None where no first loan is claimed."""
        data = self.cleaned_data
        if not data["claimed"]:
            return None
        return Attestation(data["credit_query_on"], data["operator"], tuple(data["prior_credit_kinds"]))


class ReasonForm(forms.Form):
    """Why a product is sent back or leaves the shelf."""

    reason = CellField(cells.required(cells.text(200)), label="原因")


class ProductForm(forms.Form):
    """What a product says, under the names of :class:`VersionContent`; empty is unstated and makes no rule."""

    name = CellField(cells.required(cells.text(120)), label="产品名称")
    region_text = CellField(cells.text(200), label="适用地区")
    target = CellField(cells.text(300), label="适用对象")
    amount_min = CellField(cells.scaled(10_000, high=10**7, unit="万元"), label="额度下限（万元）")
    amount_max = CellField(cells.scaled(10_000, high=10**7, unit="万元"), label="额度上限（万元）")
    term_min_months = CellField(cells.scaled(high=1200, unit="个月"), label="期限下限（月）")
    term_max_months = CellField(cells.scaled(high=1200, unit="个月"), label="期限上限（月）")
    rate_min_bp = CellField(cells.scaled(100, high=100, unit="%"), label="年化利率或费率下限（%）")
    rate_max_bp = CellField(cells.scaled(100, high=100, unit="%"), label="年化利率或费率上限（%）")
    guarantee_methods = _several("担保方式", GUARANTEES)
    required_tags = CellField(cells.many_of(), label="适用资质（满足其一）")
    min_age_months = CellField(cells.scaled(high=1200, unit="个月"), label="成立满（月）")
    min_revenue = CellField(cells.scaled(10_000, high=10**8, unit="万元"), label="年营业收入不低于（万元）")
    max_debt_ratio_bp = CellField(cells.scaled(100, high=100, unit="%"), label="资产负债率不高于（%）")
    tax_grades = _several("纳税信用等级", TAX_GRADES)
    purposes = CellField(cells.many_of(), label="资金用途")
    other_conditions = CellField(cells.text(2000), label="其他条件（文字，由机构核实）")
    features = CellField(cells.text(2000), label="产品特点")

    def content(self) -> VersionContent:
        """What the form says; a field it does not have is unstated."""
        held: dict[str, Any] = {}
        for field in fields_of(VersionContent):
            value = self.cleaned_data.get(field.name)
            if value is not None:
                held[field.name] = tuple(value) if isinstance(value, list) else value
        return VersionContent(**held)


class NewProductForm(ProductForm):
    """A first draft also says what kind it is."""

    category = _choice("类别", [(kind, KIND_LABELS[kind]) for kind in CATEGORIES], "请选择类别。")

    field_order = ["category"]


_SCALES = {
    "amount_min": 10_000,
    "amount_max": 10_000,
    "min_revenue": 10_000,
    "rate_min_bp": 100,
    "rate_max_bp": 100,
    "max_debt_ratio_bp": 100,
}


def product_texts(content: VersionContent) -> dict[str, Any]:
    """A version as the form reads it back."""
    shown: dict[str, Any] = {}
    for name, value in content.columns().items():
        if name in _SCALES:
            shown[name] = "" if value is None else unscaled(value, _SCALES[name])
        elif name in ("guarantee_methods", "tax_grades"):
            shown[name] = value
        elif isinstance(value, list):
            shown[name] = ";".join(value)
        else:
            shown[name] = "" if value is None else str(value)
    return shown
