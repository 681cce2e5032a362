"""Build the made-up city through the services and importers people use, with the clock set back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

from accounts.models import Party, Role, User
from accounts.selectors import organisation_by_name, party_by_code
from accounts.services import party_register, system_actor, user_create
from common import clock
from common.errors import Invalid
from config.demo import city, people
from config.demo.files import import_rows, rows_of
from enterprises.imports import EnterpriseImporter, TalentImporter, WhitelistImporter
from products import services as shelf
from products.content import VersionContent

DATA = yaml.safe_load((Path(__file__).parent / "institutions.yaml").read_text("utf-8"))

# The platform opened to firms in spring; whitelists and first listings are those of the years before (history/).
REGISTERED_ON = date(2026, 3, 16)
LISTED_ON = date(2026, 10, 12)


@dataclass(frozen=True)
class _Built:
    institutions: Sequence[Party]
    firms: Sequence[city.Firm]
    talents: Sequence[city.Talent]


@transaction.atomic
def build() -> None:
    """The whole city in one transaction: a start cut off leaves nothing half-built. Does nothing when it stands."""
    if Party.objects.filter(kind=Party.Kind.ENTERPRISE, demo=True).exists():
        return
    actor = system_actor("演示")
    firms = city.firms(REGISTERED_ON)
    built = _Built(_institutions(actor), firms, city.talents(firms))
    with clock.at(REGISTERED_ON):
        import_rows(EnterpriseImporter(), [_firm_row(firm) for firm in built.firms])
        import_rows(TalentImporter(), [_talent_row(talent) for talent in built.talents])
        codes = [firm.uscc for firm in firms] + [talent.code for talent in built.talents]
        Party.objects.filter(uscc__in=codes).update(demo=True)
        Party.objects.filter(talent_code__in=codes).update(demo=True)
    for day, batch in groupby(rows_of("whitelist.csv"), itemgetter("published_on")):
        with clock.at(date.fromisoformat(day)):
            import_rows(WhitelistImporter(), batch)
    _products(actor, built.institutions)
    _users(actor, built)


def _institutions(actor: User) -> list[Party]:
    """Head institutions in the order declared; branches hang below them."""
    heads = []
    for item in DATA["institutions"]:
        head = shelf.institution_register(actor=actor, name=item["name"], kind=item["kind"], local=True, demo=True)
        for branch in item["branches"]:
            name = f"{head.name}{branch}"
            party_register(actor=actor, kind=Party.Kind.INSTITUTION, name=name, parent=head, demo=True)
        heads.append(head)
    return heads


def _firm_row(firm: city.Firm) -> dict[str, str]:
    return {
        "uscc": firm.uscc,
        "name": firm.name,
        "region": firm.region,
        "established_on": firm.established_on.isoformat(),
        **firm.facts,
        **firm.need,
    }


def _talent_row(talent: city.Talent) -> dict[str, str]:
    return {
        "talent_code": talent.code,
        "name": talent.name,
        "kind": "team" if talent.team else "person",
        "title": talent.title,
        "batch": talent.batch,
        "firm_uscc": talent.firm_uscc,
        "role": talent.role,
        "role_from": "2021-01-01",
    }


def _products(actor: User, heads: Sequence[Party]) -> None:
    """Each product is drafted by one clerk of its institution and approved by another, on the day it first came out."""
    by_name = {head.name: head for head in heads}
    clerks = {head.pk: _clerks(actor, head, number) for number, head in enumerate(heads)}
    came_out = {row["product"]: date.fromisoformat(row["listed_on"]) for row in rows_of("listings.csv")}
    for product in DATA["products"]:
        head = by_name[product["institution"]]
        maker, checker = clerks[head.pk]
        with clock.at(came_out.get(product["code"], LISTED_ON)):
            version = shelf.draft_create(
                actor=maker,
                institution=head,
                category=product["category"],
                content=_content(product),
                code=product["code"],
            )
            shelf.submit_for_review(actor=maker, version=version)
            shelf.approve(actor=checker, version=version)
        if product["code"] in came_out:
            with clock.at(LISTED_ON):
                shelf.confirm(actor=maker, version=version)


def _clerks(actor: User, head: Party, number: int) -> tuple[User, User]:
    def clerk(kind: str, role: Role) -> User:
        return user_create(
            actor=actor,
            username=f"{kind}{number:02d}",
            password=None,
            display_name=f"{head.name[:2]}{kind}",
            party=head,
            roles=[role],
        )

    return clerk("经办", Role.BANK_MAKER), clerk("复核", Role.BANK_CHECKER)


def _content(product: Mapping[str, Any]) -> VersionContent:
    """From the catalogue's units (万元, percent, years) to the records' (元, basis points, months)."""

    def scaled(name: str, factor: int) -> int | None:
        value = product.get(name)
        return None if value is None else round(value * factor)

    low, high = product.get("rate", (None, None))
    return VersionContent(
        name=f"{product['name']}（演示）",
        region_text=product.get("region", "鄂尔多斯"),
        target=product.get("target", "本市人才、科技型企业"),
        amount_min=scaled("amount_min", 10_000),
        amount_max=scaled("amount_max", 10_000),
        term_min_months=product.get("term_min"),
        term_max_months=product.get("term_max"),
        rate_min_bp=None if low is None else round(low * 100),
        rate_max_bp=None if high is None else round(high * 100),
        guarantee_methods=tuple(product.get("guarantees", ())),
        purposes=tuple(product.get("purposes", ())),
        required_tags=tuple(product.get("tags", ())),
        min_age_months=scaled("years", 12),
        min_revenue=scaled("revenue", 10_000),
        tax_grades=tuple(product.get("tax", ())),
        max_debt_ratio_bp=scaled("debt", 100),
        features=product.get("features", ""),
    )


def _users(actor: User, built: _Built) -> None:
    for login in people.USERS:
        party = _place(login.at, built) if login.at else None
        # The password is generated per machine and set afterwards; until then nobody can log in.
        user_create(
            actor=actor,
            username=login.username,
            password=None,
            display_name=login.display_name or str(party),
            party=party,
            roles=login.roles,
        )


def _place(at: str, built: _Built) -> Party:
    kind, _, number = at.partition(":")
    if kind == "institution":
        return built.institutions[int(number)]
    code = {"firm": lambda: built.firms[int(number) - 1].uscc, "talent": lambda: built.talents[int(number) - 1].code}
    party = party_by_code(code[kind]()) if kind in code else organisation_by_name(at)
    if party is None:
        raise Invalid(f"演示账号所属主体“{at}”不存在。")
    return party
