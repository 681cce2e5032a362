"""注销: a person asks that what is held about them be erased; three days later it is, and a restore does it again.

Who asks decides alone (docs/adr/0018). What has to end first is said before; what the law keeps loses its name.
"""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from django.db import IntegrityError, transaction

from accounts import erasures
from accounts.erasures import GONE_TEXT
from accounts.models import AccountClaim, ChannelChoice, Erasure, Notification, Party, Role, User
from accounts.services import notify, system_actor
from common import audit, clock
from common.errors import Conflict, NotAllowed
from common.models import TransitionLog
from enterprises.models import Consent, Fact, Need
from enterprises.services.forgetting import contact_forget, party_leave, person_forget
from matching.cases.first_loans import first_loan_reject
from matching.cases.liaison import liaison_end
from matching.cases.opening import path_of
from matching.cases.states import REVOCABLE
from matching.cases.states_first import State as ClaimState
from matching.models import FirstLoanClaim, LiaisonAssignment, Referral, ServiceLog, WhitelistSnapshot
from search.models import SavedSearch
from search.saved import saved_searches_forget
from talents.services import talent_forget

WAIT = timedelta(days=3)
REASON = "主体已注销"
_IN_VERIFICATION = (ClaimState.DECLARED, ClaimState.VERIFYING, ClaimState.DOUBTFUL)
_log = structlog.get_logger("matching.erasing")


@dataclass(frozen=True)
class Obstacle:
    """What has to end first, what to do about it, and on which page (empty: nowhere of one's own)."""

    what: str
    remedy: str
    path: str = ""


@dataclass(frozen=True)
class Prospect:
    """What an erasure would do. ``counts``: label → how many go. ``told``: institutions that were shown something."""

    person: bool
    whole: bool
    obstacles: tuple[Obstacle, ...]
    counts: dict[str, int]
    told: tuple[str, ...]


def prospect(user: User) -> Prospect:
    """What would happen if ``user`` were erased now."""
    return _prospect(user, _party_of(user))


def _prospect(user: User, party: Party) -> Prospect:
    person = party.kind == Party.Kind.PERSON
    whole = person or not erasures.remaining(party, user)
    claims = AccountClaim.objects.filter(user=user)
    counts = {
        "登录账号、密码与二次验证": 1,
        "账号申领材料（姓名、电话、授权书）": claims.exclude(document_file="").count(),
        "站内消息": Notification.objects.filter(user=user).count(),
        "邮件、短信地址": ChannelChoice.objects.filter(user=user).count(),
        "保存的检索": SavedSearch.objects.filter(user=user).count(),
    }
    if person:
        counts |= {
            "姓名与人才编码": party.names.count(),
            "登记和导入的资料": Fact.objects.filter(party=party).exclude(field="region").count(),
            "需求的用途说明": Need.objects.filter(party=party).exclude(purpose="").count(),
            "服务记录的文字": ServiceLog.objects.filter(party=party).count(),
        }
    consents = Consent.objects.filter(need__party=party).values_list("institution__name", flat=True)
    told = tuple(sorted(set(consents))) if whole else ()
    return Prospect(person, whole, tuple(_obstacles(party, person)) if whole else (), counts, told)


@transaction.atomic
def erasure_ask(*, actor: User) -> Erasure:
    """Ask for one's own erasure; Conflict names what has to end first. Nothing is opened for the party meanwhile."""
    party = erasures.lock(_party_of(actor).pk)
    found = prospect(actor)
    if found.obstacles:
        raise Conflict(f"现在不能注销：{found.obstacles[0].what}{found.obstacles[0].remedy}")
    now = clock.now()
    try:
        with transaction.atomic():
            asked = Erasure.objects.create(
                user=actor,
                party=party,
                whole=found.whole,
                mark=erasures.mark_of(actor),
                asked_at=now,
                due_at=now + WAIT,
            )
    except IntegrityError as error:
        raise Conflict("您已经申请过注销，到期自动执行；不想注销请点“取消注销”。") from error
    audit.record("erasure_ask", actor=actor, obj=asked, whole=found.whole)
    return asked


@transaction.atomic
def erasure_cancel(*, actor: User) -> None:
    """Take one's own request back; Conflict when there is none any more."""
    # The sweep that does it holds the same lock.
    erasures.lock(_party_of(actor).pk)
    asked = erasures.erasure_of(actor)
    if asked is None:
        raise Conflict("没有等待执行的注销申请，可能已经取消，请刷新后再看。")
    Erasure.objects.filter(pk=asked.pk).update(cancelled_at=clock.now())
    audit.record("erasure_cancel", actor=actor, obj=asked)


def erase_due() -> int:
    """Do what is due; how many were erased. What has come between meanwhile is told, and waits."""
    due = erasures.open_erasures().filter(due_at__lte=clock.now()).order_by("pk")
    # However a database was put back, it is erased again here at the latest.
    return sum(_erase_or_tell(asked) for asked in due) + reapply([])


def reapply(more: list[Path]) -> int:
    """Erase again whom the list (and ``more`` lists) names and the database, put back from a backup, still knows."""
    known = {mark: entry for path in (erasures.list_path(), *more) for mark, entry in erasures.listed(path).items()}
    done = 0
    for mark, entry in known.items():
        user = User.objects.select_related("party").filter(pk=entry["user"]).first()
        # A number given anew since the backup belongs to somebody else.
        if user is not None and user.party is not None and erasures.mark_of(user) == mark:
            _again(user, user.party)
            done += 1
    erasures.list_write(more)
    return done


@transaction.atomic
def _again(user: User, party: Party) -> None:
    party = erasures.lock(party.pk)
    now, whole = clock.now(), party.kind == Party.Kind.PERSON or not erasures.remaining(party, user)
    values = {"party": party, "whole": whole, "mark": erasures.mark_of(user), "asked_at": now, "due_at": now}
    asked, _ = erasures.open_erasures().get_or_create(user=user, defaults=values)
    _erase(asked, party, whole=whole)


def _erase_or_tell(asked: Erasure) -> bool:
    with transaction.atomic():
        party = erasures.lock(asked.party_id)
        if not erasures.open_erasures().filter(pk=asked.pk).exists():
            return False
        # Whatever became of the account meanwhile: closed, or without its role.
        found = _prospect(asked.user, party)
        if not found.obstacles:
            _erase(asked, party, whole=found.whole)
            return True
        said = found.obstacles[0]
        notify(
            users=[asked.user],
            key=f"erasure:{asked.pk}:{clock.today()}",
            title="注销暂未执行",
            body=f"{said.what}{said.remedy}办完后自动执行。",
            path="/me/erase/",
        )
        return False


def _erase(asked: Erasure, party: Party, *, whole: bool) -> None:
    actor, user = system_actor("注销"), User.objects.get(pk=asked.user_id)
    contact_forget(party, "" if whole else user.display_name)
    if whole:
        party_leave(actor=actor, party=party, reason=REASON)
    if party.kind == Party.Kind.PERSON:
        _person(actor, party)
    saved_searches_forget(user)
    erasures.account_erase(user)
    Erasure.objects.filter(pk=asked.pk).update(done_at=clock.now(), whole=whole)
    audit.record("erasure_done", actor=actor, obj=asked, user=user.pk, party=party.pk, whole=whole)
    transaction.on_commit(erasures.list_write)


def _person(actor: User, party: Party) -> None:
    for claim in FirstLoanClaim.objects.filter(party=party, state=ClaimState.CANDIDATE).order_by("pk"):
        first_loan_reject(actor=actor, claim=claim, reason=REASON)
    for assignment in LiaisonAssignment.objects.filter(party=party, ended_on=None).order_by("pk"):
        liaison_end(actor=actor, assignment=assignment, reason=REASON)
    LiaisonAssignment.objects.filter(party=party).exclude(end_reason=REASON).exclude(end_reason="").update(
        end_reason=GONE_TEXT
    )
    # The database lets these words be taken out and no others be put in (migration 0010).
    ServiceLog.objects.filter(party=party).update(content=GONE_TEXT, next_step="")
    referrals = Referral.objects.filter(need__party=party)
    moved: dict[str, Any] = {
        Referral._meta.label: referrals.values("pk"),
        Need._meta.label: Need.objects.filter(party=party).values("pk"),
        FirstLoanClaim._meta.label: FirstLoanClaim.objects.filter(party=party).values("pk"),
    }
    for label, numbers in moved.items():
        rows = TransitionLog.objects.filter(object_type=label, object_id__in=numbers)
        rows.exclude(reason="").update(reason=GONE_TEXT)
    referrals.update(reasons=[], pause_reason="")
    referrals.exclude(refusal_note="").update(refusal_note=GONE_TEXT)
    FirstLoanClaim.objects.filter(party=party).exclude(problem="").update(problem=GONE_TEXT)
    person_forget(party)
    talent_forget(party)
    # Packed, it holds what was known of the person; the worker reads it anew.
    WhitelistSnapshot.objects.all().delete()
    erasures.person_erase(party)


def _obstacles(party: Party, person: bool) -> list[Obstacle]:
    running = Referral.objects.filter(need__party=party, state__in=REVOCABLE).select_related("institution")
    found = [
        Obstacle(
            f"申请 {referral.code} 还在“{referral.institution.name}”办理（{referral.get_state_display()}）。",
            "请先撤回这笔申请，或等它放款、办结。",
            path_of(referral),
        )
        for referral in running.order_by("pk")
    ]
    claims = FirstLoanClaim.objects.filter(party=party, state__in=_IN_VERIFICATION) if person else ()
    return found + [
        Obstacle(
            f"首贷认定还没有办完（{claim.get_state_display()}）。", "请等金融办核验完，或联系金融办催办，然后再来注销。"
        )
        for claim in claims
    ]


def _party_of(user: User) -> Party:
    if user.party is None or not user.has_role(Role.FIRM, Role.TALENT):
        raise NotAllowed("这一页给企业和人才账号使用；机构和政府单位的账号由系统管理员停用。")
    return user.party
