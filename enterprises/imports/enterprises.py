"""The enterprises file: one firm a line (or a line for each of its needs), with its facts and one need.

An empty cell is unknown and records nothing: an earlier fact or particular stays. ``tags`` and ``leader_titles`` are
complete once filled, ``无`` = none. ``facts_as_of`` dates the facts (empty: today); ``accounting_year`` dates revenue,
assets and ratios to its 31 December. Filling any need column asks for ``need_code``.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from accounts.codes import credit_code
from accounts.models import Party, User
from accounts.selectors import party_by_code
from accounts.services import party_rename, system_actor
from common import clock
from common.errors import Conflict, Invalid
from common.tabular import Outcome, cells
from enterprises.fact_cells import FACT_CELLS, not_in_future
from enterprises.facts import CATEGORIES, GUARANTEES
from enterprises.imports.cells import accounting_year, code, combined, positive
from enterprises.models import Fact, Need
from enterprises.selectors import need_by_code
from enterprises.services import (
    Statement,
    enterprise_register,
    facts_record,
    need_register,
    need_update,
)
from enterprises.services.needs import MAX_TERM_MONTHS

YEARLY = ("revenue", "total_assets", "debt_ratio", "rd_ratio")

_NEED_COLUMNS: dict[str, cells.Parser] = {
    "need_code": code,
    "need_kind": cells.many_of(CATEGORIES),
    "need_amount_wan": positive(cells.scaled(10_000, high=10**8, unit="万元")),
    "need_term_months": positive(cells.scaled(high=MAX_TERM_MONTHS, unit="个月")),
    "need_purpose": cells.text(200),
    "need_guarantees": cells.many_of(GUARANTEES),
}
_DATE_COLUMNS: dict[str, cells.Parser] = {
    "facts_as_of": not_in_future(cells.iso_date()),
    "accounting_year": accounting_year,
}


class EnterpriseImporter:
    """Importer of the enterprises file."""

    columns: Mapping[str, cells.Parser] = {
        "uscc": cells.required(credit_code),
        "name": cells.required(cells.text(200)),
        **{cell.column: cell.parse for cell in FACT_CELLS.values()},
        **_NEED_COLUMNS,
        **_DATE_COLUMNS,
    }
    optional = (*_NEED_COLUMNS, *_DATE_COLUMNS)
    key = ("uscc", "need_code")

    def __init__(self) -> None:
        self.actor: User = system_actor("导入")
        self._said: dict[str, dict[str, Any]] = {}

    def apply(self, row: dict[str, Any]) -> Outcome:
        """Register or bring up to date one firm."""
        self._check_same_firm(row)
        party = party_by_code(row["uscc"])
        registered = party is None
        if party is None:
            party = enterprise_register(actor=self.actor, uscc=row["uscc"], name=row["name"])
        if party.kind != Party.Kind.ENTERPRISE:
            raise Conflict(f"{row['uscc']} 已登记为{party.get_kind_display()}“{party.name}”，请核对。", field="uscc")
        renamed = party_rename(actor=self.actor, party=party, name=row["name"], source="批量导入")
        outcomes = [
            Outcome.UPDATED if renamed else Outcome.UNCHANGED,
            *facts_record(actor=self.actor, party=party, statements=self._statements(party, row)),
            self._need(party, row),
        ]
        self._said[row["uscc"]] = _about_firm(row)
        return combined(outcomes, registered=registered)

    def _check_same_firm(self, row: dict[str, Any]) -> None:
        """Lines for several needs of one firm must say the same of the firm."""
        earlier = self._said.get(row["uscc"])
        if earlier is not None and earlier != _about_firm(row):
            differing = next(column for column, value in _about_firm(row).items() if earlier[column] != value)
            raise Invalid(
                "同一企业在本文件前面的行里填的不一样，请改成一致（多个需求可分行，企业资料须相同）。", field=differing
            )

    @staticmethod
    def _statements(party: Party, row: dict[str, Any]) -> list[Statement]:
        year, stated_on = row["accounting_year"], row["facts_as_of"]
        year_end = date(year, 12, 31) if year else None
        latest = {} if stated_on else _latest_imported(party)
        statements = []
        for field, cell in FACT_CELLS.items():
            value = row[cell.column]
            dated = year_end if field in YEARLY and year_end else stated_on
            # Without a date in the file, saying again what was imported before is no news.
            if value is None or (dated is None and latest.get(field) == value):
                continue
            statements.append(Statement(field, value, Fact.Source.IMPORTED, dated or clock.today()))
        return statements

    def _need(self, party: Party, row: dict[str, Any]) -> Outcome:
        given = {name: row[name] for name in _NEED_COLUMNS if row[name] is not None}
        if not given:
            return Outcome.UNCHANGED
        if "need_code" not in given:
            raise Invalid("填了需求就要给它编号，例如 XQ2026-001，以便再次导入时认得。", field="need_code")
        need = need_by_code(given["need_code"])
        if need is not None and need.party_id != party.pk:
            raise Conflict(f"需求编号 {need.code} 已属于“{need.party.name}”，请换一个编号。", field="need_code")
        if need is not None and need.state == Need.State.DRAFT:
            raise Conflict(f"需求编号 {need.code} 是企业尚未提交的草稿，请换一个编号。", field="need_code")
        kinds = given.get("need_kind", need.kinds if need else [])
        if not kinds:
            raise Invalid(f"请填写需求类别：{'、'.join(CATEGORIES)}，多项用分号分隔。", field="need_kind")
        content: dict[str, Any] = {
            "kinds": kinds,
            "amount": given.get("need_amount_wan", need.amount if need else None),
            "term_months": given.get("need_term_months", need.term_months if need else None),
            "purpose": given.get("need_purpose", need.purpose if need else ""),
            "guarantees": given.get("need_guarantees", need.guarantees if need else None),
        }
        if need is None:
            need_register(actor=self.actor, party=party, code=given["need_code"], **content)
            return Outcome.CREATED
        changed = need_update(actor=self.actor, need=need, needed_by=need.needed_by, **content)
        return Outcome.UPDATED if changed else Outcome.UNCHANGED


def _about_firm(row: dict[str, Any]) -> dict[str, Any]:
    return {column: value for column, value in row.items() if column not in _NEED_COLUMNS}


def _latest_imported(party: Party) -> dict[str, Any]:
    facts = Fact.objects.filter(party=party, source=Fact.Source.IMPORTED).order_by("field", "as_of")
    return {fact.field: fact.value for fact in facts}
