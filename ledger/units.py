"""The plan's units as parties: found by any name they bear, otherwise registered, with dated names and spellings."""

from collections.abc import Iterable

from accounts.models import Party, PartyName, User
from accounts.selectors import organisation_by_name
from accounts.services import party_alias_add, party_register, party_rename
from ledger.declarations import Group, LaterName, Unit


def unit_parties(*, actor: User, units: Iterable[Unit], source: str) -> dict[str, Party]:
    """The party of each wording. Known names are left as they are, so a name the office confirmed stays."""
    parties: dict[str, Party] = {}
    for unit in units:
        party = _found([unit.name, *(later.name for later in unit.later), *unit.wordings])
        party = party or party_register(actor=actor, kind=Party.Kind.DEPARTMENT, name=unit.name)
        for later in unit.later:
            _rename(actor, party, later)
        for wording in unit.wordings:
            party_alias_add(actor=actor, party=party, name=wording, kind=PartyName.Kind.SHORT, source=source)
        for spelling in unit.scanned:
            party_alias_add(actor=actor, party=party, name=spelling, source=f"{source}，附件原文")
        parties |= dict.fromkeys(unit.wordings, party)
    return parties


def register_members(*, actor: User, groups: Iterable[Group]) -> None:
    """Register the named members of groups (the nine banner governments)."""
    for group in groups:
        for member in group.members:
            if _found([member.name]) is None:
                party_register(actor=actor, kind=Party.Kind.DEPARTMENT, name=member.name)


def _found(names: Iterable[str]) -> Party | None:
    return next((party for name in names if (party := organisation_by_name(name))), None)


def _rename(actor: User, party: Party, later: LaterName) -> None:
    if not party.names.filter(name=later.name).exists():
        party_rename(actor=actor, party=party, name=later.name, since=later.since, source=later.basis)
