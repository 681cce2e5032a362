"""Dated sets of parties that declarations name: what ``members`` counts and ``among`` narrows to."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from accounts.models import Party
from enterprises.selectors import batches, whitelist_on
from products.models import InstitutionProfile


@dataclass(frozen=True)
class Population:
    """``on(day)`` gives the members; ``recorded(day)`` is False while nobody has recorded the set at all."""

    label: str
    on: Callable[[date], QuerySet[Party]]
    recorded: Callable[[date], bool]


def _listed_firms(day: date) -> QuerySet[Party]:
    return whitelist_on(day).filter(kind=Party.Kind.ENTERPRISE)


def _list_published(day: date) -> bool:
    return batches().filter(published_on__lte=day).exists()


def _local_institutions(day: date) -> QuerySet[Party]:
    profiles = InstitutionProfile.objects.filter(local=True, party__created_at__date__lte=day)
    return Party.objects.filter(pk__in=profiles.order_by().values("party")).order_by("pk")


def _institutions_registered(day: date) -> bool:
    return _local_institutions(day).exists()


POPULATIONS: dict[str, Population] = {
    "listed_firms": Population("人才和科创企业名录", _listed_firms, _list_published),
    "local_institutions": Population("服务本市的金融机构", _local_institutions, _institutions_registered),
}
