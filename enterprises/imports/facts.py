"""The facts file: single dated statements about any registered firm or talent.

``field`` is a field's code, its column in the enterprises file or its Chinese label; ``value`` is written as that file
writes it (万元, %, lists by ``;``, ``无``, 是/否, dates). ``source``: declared, imported or verified; empty = imported.
"""

from collections.abc import Mapping
from typing import Any

from accounts.codes import party_code
from accounts.models import User
from accounts.services import system_actor
from common.errors import Invalid
from common.tabular import Outcome, cells
from enterprises.fact_cells import FACT_CELLS, field_named, not_in_future
from enterprises.imports.cells import known_party, word_for
from enterprises.models import Fact
from enterprises.services import fact_record

_SOURCES = word_for(
    {
        **{source.value: source.value for source in Fact.Source},
        **{str(source.label): source.value for source in Fact.Source},
    }
)


def _field(cell: str) -> str:
    field = field_named(cell)
    if field is None:
        raise ValueError(f"没有资料项“{cell[:20]}”，请填：{'、'.join(item.column for item in FACT_CELLS.values())}")
    return field


class FactImporter:
    """Importer of the facts file."""

    columns: Mapping[str, cells.Parser] = {
        "party_code": cells.required(party_code),
        "field": cells.required(_field),
        "value": cells.required(cells.text(2000)),
        "source": lambda cell: _SOURCES(cell) or Fact.Source.IMPORTED.value,
        "as_of": cells.required(not_in_future(cells.iso_date())),
        "valid_to": cells.iso_date(),
        "evidence": cells.text(300),
    }
    optional = ("valid_to", "evidence")
    key = ("party_code", "field", "source", "as_of")

    def __init__(self) -> None:
        self.actor: User = system_actor("导入")

    def apply(self, row: dict[str, Any]) -> Outcome:
        """Record one fact."""
        party = known_party(row["party_code"])
        cell = FACT_CELLS[row["field"]]
        try:
            value = cell.parse(row["value"])
        except ValueError as error:
            raise Invalid(f"{cell.label}：{error}", field="value") from error
        _, outcome = fact_record(
            actor=self.actor,
            party=party,
            field=row["field"],
            value=value,
            source=row["source"],
            as_of=row["as_of"],
            valid_to=row["valid_to"],
            evidence=row["evidence"] or "",
        )
        return outcome
