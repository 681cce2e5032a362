"""Institutions: parties with a profile that says what kind they are and whether they serve the city."""

from django.db import transaction
from django.db.models import Q

from accounts.models import Party, PartyName, User
from accounts.services import party_register
from common import audit
from common.errors import Conflict, Invalid
from products.models import InstitutionProfile


@transaction.atomic
def institution_register(
    *,
    actor: User,
    name: str,
    kind: str,
    local: bool = True,
    parent: Party | None = None,
    uscc: str | None = None,
    demo: bool = False,
) -> Party:
    """Register an institution that offers products, or give a known one its profile; its party.

    ``kind`` is one of InstitutionProfile.Kind. A known institution keeps its kind (another one is a Conflict) and may
    become local, never cease to be.
    """
    _require_kind(kind)
    party = _named(name, demo=demo) or party_register(
        actor=actor, kind=Party.Kind.INSTITUTION, name=name, uscc=uscc, parent=parent, demo=demo
    )
    profile, created = InstitutionProfile.objects.get_or_create(party=party, defaults={"kind": kind, "local": local})
    if profile.kind != kind:
        raise Conflict(f"“{name}”已登记为“{profile.kind}”，不能再登记为“{kind}”。", field="kind")
    if local and not profile.local:
        InstitutionProfile.objects.filter(pk=profile.pk).update(local=True)
    if created:
        audit.record("institution_register", actor=actor, obj=party, kind=kind, local=local)
    return party


@transaction.atomic
def institution_for_catalogue(*, actor: User, name: str, kind: str | None) -> tuple[Party, bool]:
    """The institution a catalogue names, created when missing, and whether its kind was corrected.

    Raises Invalid on ``institution_kind`` when a new institution comes without kind, Conflict when a local institution
    would become something else: its own people know better than the catalogue.
    """
    party = _named(name, demo=False)
    profile = InstitutionProfile.objects.filter(party=party).first() if party else None
    if party is None or profile is None:
        if kind is None:
            raise Invalid(f"“{name}”是新机构，请填写机构类别。", field="institution_kind")
        return institution_register(actor=actor, name=name, kind=kind, local=False), False
    if kind is None or profile.kind == kind:
        return party, False
    if profile.local:
        raise Conflict(f"“{name}”是服务本市的机构，已登记为“{profile.kind}”，请核对。", field="institution_kind")
    audit.record("institution_kind_corrected", actor=actor, obj=party, old=profile.kind, new=kind)
    InstitutionProfile.objects.filter(pk=profile.pk).update(kind=kind)
    return party, True


def _require_kind(kind: str) -> None:
    if kind not in InstitutionProfile.Kind.values:
        raise Invalid(f"机构类别请填：{'、'.join(InstitutionProfile.Kind.values)}。", field="kind")


def _named(name: str, *, demo: bool) -> Party | None:
    """By its name or a name it bore, never by a short name: 工商银行 is not the branch that goes by it."""
    bore = Q(names__name=name) & ~Q(names__kind=PartyName.Kind.SHORT)
    found = Party.objects.filter(Q(name=name) | bore, kind=Party.Kind.INSTITUTION, demo=demo)
    return found.order_by("pk").distinct().first()
