"""Forms of the finance office and the lead units. They only parse."""

from typing import Any

from django import forms

from common import clock
from common.tabular import cells
from enterprises.models import WhitelistFeedback
from frontend.forms import CellField

Choices = list[tuple[int, str]]


def past_day(cell: str) -> Any:
    """A day not after today."""
    day = cells.iso_date()(cell)
    if day is not None and day > clock.today():
        raise ValueError(f"不能晚于今天（{clock.today()}）")
    return day


def codes(cell: str) -> list[str]:
    """Codes one a line, or parted by commas or blanks, each kept once."""
    found = cell.replace(",", "\n").replace("，", "\n").replace(";", "\n").replace("；", "\n").split()
    return list(dict.fromkeys(found))


class TypedBatchForm(forms.Form):
    """A batch typed in: its head, and codes one a line."""

    batch = CellField(cells.required(cells.text(60)), label="批次名称")
    department = CellField(cells.required(cells.text(200)), label="推荐单位")
    published_on = CellField(cells.required(past_day), label="发布日期")
    basis_doc = CellField(cells.text(200), label="依据文件")
    codes = CellField(codes, label="企业或人才编码")

    def clean_codes(self) -> list[str]:
        """At least one."""
        found: list[str] = self.cleaned_data["codes"]
        if not found:
            raise forms.ValidationError("请至少填一个编码，一行一个。")
        return found

    def rows(self) -> list[dict[str, str]]:
        """As lines of the whitelist file."""
        data = self.cleaned_data
        head = {
            "batch": data["batch"],
            "department": data["department"],
            "published_on": data["published_on"].isoformat(),
            "basis_doc": data["basis_doc"] or "",
        }
        return [{**head, "party_code": code} for code in data["codes"]]


class ExitForm(forms.Form):
    """Leaving the list."""

    exit_on = CellField(cells.required(cells.iso_date()), label="退出日期")
    reason = CellField(cells.required(cells.text(200)), label="退出原因")


class PushForm(forms.Form):
    """Which institutions are told, and on what basis."""

    institutions = forms.TypedMultipleChoiceField(
        label="推送给",
        coerce=int,
        required=False,
        error_messages={"invalid_choice": "没有这家机构，请重新选择。"},
    )
    basis_doc = CellField(cells.required(cells.text(200)), label="推送依据")

    def __init__(self, choices: list[tuple[int, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["institutions"].choices = choices  # type: ignore[attr-defined]


class AnswerForm(forms.Form):
    """What the institution reports of one party."""

    answer = forms.ChoiceField(
        label="答复",
        choices=[("", "请选择"), *WhitelistFeedback.Answer.choices],
        error_messages={"required": "请选择答复。", "invalid_choice": "请选择答复。"},
    )
    answered_on = CellField(cells.required(past_day), label="哪一天")
    note = CellField(cells.text(200), label="说明")


class AppointForm(forms.Form):
    """One more officer on the roster."""

    user = forms.TypedChoiceField(
        label="人员",
        coerce=int,
        error_messages={"required": "请选择人员。", "invalid_choice": "没有这个人，请重新选择。"},
    )
    employer = forms.TypedChoiceField(
        label="派出单位",
        coerce=int,
        error_messages={"required": "请选择派出单位。", "invalid_choice": "没有这个单位，请重新选择。"},
    )
    capacity = CellField(cells.required(cells.scaled(high=1000, unit="户")), label="服务户数上限")
    since = CellField(cells.required(cells.iso_date()), label="聘任日期")
    until = CellField(cells.iso_date(), label="聘期至")

    def __init__(self, users: Choices, employers: Choices, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].choices = [("", "请选择"), *users]  # type: ignore[attr-defined]
        self.fields["employer"].choices = [("", "请选择"), *employers]  # type: ignore[attr-defined]


class RetireForm(forms.Form):
    """Leaving the roster."""

    on = CellField(cells.required(past_day), label="离岗日期")
    reason = CellField(cells.required(cells.text(200)), label="离岗原因")


class AssignForm(forms.Form):
    """Who accompanies a party; a hand-over also says why."""

    officer = forms.TypedChoiceField(
        label="特派员",
        coerce=int,
        error_messages={"required": "请选择特派员。", "invalid_choice": "这位特派员已不在岗，请另选。"},
    )
    backup = forms.TypedChoiceField(
        label="后备特派员（可不选）",
        coerce=int,
        required=False,
        empty_value=None,
        error_messages={"invalid_choice": "这位特派员已不在岗，请另选。"},
    )
    reason = CellField(cells.text(200), label="移交原因")

    def __init__(self, serving: Choices, *args: Any, handing_over: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["officer"].choices = serving  # type: ignore[attr-defined]
        self.fields["backup"].choices = [("", "不设后备"), *serving]  # type: ignore[attr-defined]
        if not handing_over:
            del self.fields["reason"]


class EndForm(forms.Form):
    """Why an assignment ends without a successor."""

    end_reason = CellField(cells.required(cells.text(200)), label="结束原因")
