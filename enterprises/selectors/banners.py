"""Which banner a party sits in, for figures by banner."""

from collections.abc import Iterable
from datetime import date

from enterprises import places
from enterprises.fact_cells import REGION
from enterprises.facts import SetValue
from enterprises.selectors.facts import has_expired, latest_facts

NO_BANNER = "旗区未登记"


def banners_of(party_ids: Iterable[int], on: date) -> dict[int, str]:
    """Banner by party number as far as it is known on ``on``; at most two queries.

    The region known last speaks where none was recorded by then: firms are entered long after their first loan.
    """
    ids = set(party_ids)
    facts = latest_facts(ids, on, fields=(REGION,))
    later = ids - set(facts)
    if later:
        facts |= latest_facts(later, date.max, fields=(REGION,))
    found = {}
    for party, held in facts.items():
        fact = held[REGION]
        if not has_expired(fact, on) and (banner := banner_in(places.membership(fact.value))):
            found[party] = banner
    return found


def banner_in(inside: SetValue) -> str:
    """The banner among places a party is in; a park is the banner that hosts it; '' when neither is known."""
    codes = inside.yes
    hosts = {host for park in places.PARKS if park in codes for host in places.PLACES[park].hosts}
    return next((places.label(code) for code in places.BANNERS if code in codes or code in hosts), "")
