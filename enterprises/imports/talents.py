"""The talents file: one line a title, a role in a firm, or both; a talent may take several lines.

Firms must be registered before. An empty cell leaves what is recorded as it is.
"""

from collections.abc import Mapping
from typing import Any

from accounts.codes import credit_code, party_code
from accounts.models import Party, User
from accounts.selectors import party_by_code
from accounts.services import party_rename, system_actor
from common.errors import Conflict, Invalid, Missing
from common.tabular import Outcome, cells
from enterprises.imports.cells import combined, word_for
from enterprises.models import TalentRole
from enterprises.services import talent_role_record
from talents.services import check_talent_code, talent_register, title_record
from talents.titles import normal

_KINDS = word_for(
    {"person": "person", "team": "team", "个人": "person", "人才个人": "person", "团队": "team", "人才团队": "team"}
)
_ROLES = word_for(
    {
        **{str(role.label): role.value for role in TalentRole.Role},
        **{role.value: role.value for role in TalentRole.Role},
    }
)


def _title(cell: str) -> str | None:
    title: str | None = cells.text(40)(cell)
    if title and (";" in title or "；" in title):
        raise ValueError("一行只填一个称号，多个称号请分行填写")
    return normal(title) if title else None


class TalentImporter:
    """Importer of the talents file."""

    columns: Mapping[str, cells.Parser] = {
        "talent_code": cells.required(party_code),
        "name": cells.required(cells.text(200)),
        "kind": cells.required(_KINDS),
        "title": _title,
        "level": cells.text(40),
        "batch": cells.text(60),
        "certificate": cells.text(60),
        "valid_to": cells.iso_date(),
        "firm_uscc": credit_code,
        "role": _ROLES,
        "role_from": cells.iso_date(),
        "role_to": cells.iso_date(),
    }
    optional = ()
    key = ("talent_code", "title", "batch", "firm_uscc", "role")

    def __init__(self) -> None:
        self.actor: User = system_actor("导入")
        self._names: dict[str, str] = {}

    def apply(self, row: dict[str, Any]) -> Outcome:
        """Register or bring up to date one talent, its title and its role."""
        if self._names.get(row["talent_code"], row["name"]) != row["name"]:
            raise Invalid("同一人才编码在本文件前面的行里是另一个名称，请改成一致。", field="name")
        party, registered = self._party(row)
        renamed = party_rename(actor=self.actor, party=party, name=row["name"], source="批量导入")
        outcomes = [
            Outcome.UPDATED if renamed else Outcome.UNCHANGED,
            self._title(party, row),
            self._role(party, row),
        ]
        self._names[row["talent_code"]] = row["name"]
        return combined(outcomes, registered=registered)

    def _party(self, row: dict[str, Any]) -> tuple[Party, bool]:
        check_talent_code(row["talent_code"])
        party = party_by_code(row["talent_code"])
        if party is None:
            registered = talent_register(
                actor=self.actor, talent_code=row["talent_code"], name=row["name"], kind=row["kind"]
            )
            return registered, True
        if party.kind != row["kind"]:
            raise Conflict(f"{row['talent_code']} 已登记为{party.get_kind_display()}，请核对。", field="kind")
        return party, False

    def _title(self, party: Party, row: dict[str, Any]) -> Outcome:
        if row["title"] is None:
            if stray := next((name for name in ("level", "batch", "certificate", "valid_to") if row[name]), None):
                raise Invalid("填了级别、批次、证书或有效期，就要填称号。", field=stray)
            return Outcome.UNCHANGED
        _, outcome = title_record(
            actor=self.actor,
            party=party,
            title=row["title"],
            level=row["level"] or "",
            batch=row["batch"] or "",
            certificate=row["certificate"] or "",
            valid_to=row["valid_to"],
        )
        return outcome

    def _role(self, party: Party, row: dict[str, Any]) -> Outcome:
        if row["firm_uscc"] is None:
            if stray := next((name for name in ("role", "role_from", "role_to") if row[name]), None):
                raise Invalid("填了与企业的关系，就要填企业的统一社会信用代码。", field=stray)
            return Outcome.UNCHANGED
        if row["role"] is None:
            raise Invalid("请填写与企业的关系：创办、领办或任职。", field="role")
        firm = party_by_code(row["firm_uscc"])
        if firm is None:
            raise Missing(f"企业 {row['firm_uscc']} 尚未登记，请先导入企业。", field="firm_uscc")
        _, outcome = talent_role_record(
            actor=self.actor,
            talent=party,
            firm=firm,
            role=row["role"],
            since=row["role_from"],
            until=row["role_to"],
        )
        return outcome
