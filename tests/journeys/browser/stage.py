"""Prepare DATA_DIR for the browser: the demo, one of each thing a page is about, a session a user.

``python -m tests.journeys.browser.stage`` prints ``{"sessions": {username: key}, "codes": {name: code}}``.
"""

import json
import os
import sys
from typing import Any

import django

NEWCOMERS = {"team": "tuandui2", "person": "rencai2"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.core.management import call_command

    from config.demo import load
    from search.services import ensure_current

    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    load.load(progress=lambda text: None)
    codes = _set_out()
    ensure_current()
    json.dump({"sessions": _sessions(), "codes": codes}, sys.stdout)


def _set_out() -> dict[str, str]:
    """A firm's case under way, a request from the pool, a draft product, a served talent and team."""
    from accounts.models import Party, User
    from accounts.services import system_actor
    from common.models import Job
    from enterprises.models import Consent, WhitelistBatch
    from enterprises.services import need_draft_save, need_register
    from enterprises.services.pushes import whitelist_push
    from journal.models import Posting
    from matching.cases.applying import apply_to
    from matching.cases.liaison import liaison_assign
    from matching.cases.referrals import referral_advance, referral_grab
    from matching.gaps import gaps, grouped
    from matching.models import LiaisonAssignment
    from matching.services import rematch
    from products.content import VersionContent
    from products.selectors import version_for_page
    from products.services import draft_create
    from talents.models import LiaisonOfficer

    system = system_actor("演示")
    firm, clerk, other = (User.objects.get(username=name) for name in ("qiye1", "yinhang1", "qiye2"))
    team, person = (_newcomer(system, kind, name) for kind, name in NEWCOMERS.items())
    if not (firm.party and other.party and clerk.party and team and person):
        raise SystemExit("演示城市里缺少企业、银行、人才或团队。")
    officer = LiaisonOfficer.objects.get(user__username="tepai1")
    for party in (team, person):
        if not LiaisonAssignment.objects.filter(party=party, ended_on=None).exists():
            liaison_assign(actor=system, party=party, officer=officer)

    asked: dict[str, Any] = {
        "kinds": ["贷"],
        "amount": 2_000_000,
        "term_months": 12,
        "purpose": "研发投入",
        "guarantees": ["信用"],
    }
    need = need_register(actor=firm, party=firm.party, **asked)
    local = version_for_page("YD01", firm)
    referral, _ = apply_to(actor=firm, need=need, version=local, agreed=True)
    referral_advance(actor=clerk, referral=referral, to="accepted")
    pooled = need_register(actor=firm, party=firm.party, **{**asked, "purpose": "流动资金"})
    asking = referral_grab(actor=clerk, need_code=pooled.code, institution=clerk.party)
    need_draft_save(actor=firm, party=firm.party, **{**asked, "purpose": "买设备"})
    need_register(actor=other, party=other.party, **asked)
    for party in Party.objects.filter(kind=Party.Kind.ENTERPRISE, demo=True).order_by("pk")[:60]:
        need_register(actor=system, party=party, **{**asked, "kinds": ["租"], "amount": 9 * 10**10, "term_months": 600})
    rematch()
    group = next(iter(grouped(gaps())))
    draft = draft_create(
        actor=clerk, institution=clerk.party, category="贷", content=VersionContent(name="数据资产贷（演示）")
    )
    batch = WhitelistBatch.objects.latest("pk")
    served = LiaisonAssignment.objects.filter(ended_on=None).values("party")
    unserved = Party.objects.filter(kind=Party.Kind.ENTERPRISE).exclude(pk__in=served).order_by("pk")
    (push,) = whitelist_push(actor=system, batch=batch, institutions=[clerk.party], basis_doc="演示〔2026〕1号")
    return {
        "batch": str(batch.pk),
        "member": str(batch.entries.filter(exit_on=None).order_by("pk")[0].pk),
        "push": str(push.pk),
        "posting": str(Posting.objects.filter(kind="matching_event").order_by("pk")[0].pk),
        "officer": str(officer.pk),
        "job": str(Job.objects.latest("pk").pk),
        "unserved": unserved[0].code,
        "need": need.code,
        "referral": referral.code,
        "asking": asking.code,
        "consent": str(Consent.objects.get(need=need).pk),
        "party": firm.party.code,
        "team": team.code,
        "product": "D001",
        "local_product": "YD01",
        "other_local": "YD04",
        "draft_product": draft.product.code,
        "gap_sector": group[0],
        "gap_band": group[1],
        "gap_guarantee": group[2],
    }


def _newcomer(system: Any, kind: str, username: str) -> Any:
    """A log-in for a talent or team that never borrowed: a first loan is counted once in a life."""
    from accounts.models import Party, Role
    from accounts.services import user_create
    from matching.models import Financing

    borrowers = Financing.objects.values("party")
    party = Party.objects.filter(kind=kind, users=None).exclude(pk__in=borrowers).order_by("pk")[0]
    user_create(
        actor=system, username=username, password=None, display_name=party.name, party=party, roles=[Role.TALENT]
    )
    return party


def _sessions() -> dict[str, str]:
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from accounts.models import User

    store = import_module(settings.SESSION_ENGINE).SessionStore
    found = {}
    for user in User.objects.filter(username__in=[*_usernames(), *NEWCOMERS.values()]):
        session = store()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.create()
        found[user.username] = session.session_key
    return found


def _usernames() -> tuple[str, ...]:
    from config.demo.people import USERNAMES

    return USERNAMES


if __name__ == "__main__":
    main()
