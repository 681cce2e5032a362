"""我的数据: everything held about a party, for itself, as JSON or a workbook."""

import io
import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from openpyxl import Workbook

from accounts.models import Party, User
from accounts.selectors import notifications_of, users_of
from common import audit, clock
from common.errors import Missing, NotAllowed
from enterprises import policies as firms
from enterprises.models import EnterpriseProfile, Fact, Need, TalentRole, WhitelistEntry
from enterprises.selectors import consents_of
from matching.cases.money_policies import claims_visible_to, financings_visible_to
from matching.cases.policies import assignments_visible_to, logs_visible_to
from matching.cases.selectors import referrals_of
from talents.models import TalentTitle

MEDIA_TYPES = {
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# What the house keeps for itself: keys, fingerprints and whom another row belongs to.
_INTERNAL = frozenset({"id", "password", "grant", "party_key", "client_key", "is_staff", "is_superuser", "key"})

Sections = Mapping[str, list[dict[str, Any]]]


@transaction.atomic
def own_data_file(*, actor: User, kind: str) -> bytes:
    """The file of ``actor``'s own party, ``kind`` json or xlsx; each export stands in the trail."""
    if actor.party is None or not firms.can(actor, "edit", actor.party):
        raise NotAllowed("只能导出本单位或本人的数据。")
    if kind not in MEDIA_TYPES:
        raise Missing("数据只有 JSON 和 Excel 两种格式，请从“我的数据”页下载。")
    found = own_data(actor, actor.party)
    audit.record("own_data_export", actor=actor, obj=actor.party, kind=kind)
    return _workbook(found) if kind == "xlsx" else _json(found)


def own_data(user: User, party: Party) -> Sections:
    """Section → rows {label: value} of all that is held about ``party`` and may be read by itself."""
    sections: dict[str, Iterable[models.Model]] = {
        "主体": [party],
        "名称": party.names.all(),
        "账号": users_of(party),
        "联系人": EnterpriseProfile.objects.filter(party=party),
        "资料": Fact.objects.filter(party=party),
        "称号": TalentTitle.objects.filter(party=party),
        "人才与企业": TalentRole.objects.filter(models.Q(talent=party) | models.Q(firm=party)),
        "白名单": WhitelistEntry.objects.filter(party=party).select_related("batch"),
        "需求": Need.objects.filter(party=party),
        "授权": consents_of(party),
        "申请": referrals_of(party),
        "融资": financings_visible_to(user).filter(party=party),
        "首贷": claims_visible_to(user).filter(party=party),
        "特派员": assignments_visible_to(user).filter(party=party),
        "服务记录": logs_visible_to(user).filter(party=party),
        "消息": notifications_of(user),
    }
    return {title: [_row(row) for row in rows] for title, rows in sections.items()}


def _row(record: models.Model) -> dict[str, Any]:
    """What one record says under its labels; what it points to by name."""
    fields = (field for field in record._meta.concrete_fields if field.name not in _INTERNAL)
    return {str(field.verbose_name): _value(record, field) for field in fields}


def _value(record: models.Model, field: Any) -> Any:
    value = getattr(record, field.name)
    if isinstance(value, models.Model):
        return str(value)
    return getattr(record, f"get_{field.name}_display")() if field.choices else value


def _json(found: Sections) -> bytes:
    content = {"导出时间": clock.now(), **found}
    return json.dumps(content, ensure_ascii=False, indent=1, cls=DjangoJSONEncoder).encode()


def _workbook(found: Sections) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, rows in found.items():
        sheet = book.create_sheet(title)
        lines = [list(rows[0]), *([_text(value) for value in row.values()] for row in rows)] if rows else [["没有记录"]]
        for number, line in enumerate(lines, 1):
            for column, text in enumerate(line, 1):
                cell = sheet.cell(number, column, text)
                # Whatever was typed stays text: nothing here is a formula.
                cell.data_type = "s"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, cls=DjangoJSONEncoder).strip('"')
