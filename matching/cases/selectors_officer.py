"""An officer's parties, one entry each: what presses, whom everybody waits for, what is agreed for which day."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from accounts.models import Party
from common import clock
from enterprises.models import Need
from matching.cases.selectors_liaison import OfficerItem, cases_of, today_of_officer
from matching.cases.states import ENDS, State
from matching.models import LiaisonAssignment, Referral
from talents.models import LiaisonOfficer

OVERDUE, TODAY, NEW, WAITING = "overdue", "today", "new", "waiting"
# How urgent, most first; a party stands where its most urgent item does.
_URGENCY = (OVERDUE, TODAY, NEW, WAITING)

# Whom a party's matters wait for.
ME, FIRM, BANK, NOBODY = "me", "firm", "bank", "none"
WAITS = {ME: "等我推动", FIRM: "等企业", BANK: "等机构", NOBODY: "没有在等的"}
# How far the furthest of a party's open needs has come.
STAGES = {"idle": "没有需求", "unsent": "尚未派出", "going": "办理中", "approved": "已批复", "paid": "已放款"}
# What an institution owes in a stage with a promise.
_OWED = {State.PENDING: "答复", State.ACCEPTED: "联系企业", State.CONTACTED: "给出结论", State.DILIGENCE: "给出结论"}
_APPROVED = (State.APPROVED, State.SIGNED)

_Row = TypeVar("_Row")


@dataclass(frozen=True)
class PartyDay:
    """One party that asks for something today: ``urgency`` and ``on`` of its most urgent item, and all of them."""

    party: Party
    urgency: str
    on: date
    items: tuple[OfficerItem, ...]

    @property
    def first(self) -> OfficerItem:
        return self.items[0]

    @property
    def others(self) -> tuple[OfficerItem, ...]:
        return self.items[1:]


@dataclass(frozen=True)
class CaseRow:
    """One party accompanied; ``stage`` of STAGES, ``waits`` of WAITS, with its open needs and open referrals."""

    assignment: LiaisonAssignment
    stage: str
    waits: str
    needs: tuple[Need, ...]
    referrals: tuple[Referral, ...]
    overdue: bool

    @property
    def party(self) -> Party:
        return self.assignment.party

    @property
    def stage_label(self) -> str:
        return STAGES[self.stage]

    @property
    def waits_label(self) -> str:
        return WAITS[self.waits]


@dataclass(frozen=True)
class Entry:
    """One line of the agenda; ``ours`` what the officer agreed, else what an institution owes."""

    on: date
    party: Party
    text: str
    ours: bool


def party_days(officer: LiaisonOfficer) -> list[PartyDay]:
    """What today asks for, grouped by party, most urgent first."""
    today = clock.today()
    held = _by_party(today_of_officer(officer).items, lambda item: item.party.pk)
    days = []
    for items in held.values():
        ordered = sorted(items, key=lambda item: (_URGENCY.index(_urgency(item, today)), item.on))
        first = ordered[0]
        days.append(PartyDay(first.party, _urgency(first, today), first.on, tuple(ordered)))
    return sorted(days, key=lambda day: (_URGENCY.index(day.urgency), day.on, day.party.pk))


def case_rows(officer: LiaisonOfficer) -> list[CaseRow]:
    """Every party ``officer`` accompanies, by name; three queries whatever their number."""
    assignments = list(cases_of(officer))
    parties = [item.party_id for item in assignments]
    needs = Need.objects.filter(party_id__in=parties, state=Need.State.OPEN).order_by("pk")
    referrals = Referral.objects.filter(need__party_id__in=parties).select_related("need", "institution")
    asked = _by_party(needs, lambda need: need.party_id)
    sent = _by_party(referrals.order_by("pk"), lambda referral: referral.need.party_id)
    return [_case(item, asked[item.party_id], sent[item.party_id]) for item in assignments]


def agenda(rows: Sequence[CaseRow], until: date) -> list[tuple[date, list[Entry]]]:
    """By day from today to ``until``: what was agreed with a party, and what institutions owe one."""
    today = clock.today()
    entries = [entry for row in rows for entry in _entries(row) if today <= entry.on <= until]
    days: dict[date, list[Entry]] = defaultdict(list)
    for entry in sorted(entries, key=lambda entry: (entry.on, entry.party.pk)):
        days[entry.on].append(entry)
    return list(days.items())


def _entries(row: CaseRow) -> Iterator[Entry]:
    next_on: date | None = getattr(row.assignment, "next_on", None)
    if next_on is not None:
        yield Entry(next_on, row.party, getattr(row.assignment, "next_step", "") or "按约定联系", ours=True)
    for referral in row.referrals:
        if referral.due_on is not None and referral.paused_since is None:
            owed = f"{referral.institution.name}应{_OWED[State(referral.state)]}"
            yield Entry(referral.due_on, row.party, owed, ours=False)


def _by_party(rows: Iterable[_Row], party_of: Callable[[_Row], int]) -> dict[int, list[_Row]]:
    found: dict[int, list[_Row]] = defaultdict(list)
    for row in rows:
        found[party_of(row)].append(row)
    return found


def _case(assignment: LiaisonAssignment, needs: Sequence[Need], sent: Sequence[Referral]) -> CaseRow:
    going = [row for row in sent if row.state not in ENDS]
    unsent = {need.pk for need in needs} - {row.need_id for row in going}
    next_on: date | None = getattr(assignment, "next_on", None)
    overdue = next_on is not None and next_on < clock.today()
    return CaseRow(
        assignment=assignment,
        stage=_stage(needs, going),
        waits=_waits(bool(unsent) or overdue, going),
        needs=tuple(needs),
        referrals=tuple(going),
        overdue=overdue,
    )


def _stage(needs: Sequence[Need], going: Sequence[Referral]) -> str:
    states = {row.state for row in going}
    if State.DISBURSED in states:
        return "paid"
    if states & set(_APPROVED):
        return "approved"
    if going:
        return "going"
    return "unsent" if needs else "idle"


def _waits(for_me: bool, going: Sequence[Referral]) -> str:
    if for_me:
        return ME
    if any(row.paused_since for row in going):
        return FIRM
    return BANK if any(row.state != State.DISBURSED for row in going) else NOBODY


def _urgency(item: OfficerItem, today: date) -> str:
    if item.kind != "due":
        return item.kind
    return OVERDUE if item.on < today else TODAY
