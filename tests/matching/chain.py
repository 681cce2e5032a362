"""A firm with an open need, three local banks with their desks, an office, officers: what a case needs."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from accounts.models import Party, Role, User
from accounts.services import party_register, system_actor, user_create
from enterprises.models import Consent, Need
from enterprises.services import consent_give, enterprise_register, need_register
from matching.models import Referral
from products.content import VersionContent
from products.models import ProductVersion
from products.services import approve, draft_create, institution_register, submit_for_review
from talents.models import LiaisonOfficer
from talents.services import officer_appoint
from tests.codes import credit_code

# The Friday before the 2024 National Day; Sunday the 29th and Saturday 12 October are worked, 1–7 October is not.
FRIDAY = date(2024, 9, 27)
NEED: dict[str, Any] = {
    "kinds": ["贷"],
    "amount": 3_000_000,
    "term_months": 12,
    "purpose": "流动资金",
    "guarantees": ["信用"],
}


@dataclass
class Chain:
    """Everybody in a case."""

    system: User
    firm: Party
    firm_user: User
    need: Need
    banks: list[Party]
    bankers: list[User]
    checkers: list[User]
    office: User

    def consent(self, number: int = 0, **kwargs: Any) -> Consent:
        return consent_give(actor=self.firm_user, need=self.need, institution=self.banks[number], **kwargs)

    def product(self, number: int = 0, **content: Any) -> ProductVersion:
        """A listed loan of bank ``number``."""
        maker, checker = self.bankers[number], self.checkers[number]
        draft = draft_create(
            actor=maker,
            institution=self.banks[number],
            category="贷",
            content=VersionContent(**{"name": f"科创通{number}", "amount_max": 5_000_000, **content}),
            code=f"T-0{number}",
        )
        return approve(actor=checker, version=submit_for_review(actor=maker, version=draft))

    def officer(self, name: str = "officer", capacity: int = 30, employer: Party | None = None) -> LiaisonOfficer:
        at = employer or self.banks[2]
        user = staff(self.system, name, at, Role.OFFICER)
        return officer_appoint(
            actor=self.system, user=user, employer=at, capacity=capacity, since=date(2020, 1, 1), until=None
        )


def staff(actor: User, name: str, party: Party | None, *roles: str) -> User:
    return user_create(
        actor=actor, username=name, password="correct horse", display_name=name, party=party, roles=roles
    )


def make_chain() -> Chain:
    system = system_actor("测试")
    firm = enterprise_register(actor=system, uscc=credit_code(11), name="链上新材料有限公司")
    banks = [
        institution_register(actor=system, name=f"第{number}测试银行", kind="银行", local=True)
        for number in ("一", "二", "三")
    ]
    office = party_register(actor=system, kind=Party.Kind.DEPARTMENT, name="测试金融办")
    return Chain(
        system=system,
        firm=firm,
        firm_user=staff(system, "chain-firm", firm, Role.FIRM),
        need=need_register(actor=system, party=firm, code="NC1", **NEED),
        banks=banks,
        bankers=[staff(system, f"maker{i}", bank, Role.BANK_MAKER) for i, bank in enumerate(banks)],
        checkers=[staff(system, f"checker{i}", bank, Role.BANK_CHECKER) for i, bank in enumerate(banks)],
        office=staff(system, "chain-office", office, Role.OFFICE),
    )


def snapshot(referral: Referral) -> dict[str, Any]:
    """Every column as stored."""
    return dict(Referral.objects.values().get(pk=referral.pk))
