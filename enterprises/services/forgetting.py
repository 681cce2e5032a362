"""What this floor forgets of a person who is erased, and what ends with a party that nobody is left of."""

from django.db import transaction

from accounts.erasures import GONE_TEXT
from accounts.models import Grant, Party, User
from accounts.services import grant_end
from common import clock
from enterprises.models import Consent, EnterpriseProfile, Fact, Need, WhitelistEntry, WhitelistFeedback
from enterprises.services.needs import need_close

# Figures are split by banner; a banner tells nobody apart.
_KEPT_FACTS = ("region",)


@transaction.atomic
def party_leave(*, actor: User, party: Party, reason: str) -> None:
    """Close its needs, withdraw its consents and end every look at it."""
    for need in Need.objects.filter(party=party).exclude(state=Need.State.CLOSED).order_by("pk"):
        need_close(actor=actor, need=need, reason=reason)
    now = clock.now()
    Consent.objects.filter(need__party=party, withdrawn_at=None, expires_at__gt=now).update(withdrawn_at=now)
    for grant in Grant.objects.filter(party=party, ended_at=None).order_by("pk"):
        grant_end(actor=actor, grant=grant)


def contact_forget(party: Party, name: str = "") -> None:
    """Take the contact back; with ``name`` only where it is that person."""
    found = EnterpriseProfile.objects.filter(party=party).first()
    if found is not None and name in ("", found.contact_name):
        EnterpriseProfile.objects.filter(pk=found.pk).update(contact_name="", contact_phone="")


def person_forget(party: Party) -> None:
    """Facts, and every word written about a person; numbers and dates stay for the figures."""
    Fact.objects.filter(party=party).exclude(field__in=_KEPT_FACTS).delete()
    Fact.objects.filter(party=party).update(evidence="")
    Need.objects.filter(party=party).update(purpose="")
    WhitelistEntry.objects.filter(party=party).exclude(exit_reason="").update(exit_reason=GONE_TEXT)
    WhitelistFeedback.objects.filter(party=party).update(note="")
