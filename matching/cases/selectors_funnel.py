"""How far the needs of a period have come: registered, matched, dispatched, accepted, approved, disbursed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from common.models import TransitionLog
from enterprises.models import Need
from journal.models import Posting
from matching.cases.kinds_referrals import DISPATCHED
from matching.cases.states import State
from matching.models import MatchResult, Referral

_REACHED = {"accepted": State.ACCEPTED, "approved": State.APPROVED, "disbursed": State.DISBURSED}

_LABELS = {"lapsed": "超期未响应", **dict(Referral.Refusal.choices)}


@dataclass(frozen=True)
class FunnelCounts:
    """Needs, each counted once a stage whatever the number of institutions it lies with.

    ``refusals``: why institutions did not take them, as people read it → referrals, the most frequent first.
    """

    registered: int
    matched: int
    dispatched: int
    accepted: int
    approved: int
    disbursed: int
    refusals: Mapping[str, int]


def funnel_counts(start: date, end: date) -> FunnelCounts:
    """Needs registered from ``start`` to ``end`` (both included) and how far they had come by the end of ``end``."""
    fitting = MatchResult.objects.filter(Q(satisfied__gt=0) | Q(unknown__gt=0), need_id=OuterRef("pk"))
    needs = _registered(start, end).annotate(fits=Exists(fitting))
    found = needs.aggregate(registered=Count("pk"), matched=Count("pk", filter=Q(fits=True)))
    log = TransitionLog.objects.filter(object_type=Referral._meta.label, object_id=OuterRef("pk"), at__date__lte=end)
    rows = _dispatched(start, end).annotate(
        **{f"was_{name}": Exists(log.filter(to_state=state)) for name, state in _REACHED.items()}
    )
    over = Q(closed_at__date__lte=end)
    reasons = {"lapsed": over & Q(state=State.LAPSED)}
    reasons |= {reason: over & Q(state=State.REFUSED, refusal=reason) for reason in Referral.Refusal.values}
    reached = rows.aggregate(
        dispatched=Count("need_id", distinct=True),
        **{name: Count("need_id", distinct=True, filter=Q(**{f"was_{name}": True})) for name in _REACHED},
        **{f"why_{reason}": Count("pk", filter=which) for reason, which in reasons.items()},
    )
    why = {_LABELS[reason]: reached.pop(f"why_{reason}") for reason in reasons}
    refusals = {label: count for label, count in sorted(why.items(), key=lambda item: -item[1]) if count}
    return FunnelCounts(**found, **reached, refusals=refusals)


def _registered(start: date, end: date) -> QuerySet[Need]:
    submitted = Need.objects.exclude(state=Need.State.DRAFT).exclude(kinds=[])
    return submitted.filter(created_at__date__range=(start, end)).order_by()


def _dispatched(start: date, end: date) -> QuerySet[Referral]:
    sent = Posting.objects.filter(kind=DISPATCHED, occurred_on__lte=end).order_by().values("source_key")
    return Referral.objects.filter(need__in=_registered(start, end).values("pk"), code__in=sent).order_by()
