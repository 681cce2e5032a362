"""Which institutions serve the city, as the floors below ask it."""

from accounts.models import Party
from products.models import InstitutionProfile


def serves_the_city(party: Party) -> bool:
    """True for a local institution; those of the reference catalogue alone are not."""
    return InstitutionProfile.objects.filter(party=party, local=True).exists()
