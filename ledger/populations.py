"""Dated sets of parties that declarations name: what ``members`` counts and ``among`` narrows to."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from accounts.models import Party
from enterprises.selectors import batches, first_published_on, listed_on_own_day, whitelist_on
from products.models import InstitutionProfile
from talents.selectors import talents, titled_on_own_day

Pairs = Collection[tuple[int, date]]


@dataclass(frozen=True)
class Population:
    """``on(day)`` gives the members; ``recorded(day)`` is False while nobody has recorded the set at all.

    ``belonged``: whether each (party id, day) belonged on that very day; None where the records cannot tell.
    """

    label: str
    on: Callable[[date], QuerySet[Party]]
    recorded: Callable[[date], bool]
    belonged: Callable[[Pairs], dict[tuple[int, date], bool | None]] | None = None


def _listed_firms(day: date) -> QuerySet[Party]:
    return whitelist_on(day).filter(kind=Party.Kind.ENTERPRISE)


def _list_published(day: date) -> bool:
    return batches().filter(published_on__lte=day).exists()


def _talents_and_tech(day: date) -> QuerySet[Party]:
    pairs = [(party, day) for party in talents().values_list("pk", flat=True)]
    titled = [party for (party, _), holds in titled_on_own_day(pairs).items() if holds]
    return Party.objects.filter(Q(pk__in=whitelist_on(day).order_by().values("pk")) | Q(pk__in=titled)).order_by("pk")


def _belonged(pairs: Pairs) -> dict[tuple[int, date], bool | None]:
    """On the list or titled is yes; before the first list, or with a title of open level or year, nobody can tell."""
    listed, titled, first = listed_on_own_day(pairs), titled_on_own_day(pairs), first_published_on()

    def told(pair: tuple[int, date]) -> bool | None:
        if pair in listed or titled[pair]:
            return True
        return None if first is None or pair[1] < first or titled[pair] is None else False

    return {pair: told(pair) for pair in pairs}


def _local_institutions(day: date) -> QuerySet[Party]:
    profiles = InstitutionProfile.objects.filter(local=True, party__created_at__date__lte=day)
    return Party.objects.filter(pk__in=profiles.order_by().values("party")).order_by("pk")


def _institutions_registered(day: date) -> bool:
    return _local_institutions(day).exists()


POPULATIONS: dict[str, Population] = {
    "listed_firms": Population("人才和科创企业名录", _listed_firms, _list_published),
    "talents_and_tech": Population("人才∪科创名录", _talents_and_tech, _list_published, _belonged),
    "local_institutions": Population("服务本市的金融机构", _local_institutions, _institutions_registered),
}
