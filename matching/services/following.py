"""Following changes: what the outbox says has changed is matched anew, and no more. Repeating does no harm."""

from django.db import transaction

from common import outbox
from common.models import OutboxMessage
from enterprises.models import Need
from enterprises.services.facts import PARTIES_TOPIC
from enterprises.services.needs import NEEDS_TOPIC
from matching.models import SPAN, MatchBlock, MatchResult
from matching.services import blocks
from matching.services.eligibility import tell_eligible
from matching.services.rematching import rematch
from matching.services.shelving import bring_up
from products.services.publication import SHELF_TOPIC


def subscribe() -> None:
    """Register with the outbox, once, when the apps are ready."""
    outbox.subscribe(NEEDS_TOPIC, follow_needs)
    outbox.subscribe(PARTIES_TOPIC, follow_parties)
    outbox.subscribe(SHELF_TOPIC, follow_shelf)


def follow_needs(messages: list[OutboxMessage]) -> dict[str, str]:
    """Needs by id that were registered, changed or ended."""
    return _follow(list(Need.objects.filter(pk__in=[int(message.key) for message in messages]).order_by("pk")))


def follow_parties(messages: list[OutboxMessage]) -> dict[str, str]:
    """Parties by id of which something else is known: their open needs."""
    parties = [int(message.key) for message in messages]
    return _follow(list(Need.objects.filter(party__in=parties, state=Need.State.OPEN).order_by("pk")))


def follow_shelf(messages: list[OutboxMessage]) -> dict[str, str]:
    """Products that came, went or changed: every block is brought up to the shelf as it is now, and whoever a product
    has come to fit is told."""
    shelf = blocks.current_shelf()
    for number in blocks.numbers():
        with transaction.atomic():
            bring_up(blocks.locked(number), shelf)
    blocks.sum_tallies()
    tell_eligible()
    return {}


def _follow(needs: list[Need]) -> dict[str, str]:
    rematch(needs=needs)
    MatchResult.objects.filter(need__in=[need for need in needs if need.state != Need.State.OPEN]).delete()
    MatchBlock.objects.filter(number__in={need.pk // SPAN for need in needs}).update(tally_due=True)
    return {}
