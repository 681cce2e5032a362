"""A firm asks for its account. Nothing here tells anybody whether that firm is registered or has users already."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils.crypto import get_random_string

from accounts.codes import credit_code
from accounts.models import AccountClaim, Role, User, UserRole
from accounts.policies import OFFICE_ROLES
from accounts.selectors import users_with
from accounts.services import notify
from common import audit, clock
from common.errors import Conflict, Invalid
from common.transitions import StateMachine, Transition

State = AccountClaim.State

MACHINE = StateMachine(
    AccountClaim,
    [
        Transition(State.PENDING, State.APPROVED, OFFICE_ROLES),
        Transition(State.PENDING, State.REFUSED, OFFICE_ROLES, needs_reason=True),
    ],
)

MAX_BYTES = 5 * 1024 * 1024
MOST_OPEN, PERIOD = 3, timedelta(days=1)
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
# First bytes of what may be handed in; a name proves nothing.
_KINDS = {b"%PDF-": "pdf", b"\xff\xd8\xff": "jpg", b"\x89PNG\r\n\x1a\n": "png"}


@dataclass(frozen=True)
class Document:
    """A file as handed in."""

    name: str
    content: bytes


@transaction.atomic
def claim_open(
    *, uscc: str, firm_name: str, capacity: str, applicant: str, phone: str, document: Document, password: str
) -> AccountClaim:
    """Keep the request with its document; Invalid names the field. The same for a firm that is known or not.

    At most three open requests a credit code and day: the office reads every one.
    """
    try:
        code = credit_code(uscc)
    except ValueError as error:
        raise Invalid(f"{error}。", field="uscc") from error
    if code is None:
        raise Invalid("请填写统一社会信用代码。", field="uscc")
    _check_document(document)
    since = clock.now() - PERIOD
    if AccountClaim.objects.filter(uscc=code, state=State.PENDING, created_at__gt=since).count() >= MOST_OPEN:
        raise Conflict("这个信用代码今天提交的申领较多，请等审核后再提交，或到金融办现场办理。", field="uscc")
    claim = AccountClaim.objects.create(
        code=f"Z{clock.today():%Y%m%d}-{get_random_string(6, _ALPHABET)}",
        uscc=code,
        firm_name=firm_name.strip(),
        capacity=capacity,
        applicant=applicant.strip(),
        phone=phone.strip(),
        document=document.name[:120],
        document_file=_keep(document.content),
        document_hash=hashlib.sha256(document.content).hexdigest(),
        password=make_password(password),
    )
    audit.record("claim_open", obj=claim, code=claim.code)
    notify(
        users=users_with(Role.OFFICE),
        key=f"claim:{claim.code}",
        title=f"新的账号申领 {claim.code}",
        body="请核对授权材料后开通或退回。",
        path="/office/claims/",
    )
    return claim


@transaction.atomic
def claim_refuse(*, actor: User, claim: AccountClaim, reason: str) -> None:
    """Send it back with what is missing; the document goes."""
    if len(reason) > 200:
        raise Invalid("原因最多 200 个字。", field="reason")
    MACHINE.move(
        claim,
        State.REFUSED,
        actor=actor,
        reason=reason,
        refusal=reason.strip(),
        decided_at=clock.now(),
        decided_by_id=actor.pk,
    )
    audit.record("claim_refuse", actor=actor, obj=claim, code=claim.code)
    transaction.on_commit(lambda: document_path(claim).unlink(missing_ok=True))


def claim_settle(*, actor: User, claim: AccountClaim, party_id: int) -> User:
    """Make the user of an approved claim inside the caller's transaction; its name is the claim's number."""
    standing = AccountClaim.objects.select_for_update(of=("self",)).get(pk=claim.pk)
    if standing.state != State.PENDING:
        raise Conflict("这份申领刚刚有人办理过，请刷新后再看。")
    user = User(username=claim.code, password=claim.password, display_name=claim.applicant, party_id=party_id)
    user.save()
    UserRole.objects.create(user=user, role=Role.FIRM)
    MACHINE.move(
        claim, State.APPROVED, actor=actor, decided_at=clock.now(), decided_by_id=actor.pk, user_id=user.pk, password=""
    )
    audit.record("claim_approve", actor=actor, obj=claim, code=claim.code, user=user.pk)
    return user


def claim_status(*, code: str, password: str) -> AccountClaim | None:
    """The claim for whoever knows its number and the password set with it; None otherwise."""
    claim = AccountClaim.objects.select_related("user").filter(code=code.strip().upper()).first()
    held = (claim.user.password if claim.user else claim.password) if claim else make_password(None)
    return claim if check_password(password, held) else None


def document_path(claim: AccountClaim) -> Path:
    """Where the document of ``claim`` is kept."""
    return _folder() / claim.document_file


def _check_document(document: Document) -> None:
    if len(document.content) > MAX_BYTES:
        raise Invalid(f"材料超过 {MAX_BYTES // 1024 // 1024} MB，请压缩后再上传。", field="document")
    if not any(document.content.startswith(start) for start in _KINDS):
        raise Invalid("材料请上传 PDF、JPG 或 PNG 文件；其他格式请先另存。", field="document")


def _keep(content: bytes) -> str:
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    suffix = next(kind for start, kind in _KINDS.items() if content.startswith(start))
    path = folder / f"{secrets.token_hex(16)}.{suffix}"
    path.write_bytes(content)
    path.chmod(0o600)
    return path.name


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "claims"
