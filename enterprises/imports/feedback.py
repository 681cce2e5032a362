"""The whitelist feedback file: what an institution reports of one party of a batch it was sent, one line an answer."""

from collections.abc import Mapping
from typing import Any

from accounts.codes import party_code
from accounts.models import Party, User
from accounts.selectors import organisation_by_name
from accounts.services import system_actor
from common.errors import Missing
from common.tabular import Outcome, cells
from enterprises.fact_cells import not_in_future
from enterprises.imports.cells import known_party, word_for
from enterprises.models import WhitelistBatch, WhitelistFeedback
from enterprises.selectors.pushes import push_for_answer
from enterprises.services.pushes import whitelist_answer

_ANSWERS = word_for(
    {
        **{str(item.label): item.value for item in WhitelistFeedback.Answer},
        **{item.value: item.value for item in WhitelistFeedback.Answer},
    }
)


class FeedbackImporter:
    """Importer of the whitelist feedback file."""

    columns: Mapping[str, cells.Parser] = {
        "batch": cells.required(cells.text(60)),
        "institution": cells.required(cells.text(200)),
        "party_code": cells.required(party_code),
        "answer": cells.required(_ANSWERS),
        "answered_on": cells.required(not_in_future(cells.iso_date())),
        "note": cells.text(200),
    }
    optional = ("note",)
    key = ("batch", "institution", "party_code", "answer", "answered_on")

    def __init__(self) -> None:
        self.actor: User = system_actor("导入")

    def apply(self, row: dict[str, Any]) -> Outcome:
        """Record the line's answer to the latest push of its batch."""
        batch = WhitelistBatch.objects.filter(code=row["batch"]).first()
        if batch is None:
            raise Missing(f"没有名为“{row['batch'][:30]}”的批次，请核对批次名称。", field="batch")
        institution = organisation_by_name(row["institution"], Party.Kind.INSTITUTION)
        if institution is None:
            raise Missing(f"没有名为“{row['institution'][:30]}”的机构，请按机构全称填写。", field="institution")
        party = known_party(row["party_code"])
        push = push_for_answer(batch, institution, party, row["answered_on"])
        if push is None:
            raise Missing(
                f"到 {row['answered_on']} 为止没有把“{party.name}”随这一批推送给该机构，请核对批次、机构和日期。",
                field="party_code",
            )
        return whitelist_answer(
            actor=self.actor,
            push=push,
            party=party,
            answer=row["answer"],
            answered_on=row["answered_on"],
            note=row["note"] or "",
        )
