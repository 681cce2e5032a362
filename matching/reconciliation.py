"""Records and postings side by side: whatever a record should have posted is recomputed and compared by source key."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db.models import Count
from django.utils import timezone

from enterprises.models import WhitelistBatch, WhitelistPush
from journal import registry
from journal.models import Posting
from matching.cases.financings import source_key
from matching.cases.kinds_financings import FIRST_LOAN, POSTED_AS
from matching.cases.kinds_referrals import SERVED
from matching.cases.states_first import State
from matching.models import Financing, FirstLoanClaim, ServiceLog
from products.models import Product, ProductVersion
from products.services.publication import LISTED_KIND

WHITELIST_KIND, PUSH_KIND = "whitelist_published", "whitelist_pushed"


@dataclass(frozen=True)
class Content:
    """What must agree: day, ids of party and organisation, quantity, amount in 元."""

    occurred_on: date
    party: int | None
    organisation: int | None
    quantity: int
    amount: int | None


@dataclass(frozen=True)
class Drift:
    """One disagreement, in Chinese."""

    kind: str
    source_key: str
    problem: str


@dataclass(frozen=True)
class KindCount:
    """Records that should be posted, and postings in force."""

    kind: str
    label: str
    records: int
    postings: int


@dataclass(frozen=True)
class Reconciliation:
    """The whole comparison; no drift means every figure rests on a record."""

    kinds: tuple[KindCount, ...]
    drift: tuple[Drift, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "kinds": [asdict(item) for item in self.kinds],
            "drift": [asdict(item) for item in self.drift],
            "drift_count": len(self.drift),
        }


Records = dict[str, Content]
_FIELD_LABELS = {
    "occurred_on": "日期",
    "party": "主体",
    "organisation": "单位",
    "quantity": "数量",
    "amount": "金额",
}


def reconcile() -> Reconciliation:
    """Compare every kind that records post with its records; reads only."""
    counts, drift = [], []
    for kind, recomputed in _sources().items():
        expected, duplicates = _collected(recomputed())
        posted, repeated = _collected(_posted(kind))
        counts.append(KindCount(kind, registry.get(kind).label, len(expected), len(posted)))
        drift += [Drift(kind, key, "有多笔有效记账") for key in [*duplicates, *repeated]]
        drift += _compared(kind, expected, posted)
    return Reconciliation(tuple(counts), tuple(drift))


def _sources() -> dict[str, Callable[[], Iterable[tuple[str, Content]]]]:
    def financings(category: str) -> Callable[[], Iterable[tuple[str, Content]]]:
        return lambda: _financings(category)

    return {
        **{kind: financings(category) for category, kind in POSTED_AS.items()},
        FIRST_LOAN: _first_loans,
        SERVED: _services,
        WHITELIST_KIND: _batches,
        PUSH_KIND: _pushes,
        LISTED_KIND: _listings,
    }


def _financings(category: str) -> Iterator[tuple[str, Content]]:
    rows = Financing.objects.filter(kind=category, reversal_of=None, reversed_by=None).order_by("pk")
    for item in rows.iterator(chunk_size=2000):
        yield source_key(item), Content(item.disbursed_on, item.party_id, item.institution_id, 1, item.amount)


def _first_loans() -> Iterator[tuple[str, Content]]:
    rows = FirstLoanClaim.objects.filter(state=State.CONFIRMED).select_related("financing").order_by("pk")
    for claim in rows.iterator(chunk_size=2000):
        if claim.financing is not None:
            day, amount = claim.financing.disbursed_on, claim.financing.amount
            yield str(claim.pk), Content(day, claim.party_id, claim.institution_id, 1, amount)


def _services() -> Iterator[tuple[str, Content]]:
    for log in ServiceLog.objects.select_related("officer").order_by("pk").iterator(chunk_size=2000):
        yield str(log.pk), Content(log.happened_on, log.party_id, log.officer.employer_id, 1, None)


def _batches() -> Iterator[tuple[str, Content]]:
    for batch in WhitelistBatch.objects.annotate(members=Count("entries")).order_by("pk"):
        yield batch.code, Content(batch.published_on, None, batch.department_id, batch.members, None)


def _pushes() -> Iterator[tuple[str, Content]]:
    for push in WhitelistPush.objects.order_by("pk").iterator(chunk_size=200):
        yield str(push.pk), Content(push.pushed_on, None, push.institution_id, len(push.released), None)


def _listings() -> Iterator[tuple[str, Content]]:
    """First listings of local products; later versions and reference products are not posted."""
    rows = ProductVersion.objects.filter(product__origin=Product.Origin.LOCAL, published_at__isnull=False)
    seen: set[int] = set()
    for version in rows.select_related("product").order_by("product_id", "published_at", "number"):
        if version.product_id not in seen and version.published_at is not None:
            seen.add(version.product_id)
            day = timezone.localtime(version.published_at).date()
            yield version.product.code, Content(day, None, version.product.institution_id, 1, None)


def _posted(kind: str) -> Iterator[tuple[str, Content]]:
    rows = Posting.objects.filter(kind=kind, reversal_of=None, reversed_by=None).order_by("pk")
    for item in rows.iterator(chunk_size=2000):
        # Each confirmation of a claim posts under a key of its own; the claim is the part before the stroke.
        key = item.source_key.split("/")[0] if kind == FIRST_LOAN else item.source_key
        yield (
            key,
            Content(item.occurred_on, item.party_id, item.organisation_id, item.quantity, item.amount),
        )


def _collected(rows: Iterable[tuple[str, Content]]) -> tuple[Records, list[str]]:
    found: Records = {}
    repeated = []
    for key, content in rows:
        if key in found:
            repeated.append(key)
        found[key] = content
    return found, repeated


def _compared(kind: str, expected: Records, posted: Records) -> Iterator[Drift]:
    for key in sorted(expected.keys() | posted.keys()):
        if key not in posted:
            yield Drift(kind, key, "有业务记录，没有有效记账")
        elif key not in expected:
            yield Drift(kind, key, "有记账，没有业务记录")
        elif expected[key] != posted[key]:
            record, posting = asdict(expected[key]), asdict(posted[key])
            differing = [label for name, label in _FIELD_LABELS.items() if record[name] != posting[name]]
            yield Drift(kind, key, f"记录与记账的{'、'.join(differing)}不同")
