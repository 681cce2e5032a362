"""The balances file: loans outstanding at an institution at a month's end, by scope; scopes are never summed."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from accounts.models import Party, User
from accounts.services import system_actor
from common.errors import Conflict, Invalid
from common.tabular import Outcome, cells
from journal.models import Posting
from journal.services import post
from matching.imports.cells import institution_named, month_end

KIND = "loan_balance"
UNION = "人才∪科创"
SCOPES = ("各项", "科创", "人才", UNION)
BASES = ("名录", "同口径")
_SPELLED = {"人才U科创": UNION, "人才u科创": UNION, "科创∪人才": UNION, "人才和科创": UNION}


def _scope(cell: str) -> str | None:
    word: str | None = cells.one_of(SCOPES)(_SPELLED.get(cell, cell))
    return word


class BalanceImporter:
    """Importer of the balances file; a month already posted with other figures must be reversed first."""

    columns: Mapping[str, cells.Parser] = {
        "institution": cells.required(cells.text(200)),
        "month": cells.required(month_end),
        "scope": cells.required(_scope),
        "basis": cells.required(cells.one_of(BASES)),
        "list_batch": cells.text(60),
        "balance_wan": cells.required(cells.scaled(10_000, high=1_000_000_000, unit="万元")),
        "borrowers": cells.scaled(high=10_000_000, unit="户"),
    }
    optional: tuple[str, ...] = ()
    key = ("institution", "month", "scope", "basis")

    def __init__(self) -> None:
        self.actor: User = system_actor("导入")

    def apply(self, row: dict[str, Any]) -> Outcome:
        """Post the balance as of the month's last day."""
        institution = institution_named(actor=self.actor, name=row["institution"])
        _, known = balance_post(actor=self.actor, institution=institution, row=row)
        return Outcome.UNCHANGED if known else Outcome.CREATED


def balance_post(
    *, actor: User, institution: Party, row: Mapping[str, Any], evidence: Sequence[str] = ()
) -> tuple[Posting, bool]:
    """Post one balance, for files and the form: ``row`` has the file's columns, month as its last day, 元.

    The posting, and whether it stood already. Invalid or Conflict (field ``balance_wan``) for what cannot be.
    """
    base = f"P{institution.pk}/{row['month']:%Y-%m}/{row['scope']}/{row['basis']}"
    fields = {"scope": row["scope"], "basis": row["basis"], "list_batch": row["list_batch"] or ""}
    if row["borrowers"] is not None:
        fields["borrowers"] = row["borrowers"]
    source_key, known = _place(base)
    if known is None:
        _check_scopes(institution, dict(row))
    try:
        posting = post(
            actor=actor,
            kind=KIND,
            source_key=source_key,
            occurred_on=row["month"],
            organisation=institution,
            amount=row["balance_wan"],
            fields=fields,
            evidence=evidence,
        )
    except Conflict as error:
        error.field = "balance_wan"
        raise
    return posting, known is not None


def _place(base: str) -> tuple[str, Posting | None]:
    """Source key to post under, and the posting in force there: a reversed one leaves room for 更正 behind it."""
    number, source_key = 1, base
    while posting := Posting.objects.select_related("reversed_by").filter(kind=KIND, source_key=source_key).first():
        if not hasattr(posting, "reversed_by"):
            return source_key, posting
        number += 1
        source_key = f"{base}/更正{number}"
    return source_key, None


def _check_scopes(institution: Party, row: dict[str, Any]) -> None:
    """人才∪科创 holds each of its parts, no more than both, and all of them lie within 各项."""
    balances = _posted(institution, row["month"], row["basis"]) | {row["scope"]: row["balance_wan"]}
    union, parts = balances.get(UNION), [balances[scope] for scope in ("科创", "人才") if scope in balances]
    if union is not None and any(part > union for part in parts):
        raise Invalid(f"“{UNION}”的余额不能小于其中的“科创”或“人才”，请核对。", field="balance_wan")
    if union is not None and len(parts) == 2 and union > sum(parts):
        raise Invalid(f"“{UNION}”的余额不能大于“科创”与“人才”之和，请核对。", field="balance_wan")
    if any(value > balances.get("各项", value) for value in balances.values()):
        raise Invalid("各项贷款余额不能小于其中任何一项，请核对。", field="balance_wan")


def _posted(institution: Party, month: date, basis: str) -> dict[str, int]:
    rows = Posting.objects.filter(
        kind=KIND, organisation=institution, occurred_on=month, reversal_of=None, reversed_by=None, fields__basis=basis
    ).order_by("pk")
    return {posting.fields["scope"]: posting.amount for posting in rows if posting.amount is not None}
