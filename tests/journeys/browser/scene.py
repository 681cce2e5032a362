"""One of each thing a page is about, set out in the demo city. Imported once Django is up."""

from typing import Any

from accounts.models import Party, Role, User
from accounts.services import system_actor, user_create
from common.models import Job
from enterprises.models import Consent, WhitelistBatch
from enterprises.services import need_draft_save, need_register
from enterprises.services.pushes import whitelist_push
from journal.models import Posting
from matching.cases.applying import apply_to
from matching.cases.liaison import liaison_assign
from matching.cases.referrals import referral_advance, referral_grab
from matching.gaps import gaps, grouped
from matching.models import Financing, LiaisonAssignment
from matching.services import rematch
from products.content import VersionContent
from products.selectors import version_for_page
from products.services import draft_create
from talents.models import LiaisonOfficer

NEWCOMERS = {"team": "tuandui2", "person": "rencai2"}
ASKED: dict[str, Any] = {
    "kinds": ["贷"],
    "amount": 2_000_000,
    "term_months": 12,
    "purpose": "研发投入",
    "guarantees": ["信用"],
}


def set_out() -> dict[str, str]:
    """A firm's case under way, a request from the pool, a gap, a draft product, a served talent and team: codes."""
    system = system_actor("演示")
    firm, clerk, other = (User.objects.get(username=name) for name in ("qiye1", "yinhang1", "qiye2"))
    if not (firm.party and other.party and clerk.party):
        raise SystemExit("演示城市里缺少企业或银行。")
    return {
        **_served(system),
        **_case(firm, clerk),
        **_gap(system, other),
        **_list(system, clerk),
        "posting": str(Posting.objects.filter(kind="matching_event").order_by("pk")[0].pk),
        "job": str(Job.objects.latest("pk").pk),
        "product": "D001",
        "local_product": "YD01",
        "other_local": "YD04",
    }


def _served(system: User) -> dict[str, str]:
    """Two newcomers with their officer, and a firm without one."""
    team, person = (_newcomer(system, kind, name) for kind, name in NEWCOMERS.items())
    officer = LiaisonOfficer.objects.get(user__username="tepai1")
    for party in (team, person):
        liaison_assign(actor=system, party=party, officer=officer)
    served = LiaisonAssignment.objects.filter(ended_on=None).values("party")
    unserved = Party.objects.filter(kind=Party.Kind.ENTERPRISE).exclude(pk__in=served).order_by("pk")
    return {"team": team.code, "officer": str(officer.pk), "unserved": unserved[0].code}


def _case(firm: Any, clerk: Any) -> dict[str, str]:
    """An application taken up, a request from the pool that waits for the firm, two drafts."""
    need = need_register(actor=firm, party=firm.party, **ASKED)
    referral, _ = apply_to(actor=firm, need=need, version=version_for_page("YD01", firm), agreed=True)
    referral_advance(actor=clerk, referral=referral, to="accepted")
    pooled = need_register(actor=firm, party=firm.party, **{**ASKED, "purpose": "流动资金"})
    asking = referral_grab(actor=clerk, need_code=pooled.code, institution=clerk.party)
    need_draft_save(actor=firm, party=firm.party, **{**ASKED, "purpose": "买设备"})
    content = VersionContent(name="数据资产贷（演示）")
    draft = draft_create(actor=clerk, institution=clerk.party, category="贷", content=content)
    return {
        "need": need.code,
        "referral": referral.code,
        "asking": asking.code,
        "consent": str(Consent.objects.get(need=need).pk),
        "party": firm.party.code,
        "draft_product": draft.product.code,
    }


def _gap(system: User, other: Any) -> dict[str, str]:
    """Needs that no product meets, enough of them to be shown."""
    need_register(actor=other, party=other.party, **ASKED)
    for party in Party.objects.filter(kind=Party.Kind.ENTERPRISE, demo=True).order_by("pk")[:60]:
        need_register(actor=system, party=party, **{**ASKED, "kinds": ["租"], "amount": 9 * 10**10, "term_months": 600})
    rematch()
    sector, band, guarantee = next(iter(grouped(gaps())))
    return {"gap_sector": sector, "gap_band": band, "gap_guarantee": guarantee}


def _list(system: User, clerk: Any) -> dict[str, str]:
    """The newest list, one of its members, and a push of it to the clerk's bank."""
    batch = WhitelistBatch.objects.latest("pk")
    (push,) = whitelist_push(actor=system, batch=batch, institutions=[clerk.party], basis_doc="演示〔2026〕1号")
    member = batch.entries.filter(exit_on=None).order_by("pk")[0]
    return {"batch": str(batch.pk), "member": str(member.pk), "push": str(push.pk)}


def _newcomer(system: User, kind: str, username: str) -> Party:
    """A log-in for a talent or team that never borrowed: a first loan is counted once in a life."""
    borrowers = Financing.objects.values("party")
    party = Party.objects.filter(kind=kind, users=None).exclude(pk__in=borrowers).order_by("pk")[0]
    user_create(
        actor=system, username=username, password=None, display_name=party.name, party=party, roles=[Role.TALENT]
    )
    return party
