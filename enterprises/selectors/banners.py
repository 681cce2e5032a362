"""Which banner a party sits in, for figures by banner."""

from collections.abc import Iterable
from datetime import date

from enterprises import places
from enterprises.fact_cells import REGION
from enterprises.facts import SetValue
from enterprises.selectors.facts import first_known, has_expired

NO_BANNER = "旗区未登记"


def banners_of(party_ids: Iterable[int], on: date) -> dict[int, str]:
    """Banner by party number as far as it is known on ``on``; one query."""
    found = {}
    for party, fact in first_known(party_ids, REGION, on).items():
        if not has_expired(fact, on) and (banner := banner_in(places.membership(fact.value))):
            found[party] = banner
    return found


def banner_in(inside: SetValue) -> str:
    """The banner among places a party is in; a park is the banner that hosts it; '' when neither is known."""
    codes = inside.yes
    hosts = {host for park in places.PARKS if park in codes for host in places.PLACES[park].hosts}
    return next((places.label(code) for code in places.BANNERS if code in codes or code in hosts), "")
