"""Pushing a batch to institutions, and what they report of each party. A push is a disclosure: it releases name, code
and tags of firms on a recorded basis; persons and teams only with a separate consent."""

from collections.abc import Sequence
from datetime import date

from django.db import IntegrityError, transaction

from accounts.models import Party, User
from accounts.policies import BANK_ROLES
from accounts.selectors import users_of
from accounts.services import notify
from accounts.webhooks.endpoints import emit
from common import audit, clock
from common.errors import Conflict, Invalid, Missing, NotAllowed
from common.tabular import Outcome
from enterprises.models import WhitelistBatch, WhitelistFeedback, WhitelistPush
from enterprises.policies import acts_for, may_answer
from enterprises.recipients import may_receive
from enterprises.selectors.pushes import releasable
from journal.services import post

NOTE_LENGTH = 200
PUSHED = "whitelist_pushed"


@transaction.atomic
def whitelist_push(
    *, actor: User, batch: WhitelistBatch, institutions: Sequence[Party], basis_doc: str
) -> list[WhitelistPush]:
    """Send the members ``batch`` has today to each institution and post ``whitelist_pushed`` for each (quantity =
    parties told). Invalid names the form field; Conflict when one was sent this batch today or nobody can be named.
    """
    if not acts_for(actor, batch.department):
        raise NotAllowed("白名单由推荐单位推送，只能推送本单位的批次；其他单位的由金融办代办。")
    if not basis_doc.strip():
        raise Invalid("请填写推送依据的文件；没有依据不能推送。", field="basis_doc")
    if not institutions:
        raise Invalid("请至少选一家机构。", field="institutions")
    if strange := [party.name for party in institutions if not may_receive(party)]:
        raise Invalid(f"“{'、'.join(strange)}”不是服务本市的机构，不能接收。", field="institutions")
    # A member that leaves while the batch is being sent waits here.
    list(batch.entries.select_for_update(of=("self",)).order_by("pk"))
    return [_push(actor, batch, institution, basis_doc.strip()) for institution in institutions]


@transaction.atomic
def whitelist_answer(
    *, actor: User, push: WhitelistPush, party: Party, answer: str, answered_on: date, note: str = ""
) -> Outcome:
    """Record what the institution reports of ``party``. The same answer of the same day again only brings its note up
    to date; earlier answers stay."""
    if not may_answer(actor, push):
        raise NotAllowed("只能答复推送给本机构的名单。")
    _check_answer(push, party, answer, answered_on, note)
    said = note.strip()
    feedback, created = WhitelistFeedback.objects.get_or_create(
        push=push,
        party=party,
        answer=answer,
        answered_on=answered_on,
        defaults={"note": said, "recorded_by": actor},
    )
    if not created and feedback.note == said:
        return Outcome.UNCHANGED
    if not created:
        feedback.note = said
        feedback.save(update_fields=["note"])
    audit.record("whitelist_answer", actor=actor, obj=feedback, push=push.pk, answer=answer)
    return Outcome.CREATED if created else Outcome.UPDATED


def _push(actor: User, batch: WhitelistBatch, institution: Party, basis_doc: str) -> WhitelistPush:
    today = clock.today()
    released = releasable(batch, institution, today)
    if not released:
        raise Conflict(f"批次 {batch.code} 现在没有可以推送的企业：成员已退出，或人才尚未授权给“{institution.name}”。")
    try:
        with transaction.atomic():
            push = WhitelistPush.objects.create(
                batch=batch,
                institution=institution,
                pushed_on=today,
                basis_doc=basis_doc,
                released=released,
                pushed_by=actor,
            )
    except IntegrityError as error:
        raise Conflict(f"今天已向“{institution.name}”推送过这一批，不必重复。", field="institutions") from error
    post(
        actor=actor,
        kind=PUSHED,
        source_key=str(push.pk),
        occurred_on=today,
        organisation=institution,
        quantity=len(released),
        fields={"batch": batch.code, "basis_doc": basis_doc},
    )
    audit.record("whitelist_push", actor=actor, obj=push, batch=batch.code, parties=len(released))
    notify(
        users=users_of(institution, *BANK_ROLES),
        key=f"whitelist:{push.pk}",
        title=f"新的白名单：{batch.code}",
        body=f"{len(released)} 户，请逐户联系并答复。",
        path=f"/desk/whitelist/{push.pk}/",
    )
    emit(institution, "whitelist.pushed", {"push": push.pk, "batch": batch.code, "parties": len(released)})
    return push


def _check_answer(push: WhitelistPush, party: Party, answer: str, answered_on: date, note: str) -> None:
    if party.pk not in push.parties:
        raise Missing(f"“{party.code}”不在这次推送里，请核对。", field="party_code")
    if answer not in WhitelistFeedback.Answer.values:
        raise Invalid("请选择答复。", field="answer")
    if not push.pushed_on <= answered_on <= clock.today():
        raise Invalid(f"答复日期应在推送日 {push.pushed_on} 与今天之间。", field="answered_on")
    if len(note) > NOTE_LENGTH:
        raise Invalid(f"说明最多 {NOTE_LENGTH} 字，现有 {len(note)} 字。", field="note")
