"""The whitelist file: one party of one batch a line, with its exit when it has left.

A batch not yet known is published as a whole with all its good lines; a known one never gains members, its lines may
only add exits. A department not yet known is registered by its name.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from accounts.codes import party_code
from accounts.models import Party, User
from accounts.selectors import organisation_by_name, party_by_code
from accounts.services import party_register, system_actor
from common.errors import Conflict, Invalid, Missing
from common.tabular import Outcome, cells
from enterprises.fact_cells import not_in_future
from enterprises.imports.cells import known_party
from enterprises.models import WhitelistBatch, WhitelistEntry
from enterprises.services import whitelist_exit, whitelist_publish
from enterprises.services.whitelist import MEMBER_KINDS

_HEAD = ("department", "published_on", "basis_doc")
_CITY = "鄂尔多斯市"


class WhitelistImporter:
    """Importer of the whitelist file."""

    columns: Mapping[str, cells.Parser] = {
        "batch": cells.required(cells.text(60)),
        "department": cells.required(cells.text(200)),
        "published_on": cells.required(not_in_future(cells.iso_date())),
        "party_code": cells.required(party_code),
        "basis_doc": cells.text(200),
        "exit_on": cells.iso_date(),
        "exit_reason": cells.text(200),
    }
    optional = ("exit_on", "exit_reason")
    key = ("batch", "party_code")

    def __init__(self, actor: User | None = None) -> None:
        """Without ``actor`` the file comes from the command; a person's file is held to that person's rights."""
        self.actor: User = actor or system_actor("导入")
        self._registers = actor is None
        self._lines: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._published: set[str] = set()

    @property
    def lines(self) -> Mapping[str, Sequence[dict[str, Any]]]:
        """Well-formed lines by batch, once the file has been read."""
        return self._lines

    def prepare(self, rows: Sequence[dict[str, Any]]) -> None:
        """See every good line first: a batch is published with all its members at once."""
        for row in rows:
            self._lines[row["batch"]].append(row)

    def apply(self, row: dict[str, Any]) -> Outcome:
        """Publish the line's batch if it is new, and record the line's exit."""
        if fault := _fault(row):
            raise Invalid(fault[1], field=fault[0])
        party = known_party(row["party_code"])
        batch = WhitelistBatch.objects.select_related("department").filter(code=row["batch"]).first()
        if batch is None:
            batch = self._publish(row)
        _check_head(batch, row)
        if not WhitelistEntry.objects.filter(batch=batch, party=party).exists():
            raise Conflict(f"批次 {batch.code} 已发布，不能增补；请把新增主体另列一个批次。", field="batch")
        left = 0
        if row["exit_on"]:
            left = whitelist_exit(
                actor=self.actor, party=party, batch=batch, exit_on=row["exit_on"], reason=row["exit_reason"]
            )
        if batch.code in self._published:
            return Outcome.CREATED
        return Outcome.UPDATED if left else Outcome.UNCHANGED

    def _publish(self, row: dict[str, Any]) -> WhitelistBatch:
        department = _department(row["department"])
        if department is None and not self._registers:
            raise Missing(f"没有名为“{row['department'][:30]}”的单位，请按单位全称填写。", field="department")
        department = department or party_register(actor=self.actor, kind=Party.Kind.DEPARTMENT, name=row["department"])
        # Lines that are wrong, or that disagree with this one, are left out and rejected when their turn comes.
        lines = [line for line in self._lines[row["batch"]] if _agrees(line, row) and not _fault(line)]
        batch = whitelist_publish(
            actor=self.actor,
            code=row["batch"],
            department=department,
            published_on=row["published_on"],
            basis_doc=row["basis_doc"] or "",
            parties=list({party.pk: party for party in (known_party(line["party_code"]) for line in lines)}.values()),
        )
        self._published.add(batch.code)
        return batch


def _fault(row: dict[str, Any]) -> tuple[str, str] | None:
    """The column and reason why the line can be in no batch."""
    if row["exit_on"] and not row["exit_reason"]:
        return "exit_reason", "填了退出日期，请同时填写退出原因。"
    if row["exit_reason"] and not row["exit_on"]:
        return "exit_on", "填了退出原因，请同时填写退出日期。"
    if row["exit_on"] and row["exit_on"] < row["published_on"]:
        return "exit_on", f"退出日期早于发布日期 {row['published_on']}，请核对。"
    party = party_by_code(row["party_code"])
    if party is None:
        return "party_code", f"没有编码为 {row['party_code']} 的企业或人才，请先导入企业（或人才）再导入本文件。"
    if party.kind not in MEMBER_KINDS:
        return "party_code", f"{party.name} 是{party.get_kind_display()}，白名单只列企业、人才和团队。"
    return None


def _agrees(line: dict[str, Any], row: dict[str, Any]) -> bool:
    return all(line[column] in (None, row[column]) for column in _HEAD)


def _check_head(batch: WhitelistBatch, row: dict[str, Any]) -> None:
    """Conflict naming the first column in which the line differs from the published batch."""
    department = _department(row["department"])
    differing = {
        "department": department != batch.department,
        "published_on": row["published_on"] != batch.published_on,
        "basis_doc": row["basis_doc"] not in (None, batch.basis_doc),
    }
    for column, differs in differing.items():
        if differs:
            raise Conflict(
                f"批次 {batch.code} 已按“{getattr(batch, column)}”发布，本行与之不同；批次发布后不能更改。",
                field=column,
            )


def _department(name: str) -> Party | None:
    """A department under any of its names, with or without the city in front."""
    local = name.removeprefix(_CITY).removeprefix("市")
    for spelled in dict.fromkeys((name, f"市{local}", f"{_CITY}{local}")):
        if found := organisation_by_name(spelled, Party.Kind.DEPARTMENT):
            return found
    return None
