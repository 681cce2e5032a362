"""Money by institution. 放款额, 担保额, 保额, 投资额 and 租赁额 stand side by side and are never added."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Sum

from ledger import postings
from ledger.postings import Span
from matching.cases.kinds_financings import POSTED_AS

LABELS = {"贷": "放款额", "保": "担保额", "险": "保额", "投": "投资额", "租": "租赁额"}


@dataclass(frozen=True)
class InstitutionTotal:
    """What one institution has done of one kind; ``amount`` in 元."""

    institution: int
    name: str
    count: int
    amount: int


def totals(start: date, end: date) -> dict[str, list[InstitutionTotal]]:
    """By category, every category present, the largest institution first; one query."""
    kinds = {posted: category for category, posted in POSTED_AS.items()}
    rows = (
        postings.in_force(sorted(kinds), Span(start, end, end))
        .order_by()
        .values("kind", "organisation_id", "organisation__name")
        .annotate(count=Count("pk"), total=Sum("amount"))
        .order_by("-total", "organisation__name")
    )
    found: dict[str, list[InstitutionTotal]] = {category: [] for category in LABELS}
    for row in rows:
        item = InstitutionTotal(row["organisation_id"], row["organisation__name"], row["count"], row["total"])
        found[kinds[row["kind"]]].append(item)
    return found
