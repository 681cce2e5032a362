"""Forms of accounts: claiming one, deciding on it, and administration. They only parse."""

import re
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password

from accounts.administration import GRANTABLE
from accounts.claims import Document
from accounts.codes import credit_code
from accounts.models import AccountClaim
from common.tabular import cells
from frontend.forms import CellField

_PHONE = re.compile(r"[0-9+][0-9 -]{4,29}")


def _phone(cell: str) -> str:
    if not _PHONE.fullmatch(cell):
        raise ValueError("请填写手机号或固定电话，只含数字、空格、+ 和 -")
    return cell


class ClaimForm(forms.Form):
    """A firm asks for its account."""

    uscc = CellField(cells.required(credit_code), label="统一社会信用代码")
    firm_name = CellField(cells.required(cells.text(200)), label="企业名称")
    capacity = forms.ChoiceField(
        label="您的身份",
        choices=[("", "请选择"), *AccountClaim.Capacity.choices],
        error_messages={"required": "请选择身份。", "invalid_choice": "请选择身份。"},
    )
    applicant = CellField(cells.required(cells.text(60)), label="姓名")
    phone = CellField(_phone, label="联系电话")
    document = forms.FileField(
        label="授权材料",
        error_messages={"required": "请上传材料。", "empty": "文件是空的，请重新选择。", "missing": "请上传材料。"},
    )
    password = forms.CharField(label="登录密码", max_length=128, error_messages={"required": "请设一个登录密码。"})
    again = forms.CharField(label="再填一次密码", max_length=128, error_messages={"required": "请再填一次密码。"})

    def clean(self) -> dict[str, Any]:
        """The password is good and typed twice alike."""
        data = dict(super().clean() or {})
        if data.get("password"):
            try:
                validate_password(data["password"])
            except forms.ValidationError as error:
                self.add_error("password", error)
            if data.get("again") and data["again"] != data["password"]:
                self.add_error("again", "两次填的密码不一样，请重新填写。")
        return data

    def values(self) -> dict[str, Any]:
        """Arguments of the service."""
        data = {name: value for name, value in self.cleaned_data.items() if name != "again"}
        upload = data["document"]
        # One byte beyond the limit is enough to refuse it.
        return {**data, "document": Document(upload.name or "材料", upload.read(6 * 1024 * 1024))}


class ClaimStatusForm(forms.Form):
    """What one needs to ask how it stands."""

    code = forms.CharField(label="受理号", max_length=40, error_messages={"required": "请填写受理号。"})
    password = forms.CharField(label="申领时设的密码", max_length=128, error_messages={"required": "请填写密码。"})


class NewAccountForm(forms.Form):
    """A user of a party."""

    username = CellField(cells.required(cells.text(60)), label="用户名")
    display_name = CellField(cells.required(cells.text(60)), label="姓名")
    organisation = CellField(cells.text(200), label="所属机构或单位全称")


ROLE_CHOICES = [("", "请选择"), *((role.value, role.label) for role in GRANTABLE)]
