"""What a push releases, and what institutions answered."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from accounts.models import Party
from common import clock
from enterprises.models import Consent, WhitelistBatch, WhitelistFeedback, WhitelistPush
from enterprises.selectors.facts import contacts_of
from enterprises.selectors.masked import public_tags
from enterprises.selectors.subjects import party_subjects
from enterprises.selectors.whitelist import entries_on

UNANSWERED = "未答复"


@dataclass(frozen=True)
class PushLine:
    """One party of a push: what was released, the answer in force, and whether its contact may be asked for."""

    party_id: int
    name: str
    code: str
    tags: tuple[str, ...]
    feedback: WhitelistFeedback | None
    reachable: bool


@dataclass(frozen=True)
class PushTally:
    """A push, how many parties it told, and how many have which answer in force."""

    push: WhitelistPush
    told: int
    answers: tuple[tuple[str, int], ...]

    @property
    def answered(self) -> int:
        """Parties with any answer."""
        return sum(count for _, count in self.answers)

    @property
    def owed(self) -> int:
        """Parties without one."""
        return self.told - self.answered


def releasable(batch: WhitelistBatch, institution: Party, day: date) -> list[dict[str, Any]]:
    """Name, code and tags of the members ``batch`` has on ``day``; persons and teams only where they consented."""
    ids = entries_on(day).filter(batch=batch).order_by().values("party_id")
    willing = _consenting(institution)
    members = [
        party
        for party in Party.objects.filter(pk__in=ids).order_by("pk")
        if party.kind == Party.Kind.ENTERPRISE or party.pk in willing
    ]
    subjects = party_subjects({party.pk for party in members}, on=day)
    return [
        {"party": party.pk, "name": party.name, "code": party.code, "tags": list(public_tags(subjects[party.pk]))}
        for party in members
    ]


def push_lines(push: WhitelistPush) -> list[PushLine]:
    """Every party of ``push`` in the order sent; four queries. Of a person erased since, the row is all that shows."""
    answers = answers_in_force([push.pk])
    willing = _consenting(push.institution) & set(push.parties)
    reachable = contacts_of(willing).keys()
    gone = Party.objects.filter(pk__in=push.parties).exclude(erased_at=None).in_bulk()
    return [
        PushLine(
            party_id=line["party"],
            name=gone[line["party"]].name if line["party"] in gone else line["name"],
            code=gone[line["party"]].code if line["party"] in gone else line["code"],
            tags=() if line["party"] in gone else tuple(line["tags"]),
            feedback=answers.get((push.pk, line["party"])),
            reachable=line["party"] in reachable,
        )
        for line in push.released
    ]


def told_party(push: WhitelistPush, number: str) -> Party | None:
    """The party with that number (digits) if ``push`` told of it."""
    told = {str(line) for line in push.parties}
    return Party.objects.filter(pk=int(number)).first() if number in told else None


def tallies(pushes: QuerySet[WhitelistPush]) -> list[PushTally]:
    """Each of ``pushes`` with its answers counted; two queries."""
    rows = list(pushes.select_related("batch__department", "institution"))
    counted: dict[int, Counter[str]] = {push.pk: Counter() for push in rows}
    for (number, _), feedback in answers_in_force(counted).items():
        counted[number][feedback.answer] += 1
    labels = WhitelistFeedback.Answer
    return [
        PushTally(
            push,
            len(push.released),
            tuple((item.label, counted[push.pk][item.value]) for item in labels if counted[push.pk][item.value]),
        )
        for push in rows
    ]


def answers_in_force(push_ids: Iterable[int]) -> dict[tuple[int, int], WhitelistFeedback]:
    """By (push, party) the latest answer; one query."""
    rows = WhitelistFeedback.objects.filter(push_id__in=list(push_ids)).order_by("answered_on", "pk")
    return {(row.push_id, row.party_id): row for row in rows}


def push_for_answer(batch: WhitelistBatch, institution: Party, party: Party, day: date) -> WhitelistPush | None:
    """The latest push of ``batch`` to ``institution`` by ``day`` that told of ``party``: what a file's line answers."""
    sent = WhitelistPush.objects.filter(batch=batch, institution=institution, pushed_on__lte=day)
    return next((push for push in sent.order_by("-pushed_on", "-pk") if party.pk in push.parties), None)


def _consenting(institution: Party) -> set[int]:
    live = Consent.objects.filter(
        institution=institution,
        purpose=Consent.Purpose.WHITELIST,
        withdrawn_at=None,
        expires_at__gt=clock.now(),
    )
    return set(live.order_by().values_list("need__party_id", flat=True))
