"""Reads of referrals: the institution's inbox, the firm's tracking, and how well institutions answer."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import BooleanField, Case, Exists, F, OuterRef, QuerySet, Value, When

from accounts.models import Party, User
from accounts.policies import Viewer
from common import clock
from common.models import TransitionLog
from journal.models import Posting
from matching.cases import policies
from matching.cases.kinds_referrals import DISPATCHED
from matching.cases.labels import labels
from matching.cases.selectors_liaison import (
    OfficerItem,
    OfficerToday,
    Share,
    cases_of,
    own_employer_share,
    today_of_officer,
)
from matching.cases.stages import due_now, is_late
from matching.cases.states import ENDS, PROGRESS, State
from matching.models import Referral

__all__ = [
    "OfficerItem",
    "OfficerToday",
    "ResponseStats",
    "Share",
    "Step",
    "cases_of",
    "inbox",
    "moves_of",
    "own_employer_share",
    "referral_by_code",
    "referrals_of",
    "response_stats",
    "timeline",
    "today_of_officer",
]

_JOINED = ("need__party", "institution", "version__product", "moved_from")


# The first station of a track: the referral is there; that it waits for an answer is its state, not what happened.
SENT = "已送达"


@dataclass(frozen=True)
class Step:
    """One stage as tracked. ``at`` None is still to come; ``promised`` None promises no day."""

    label: str
    at: datetime | None
    actor: str
    promised: date | None
    late: bool
    state: str = ""
    note: str = ""


@dataclass(frozen=True)
class ResponseStats:
    """How one institution answered what was dispatched to it from one day to another. Counts; rates in basis points."""

    dispatched: int = 0
    responded: int = 0
    in_time: int = 0
    contacted_in_time: int = 0
    waiting: int = 0
    lapsed: int = 0
    withdrawn: int = 0
    refused: int = 0
    in_progress: int = 0
    approved: int = 0
    disbursed: int = 0
    refusals: dict[str, int] = field(default_factory=dict)

    @property
    def rate_bp(self) -> int | None:
        """响应及时率: answered in time over *all* dispatched; None when none was."""
        return self.in_time * 10_000 // self.dispatched if self.dispatched else None


def inbox(user: Viewer) -> QuerySet[Referral]:
    """Open referrals at the user's institution, most urgent first; ``disclosed`` says whether who asks may be shown."""
    party = user.party if isinstance(user, User) else None
    desk = party is not None and party.kind == Party.Kind.INSTITUTION
    rows = policies.visible_to(user).filter(institution=party) if desk else Referral.objects.none()
    readable = policies.needs_visible_to(user).filter(pk=OuterRef("need_id"))
    return (
        rows.exclude(state__in=ENDS)
        .select_related(*_JOINED)
        .annotate(
            disclosed=Exists(readable),
            waits=Case(When(paused_since=None, then=Value(False)), default=Value(True), output_field=BooleanField()),
        )
        .order_by("waits", F("due_on").asc(nulls_last=True), "pk")
    )


def referrals_of(party: Party) -> QuerySet[Referral]:
    """Every referral of the party's needs, newest first."""
    return Referral.objects.filter(need__party=party).select_related(*_JOINED, "need").order_by("-pk")


def referral_by_code(code: str, user: Viewer) -> Referral | None:
    """The referral with that code if ``user`` may read it; another's is None like an unknown one."""
    return policies.visible_to(user).filter(code=code).select_related(*_JOINED, "need").first()


def moves_of(referrals: Iterable[Referral]) -> dict[int, list[TransitionLog]]:
    """Moves of each referral by its number, oldest first; one query for all of them."""
    found: dict[int, list[TransitionLog]] = {referral.pk: [] for referral in referrals}
    moves = TransitionLog.objects.filter(object_type=Referral._meta.label, object_id__in=found)
    for move in moves.select_related("actor").order_by("pk"):
        found[int(move.object_id)].append(move)
    return found


def timeline(referral: Referral, moves: Sequence[TransitionLog] | None = None, *, at_desk: bool = False) -> list[Step]:
    """From dispatch through every stage so far to what is still to come, tracked like a parcel's.

    ``moves`` saves the query where :func:`moves_of` has read them. ``at_desk``: people of the party that asks stand
    there without their names, which no consent gives away.
    """
    names = labels(referral.kind)

    def who(actor: User) -> str:
        return "申请方" if at_desk and actor.party_id == referral.need.party_id else str(actor)

    moves = moves_of([referral])[referral.pk] if moves is None else moves
    steps = [Step(SENT, referral.dispatched_at, who(referral.created_by), None, False, State.PENDING)]
    for move, promise in zip(moves, referral.promises, strict=True):
        due = date.fromisoformat(promise["due"]) if promise["due"] else None
        late = due is not None and date.fromisoformat(promise["done"]) > due
        note = referral.refusal_note if move.to_state == State.REFUSED else ""
        said = "：".join(part for part in (move.reason, note) if part)
        steps.append(Step(names[move.to_state], move.at, who(move.actor), due, late, move.to_state, said))
    return steps + _to_come(referral)


def response_stats(institution: Party, start: date, end: date) -> ResponseStats:
    """Of everything dispatched to ``institution`` on ``start`` … ``end``, whatever became of it.

    A grab counts from the firm's consent on; before that nothing was dispatched.
    """
    posted = Posting.objects.filter(kind=DISPATCHED, organisation=institution, occurred_on__range=(start, end))
    dispatched = list(Referral.objects.filter(code__in=posted.order_by().values("source_key")).order_by("pk"))
    states = Counter(row.state for row in dispatched)
    kept = [_kept(row) for row in dispatched]
    reached = {state: sum(_reached(row, state) for row in dispatched) for state in (State.APPROVED, State.DISBURSED)}
    return ResponseStats(
        dispatched=len(dispatched),
        responded=sum(row.responded_at is not None for row in dispatched),
        in_time=sum(State.PENDING in stages for stages in kept),
        contacted_in_time=sum(
            State.ACCEPTED in stages and _reached(row, State.CONTACTED)
            for row, stages in zip(dispatched, kept, strict=True)
        ),
        waiting=states[State.PENDING],
        lapsed=states[State.LAPSED],
        withdrawn=states[State.WITHDRAWN],
        refused=states[State.REFUSED],
        in_progress=sum(states[state] for state in (State.ACCEPTED, State.CONTACTED, State.DILIGENCE)),
        approved=reached[State.APPROVED],
        disbursed=reached[State.DISBURSED],
        refusals=dict(Counter(row.get_refusal_display() for row in dispatched if row.refusal).most_common()),
    )


def _to_come(referral: Referral) -> list[Step]:
    if referral.state in ENDS:
        return []
    names, today = labels(referral.kind), clock.today()
    ahead = PROGRESS[PROGRESS.index(State(referral.state)) + 1 :]
    due, late = due_now(referral, today), is_late(referral, today)
    # From first contact on it is the decision that is promised, not the visit.
    owed = State.APPROVED if referral.state in (State.CONTACTED, State.DILIGENCE) else next(iter(ahead), None)
    return [
        Step(names[state], None, "", due if state == owed else None, late and state == owed, state) for state in ahead
    ]


def _kept(referral: Referral) -> set[str]:
    """Stages the institution itself left by the day promised."""
    answered = referral.promises if referral.responded_at else []
    taken_back = referral.state == State.WITHDRAWN
    return {
        entry["state"]
        for entry in (answered[:-1] if taken_back else answered)
        if entry["due"] and entry["done"] <= entry["due"]
    }


def _reached(referral: Referral, state: str) -> bool:
    passed = {entry["state"] for entry in referral.promises}
    return referral.state == state or state in passed
