"""The postings file: what has no records of its own (events, funds, listings, centres …), one posting a line.

``kind`` is a kind's code or Chinese label. ``fields`` is a JSON object or ``name=value;…``, names as code or label;
``party_code`` in it names the firm or talent the posting is about. ``reversal_of`` is the source key of the posting
reversed. Kinds that a record of the house posts itself are refused: only their record keeps them in step.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from accounts.codes import plain_code
from accounts.models import Party, User
from accounts.services import system_actor
from common.errors import Conflict, DomainError, Invalid, Missing
from common.tabular import Outcome, cells
from enterprises.fact_cells import not_in_future
from enterprises.imports.cells import known_party
from journal import registry
from journal.models import Posting
from journal.services import post, reverse
from matching.imports.cells import key, organisation_named

# Kinds posted by the service that makes the record, and where the record is made.
RECORDED = {
    "loan_disbursed": "import_financings",
    "guarantee_issued": "import_financings",
    "insurance_issued": "import_financings",
    "investment_made": "import_financings",
    "lease_disbursed": "import_financings",
    "first_loan_confirmed": "首贷认定",
    "whitelist_published": "import_whitelist",
    "whitelist_pushed": "白名单推送",
    "product_listed": "产品上架",
    "referral_dispatched": "派单",
    "referral_responded": "派单",
    "service_logged": "服务记录",
}
# Fields that plans compare as numbers, whatever kind they belong to.
NUMBERS = ("measure", "participants", "borrowers", "term_months")
_PARTY = "party_code"
_PAIR = re.compile(r"([^=＝]+)[=＝](.*)", re.DOTALL)
_SOURCE_KEY = key(190)
MAX_VALUE = 300


def _kind(cell: str) -> str:
    for kind in registry.kinds():
        if cell in (kind.code, kind.label):
            if place := RECORDED.get(kind.code):
                raise ValueError(f"“{kind.label}”由业务记录自动记账，请在“{place}”办理，不在此导入")
            return kind.code
    known = "、".join(f"{kind.code}（{kind.label}）" for kind in registry.kinds() if kind.code not in RECORDED)
    raise ValueError(f"没有记账类别“{cell[:20]}”，请填：{known}")


def _fields(cell: str) -> dict[str, Any]:
    if not cell:
        return {}
    if cell.startswith("{"):
        return _from_json(cell)
    found: dict[str, Any] = {}
    for part in re.split("[;；\n]", cell):
        if not part.strip():
            continue
        pair = _PAIR.fullmatch(part.strip())
        if pair is None:
            raise ValueError(f"“{part.strip()[:20]}”请写成 名称=值，多项用分号分隔")
        _add(found, pair[1].strip(), pair[2].strip())
    return found


def _from_json(cell: str) -> dict[str, Any]:
    try:
        pairs = json.loads(cell, object_pairs_hook=list)
    except (ValueError, RecursionError):
        raise ValueError("不是有效的 JSON 对象，请核对引号和逗号，或改写成 名称=值;名称=值") from None
    found: dict[str, Any] = {}
    for name, value in pairs:
        if not isinstance(value, str | int):
            raise ValueError(f"“{name[:20]}”的值只能是文字、整数或 true/false")
        _add(found, name.strip(), value.strip() if isinstance(value, str) else value)
    return found


def _add(found: dict[str, Any], name: str, value: str | int) -> None:
    if name in found:
        raise ValueError(f"“{name[:20]}”写了两次")
    if isinstance(value, str):
        cells.text(MAX_VALUE)(value)
    elif abs(value) > 10**15:
        raise ValueError(f"“{name[:20]}”的数过大")
    found[name] = value


class PostingImporter:
    """Importer of the postings file."""

    columns: Mapping[str, cells.Parser] = {
        "kind": cells.required(_kind),
        "source_key": cells.required(_SOURCE_KEY),
        "occurred_on": cells.required(not_in_future(cells.iso_date())),
        "organisation": cells.text(200),
        "quantity": cells.scaled(high=100_000_000),
        "amount_wan": cells.scaled(10_000, high=1_000_000_000, unit="万元"),
        "fields": _fields,
        "evidence": cells.many_of(limit=300),
        "reversal_of": _SOURCE_KEY,
    }
    optional: tuple[str, ...] = ()
    key = ("kind", "source_key")

    def __init__(self) -> None:
        self.actor: User = system_actor("导入")

    def apply(self, row: dict[str, Any]) -> Outcome:
        """Post the line, or reverse the posting it names."""
        return self._reverse(row) if row["reversal_of"] else self._post(row)

    def _post(self, row: dict[str, Any]) -> Outcome:
        kind = registry.get(row["kind"])
        known = Posting.objects.filter(kind=kind.code, source_key=row["source_key"]).exists()
        party, organisation = _parties(row)
        try:
            post(
                actor=self.actor,
                kind=kind.code,
                source_key=row["source_key"],
                occurred_on=row["occurred_on"],
                party=party,
                organisation=organisation,
                quantity=1 if row["quantity"] is None else row["quantity"],
                amount=row["amount_wan"],
                fields=_declared(kind, row["fields"]),
                evidence=row["evidence"] or [],
            )
        except DomainError as error:
            error.field = error.field or "source_key"
            raise
        return Outcome.UNCHANGED if known else Outcome.CREATED

    def _reverse(self, row: dict[str, Any]) -> Outcome:
        kind = registry.get(row["kind"])
        original = Posting.objects.filter(kind=kind.code, source_key=row["reversal_of"]).first()
        if original is None:
            raise Missing(f"没有来源键为 {row['reversal_of']} 的“{kind.label}”，请核对。", field="reversal_of")
        if original.occurred_on > row["occurred_on"]:
            raise Invalid(f"冲正日期不能早于原记账 {original.occurred_on}。", field="occurred_on")
        known = Posting.objects.filter(reversal_of=original).first()
        if known is not None:
            if known.occurred_on != row["occurred_on"]:
                raise Conflict(f"{row['reversal_of']} 已于 {known.occurred_on} 冲正过。", field="reversal_of")
            return Outcome.UNCHANGED
        reason = "；".join(row["evidence"] or []) or f"导入文件以 {row['source_key']} 冲正"
        try:
            reverse(actor=self.actor, posting=original, occurred_on=row["occurred_on"], reason=reason)
        except DomainError as error:
            error.field = "reversal_of"
            raise
        return Outcome.CREATED


def _parties(row: dict[str, Any]) -> tuple[Party | None, Party | None]:
    """(party, organisation); a firm in the organisation column is what the posting is about."""
    organisation = None
    if row["organisation"]:
        organisation = organisation_named(row["organisation"])
        if organisation is None:
            raise Missing(f"没有名为“{row['organisation'][:30]}”的单位、机构或企业，请核对名称。", field="organisation")
    party = None
    if party_code := row["fields"].get(_PARTY):
        try:
            party = known_party(plain_code(str(party_code)))
        except DomainError as error:
            error.field = "fields"
            raise
    if organisation is not None and organisation.kind == Party.Kind.ENTERPRISE:
        return party or organisation, None if party is None else organisation
    return party, organisation


def _declared(kind: registry.Kind, given: dict[str, Any]) -> dict[str, Any]:
    """Fields under their codes; numbers that plans compare become numbers."""
    codes = {label: name for name, label in kind.fields.items()}
    found = {}
    for name, value in given.items():
        if name == _PARTY:
            continue
        field = codes.get(name, name)
        if field not in kind.fields:
            allowed = "、".join([*kind.fields, _PARTY])
            raise Invalid(f"“{kind.label}”没有字段“{name[:20]}”，可填：{allowed}。", field="fields")
        numeric = field in NUMBERS and isinstance(value, str) and re.fullmatch("[0-9]{1,9}", value)
        found[field] = int(value) if numeric else value
    return found
