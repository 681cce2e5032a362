"""The financings file: one loan, guarantee, policy, investment, lease or reversal a line, known by serial."""

from collections.abc import Mapping
from typing import Any

from accounts.codes import party_code
from accounts.models import Party, User
from accounts.services import system_actor
from common.errors import Conflict, DomainError, Invalid, Missing
from common.tabular import Outcome, cells
from enterprises.fact_cells import not_in_future
from enterprises.facts import CATEGORIES, GUARANTEES
from enterprises.imports.cells import code, known_party, positive
from enterprises.models import Need
from enterprises.selectors import need_by_code
from matching.cases.financings import financing_record, financing_reverse, version_for
from matching.cases.first_loans import first_loan_claim
from matching.imports.cells import institution_named, key
from matching.models import Financing, FirstLoanClaim

_SERIAL = key(60)
_MONEY = cells.scaled(10_000, high=100_000_000, unit="万元")
# Service field → column of the file, where they differ.
_COLUMNS = {
    "amount": "amount_wan",
    "rate_bp": "rate_pct",
    "fee": "fee_wan",
    "premium": "premium_wan",
    "reason": "reversal_of",
}
# What a reversal line may repeat of the line it reverses.
_REPEATED = ("party_code", "kind", "product")


class FinancingImporter:
    """Importer of the financings file."""

    columns: Mapping[str, cells.Parser] = {
        "serial": cells.required(_SERIAL),
        "institution": cells.required(cells.text(200)),
        "product": code,
        "party_code": party_code,
        "kind": cells.one_of(CATEGORIES),
        "credit_kind": cells.text(40),
        "amount_wan": cells.scaled(10_000, low=-100_000_000, high=100_000_000, unit="万元"),
        "rate_pct": cells.scaled(100, high=100, unit="%"),
        "fee_wan": _MONEY,
        "premium_wan": _MONEY,
        "term_months": positive(cells.scaled(high=1_200, unit="个月")),
        "disbursed_on": cells.required(not_in_future(cells.iso_date())),
        "due_on": cells.iso_date(),
        "settled_on": not_in_future(cells.iso_date()),
        "guarantees": cells.many_of(GUARANTEES),
        "ip_registration_no": cells.text(60),
        "need_code": code,
        "related_serial": _SERIAL,
        "first_loan_claimed": cells.yes_no,
        "prior_credit_kinds": cells.many_of(limit=40),
        "credit_query_on": not_in_future(cells.iso_date()),
        "operator": cells.text(60),
        "reversal_of": _SERIAL,
    }
    optional: tuple[str, ...] = ()
    key = ("institution", "serial")

    def __init__(self) -> None:
        self.actor: User = system_actor("导入")

    def apply(self, row: dict[str, Any]) -> Outcome:
        """Record the line's financing and its first-loan claim, or reverse the one it names."""
        try:
            return self._reverse(row) if row["reversal_of"] else self._record(row)
        except DomainError as error:
            error.field = _COLUMNS.get(error.field or "", error.field)
            raise

    def _record(self, row: dict[str, Any]) -> Outcome:
        for column in ("party_code", "kind", "amount_wan"):
            if row[column] is None:
                raise Invalid("必填，不能为空。", field=column)
        _check_attestation(row)
        party = known_party(row["party_code"])
        institution = institution_named(actor=self.actor, name=row["institution"], kind=row["kind"])
        financing, outcome = financing_record(
            actor=self.actor,
            serial=row["serial"],
            institution=institution,
            party=party,
            kind=row["kind"],
            amount=row["amount_wan"],
            disbursed_on=row["disbursed_on"],
            settled_on=row["settled_on"],
            version=version_for(row["product"], institution, row["disbursed_on"]) if row["product"] else None,
            need=_need(row["need_code"]),
            credit_kind=row["credit_kind"] or "",
            rate_bp=row["rate_pct"],
            fee=row["fee_wan"],
            premium=row["premium_wan"],
            term_months=row["term_months"],
            due_on=row["due_on"],
            guarantees=row["guarantees"],
            ip_registration_no=row["ip_registration_no"] or "",
            related=_related(row["related_serial"], institution),
        )
        claimed = row["first_loan_claimed"] and self._claim(row, financing)
        return Outcome.UPDATED if claimed and outcome is Outcome.UNCHANGED else outcome

    def _claim(self, row: dict[str, Any], financing: Financing) -> bool:
        """True when the claim is new."""
        known = FirstLoanClaim.objects.filter(financing=financing).exists()
        if known and Financing.objects.filter(reversal_of=financing).exists():
            # The same file after the reversal: its claim was doubted then.
            return False
        first_loan_claim(
            actor=self.actor,
            financing=financing,
            query_on=row["credit_query_on"],
            operator=row["operator"],
            prior_credit_kinds=row["prior_credit_kinds"],
        )
        return not known

    def _reverse(self, row: dict[str, Any]) -> Outcome:
        institution = institution_named(actor=self.actor, name=row["institution"], kind=row["kind"] or "贷")
        original = _by_serial(row["reversal_of"], institution)
        if original is None:
            raise Missing(f"{institution.name} 没有流水号为 {row['reversal_of']} 的业务，请核对。", field="reversal_of")
        _check_repeated(row, original)
        known = _by_serial(row["serial"], institution)
        if known is not None:
            if (known.reversal_of_id, known.disbursed_on) != (original.pk, row["disbursed_on"]):
                raise Conflict(f"流水号 {row['serial']} 已用于另一笔业务，请换一个。", field="serial")
            return Outcome.UNCHANGED
        financing_reverse(
            actor=self.actor,
            financing=original,
            reason=f"导入文件以 {row['serial']} 冲正",
            on=row["disbursed_on"],
            serial=row["serial"],
        )
        return Outcome.CREATED


def _check_attestation(row: dict[str, Any]) -> None:
    """A claimed first loan says what was found, when and by whom; nothing found is written 无."""
    if not row["first_loan_claimed"]:
        return
    if row["prior_credit_kinds"] is None:
        raise Invalid("申报首贷须填写既往信贷记录；查询后确无记录请填“无”。", field="prior_credit_kinds")
    for column, label in (("credit_query_on", "征信查询日期"), ("operator", "查询经办人")):
        if not row[column]:
            raise Invalid(f"申报首贷须填写{label}。", field=column)


def _check_repeated(row: dict[str, Any], original: Financing) -> None:
    version = original.version
    recorded = {
        "party_code": original.party.code,
        "kind": original.kind,
        "product": version.product.code if version else None,
    }
    for column in _REPEATED:
        if row[column] is not None and row[column] != recorded[column]:
            raise Conflict(f"与被冲正的业务 {original.serial} 不符，请核对或留空。", field=column)
    if row["amount_wan"] is not None and abs(row["amount_wan"]) != original.amount:
        raise Conflict(f"冲正须全额：被冲正的业务为 {original.amount / 10_000:g} 万元。", field="amount_wan")


def _need(need_code: str | None) -> Need | None:
    need = need_by_code(need_code) if need_code else None
    if need_code and need is None:
        raise Missing(f"没有编号为 {need_code} 的需求，请核对；没有就留空。", field="need_code")
    return need


def _by_serial(serial: str, institution: Party) -> Financing | None:
    rows = Financing.objects.select_related("institution", "party", "version__product")
    return rows.filter(institution=institution, serial=serial).first()


def _related(serial: str | None, institution: Party) -> Financing | None:
    """Of this institution first, else the only one of that serial anywhere: a guarantee names its bank's loan."""
    if not serial:
        return None
    if own := _by_serial(serial, institution):
        return own
    found = list(Financing.objects.filter(serial=serial).order_by("pk")[:2])
    if not found:
        raise Missing(
            f"没有流水号为 {serial} 的关联业务，请先导入它（同一文件里排在本行之前）。", field="related_serial"
        )
    if len(found) > 1:
        raise Conflict(f"流水号 {serial} 有多家机构在用，无法确定关联哪一笔。", field="related_serial")
    return found[0]
