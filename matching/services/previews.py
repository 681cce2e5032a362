"""Trying draft rules on the whitelist: coarse counts for the institution that drafts them, never who is behind one."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db import transaction

from accounts.models import Party, User
from common import audit, clock
from common.errors import Invalid, NotAllowed
from matching.disclosure import Bools, Told, coarse
from matching.engine.truths import together, truths
from matching.models import PreviewAnswer
from matching.services.reading import whitelist_read
from matching.snapshots import Reading, Snapshot, last_reading
from products.models import ProductVersion
from products.policies import can
from products.rules.language import RuleSet, dump

# Questions a user may ask a day; how many of its institution's earlier answers each is held against.
QUOTA = 200
REMEMBERED = 600


@dataclass(frozen=True)
class Preview:
    """Whom draft rules fit. Counts of parties are coarse, None for fewer than five. ``left``: questions left today."""

    total: int | None
    satisfied: int | None
    unknown: int | None
    violated: int | None
    banners: tuple[tuple[str, int | None], ...]
    # (label, parties it shuts out), the one that shuts out most first.
    excluding: tuple[tuple[str, int | None], ...]
    # When the list was read, and whether day or list have changed since.
    read_at: datetime
    stale: bool
    left: int


@transaction.atomic
def preview(*, actor: User, version: ProductVersion, rules: RuleSet) -> Preview:
    """Try ``rules`` for ``version`` on the whitelist as it was last read: a worker reads it once a day and when the
    list changes, nobody waits for that.

    The same rules again cost nothing; Invalid once the day's questions are used up.
    """
    if not can(actor, "view", version) or actor.party_id is None or version.product.institution_id != actor.party_id:
        raise NotAllowed("只能试算本机构的产品。")
    # Only before the first reading there is nothing to answer from.
    today, reading = clock.today(), last_reading() or whitelist_read()
    # Two questions at the same time must know of each other.
    Party.objects.select_for_update(of=("self",)).get(pk=actor.party_id)
    digest = _digest(rules, reading)
    earlier = PreviewAnswer.objects.filter(institution=actor.party_id)
    asked = PreviewAnswer.objects.filter(user=actor, day=today).count()
    known = earlier.filter(day=today, digest=digest).exists()
    if not known and asked >= QUOTA:
        raise Invalid(f"今天的试算次数（{QUOTA} 次）已用完，明天可以继续；条件可以照常保存。", field="rules")
    held = earlier.order_by("-pk").values_list("sets", "width", "counts")[:REMEMBERED]
    told = Told.to(
        _everybody(reading.snapshot), [(bytes(sets), width, counts) for sets, width, counts in reversed(held)]
    )
    answer = _answer(reading, rules, told, QUOTA - asked - (not known))
    if not known:
        sets, width, counts = told.added()
        PreviewAnswer.objects.create(
            institution_id=actor.party_id, user=actor, day=today, digest=digest, sets=sets, width=width, counts=counts
        )
        audit.record("rules_preview", actor=actor, obj=version, digest=digest[:16])
    return answer


def _digest(rules: RuleSet, reading: Reading) -> str:
    """The question: the same rules on another reading are another one."""
    hard = [rule for rule in dump(rules) if rule["hard"]]
    return hashlib.sha256(json.dumps([reading.digest, hard]).encode()).hexdigest()


def _everybody(snapshot: Snapshot) -> Bools:
    everybody = np.zeros(int(snapshot.parties[-1]) + 1 if len(snapshot.parties) else 1, dtype=np.bool_)
    everybody[snapshot.parties] = True
    return everybody


def _answer(reading: Reading, rules: RuleSet, told: Told, left: int) -> Preview:
    snapshot = reading.snapshot
    hard = [rule for rule in rules if rule.hard]
    found = truths([rule.test for rule in hard], snapshot.columns)
    verdicts = snapshot.best(together(found))

    def count(members: Bools) -> int:
        everybody = np.zeros(len(told.everybody) * 8, dtype=np.bool_)
        everybody[snapshot.parties[members]] = True
        return told.count(everybody)

    at = [snapshot.banner == place for place in range(len(snapshot.banners))]
    total = count(np.ones(len(snapshot.parties), dtype=np.bool_))
    # What a banner has in all is told first: a set that leaves a few of it out then has the same answer.
    for inside in at:
        count(inside)
    parts = coarse({name: count(verdicts == place) for place, name in enumerate(("violated", "unknown", "satisfied"))})
    shares = coarse({label: count((verdicts == 2) & at[place]) for place, label in enumerate(snapshot.banners)})
    shut_out = {rule.code: count(snapshot.best(row) == 0) for rule, row in zip(hard, found, strict=True)}
    order = sorted(hard, key=lambda rule: -shut_out[rule.code])
    return Preview(
        total=coarse({"": total})[""],
        **parts,
        banners=tuple(shares.items()),
        excluding=tuple((rule.label, coarse({"": shut_out[rule.code]})[""]) for rule in order),
        read_at=reading.read_at,
        stale=reading.stale,
        left=left,
    )
