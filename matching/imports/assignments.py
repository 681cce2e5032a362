"""The assignments file: one party and its officer from a first day on, one line each; officers by user name."""

from collections.abc import Mapping
from typing import Any

from accounts.codes import party_code
from accounts.models import User
from accounts.services import system_actor
from common.errors import Missing
from common.tabular import Outcome, cells
from enterprises.fact_cells import not_in_future
from enterprises.imports.cells import known_party
from matching.cases.assignment_records import assignment_record
from talents.models import LiaisonOfficer


class AssignmentImporter:
    """Importer of the assignments file."""

    columns: Mapping[str, cells.Parser] = {
        "party_code": cells.required(party_code),
        "officer": cells.required(cells.text(150)),
        "backup": cells.text(150),
        "started_on": cells.required(not_in_future(cells.iso_date())),
        "ended_on": not_in_future(cells.iso_date()),
        "end_reason": cells.text(200),
    }
    optional = ("backup", "ended_on", "end_reason")
    key = ("party_code", "started_on")

    def __init__(self) -> None:
        self.actor: User = system_actor("导入")

    def apply(self, row: dict[str, Any]) -> Outcome:
        """Record the line's assignment, or its end."""
        return assignment_record(
            actor=self.actor,
            party=known_party(row["party_code"]),
            officer=_officer(row["officer"], "officer"),
            backup=_officer(row["backup"], "backup") if row["backup"] else None,
            started_on=row["started_on"],
            ended_on=row["ended_on"],
            end_reason=row["end_reason"] or "",
        )


def _officer(username: str, column: str) -> LiaisonOfficer:
    found = LiaisonOfficer.objects.select_related("user").filter(user__username=username).first()
    if found is None:
        raise Missing(f"名册上没有用户名为“{username[:30]}”的特派员，请先在“特派员”页登记。", field=column)
    return found
