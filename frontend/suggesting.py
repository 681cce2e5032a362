"""Local products a need could be put before next, and which missing fact keeps most of them unclear."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from enterprises.models import Need
from enterprises.selectors import subject_of
from frontend.parcels import Track
from frontend.reasons import Reasons, reasons
from matching.cases.states import ENDS
from matching.selectors import match_subject
from products.models import Product
from products.rules.evaluate import Verdict
from products.selectors import listed_versions


@dataclass(frozen=True)
class Suggestions:
    """Best first, without institutions that handle the need; ``opens``: what is missing, and from how many."""

    best: list[Reasons]
    total: int
    opens: tuple[str, int] | None


def suggestions(need: Need, shown: Sequence[Track], count: int) -> Suggestions:
    """The ``count`` best local products for ``need``, whose tracks are ``shown``."""
    busy = {track.referral.institution_id for track in shown if track.referral.state not in ENDS}
    local = listed_versions().filter(product__origin=Product.Origin.LOCAL, product__category__in=need.kinds)
    free = local.exclude(product__institution_id__in=busy)
    found = [reasons(match) for match in match_subject(subject_of(need.party, need), free, seed=need.code)]
    missing = Counter(label for item in found if item.verdict is Verdict.UNKNOWN for label in item.missing_fields)
    return Suggestions(found[:count], len(found), next(iter(missing.most_common(1)), None))
