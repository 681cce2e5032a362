"""Whitelist batches: published once as a whole, never changed; members leave with a date and a reason."""

from collections.abc import Sequence
from datetime import date

from django.db import IntegrityError, transaction

from accounts.models import Party, Role, User
from accounts.policies import OFFICE_ROLES
from common import audit, clock, outbox
from common.errors import Conflict, Invalid, Missing, NotAllowed
from enterprises.models import WhitelistBatch, WhitelistEntry
from enterprises.policies import acts_for
from enterprises.services.facts import PARTIES_TOPIC
from journal.services import post

MEMBER_KINDS = (Party.Kind.ENTERPRISE, Party.Kind.PERSON, Party.Kind.TEAM)


@transaction.atomic
def whitelist_publish(
    *, actor: User, code: str, department: Party, published_on: date, basis_doc: str, parties: Sequence[Party]
) -> WhitelistBatch:
    """Publish a batch and post ``whitelist_published`` (quantity = parties). A code in use is a Conflict."""
    if not acts_for(actor, department):
        raise NotAllowed("白名单由推荐单位发布，只能为本单位发布；其他单位的由金融办代办。", field="department")
    _check_batch(code, department, published_on, parties)
    try:
        with transaction.atomic():
            batch = WhitelistBatch.objects.create(
                code=code, department=department, published_on=published_on, basis_doc=basis_doc, published_by=actor
            )
    except IntegrityError as error:
        raise Conflict(f"批次 {code} 已发布，不能更改；补充名单请另发一个批次。", field="batch") from error
    WhitelistEntry.objects.bulk_create(WhitelistEntry(batch=batch, party=party) for party in parties)
    post(
        actor=actor,
        kind="whitelist_published",
        source_key=code,
        occurred_on=published_on,
        organisation=department,
        quantity=len(parties),
        fields={"basis_doc": basis_doc},
    )
    for party in parties:
        outbox.publish(PARTIES_TOPIC, str(party.pk))
    audit.record("whitelist_publish", actor=actor, obj=batch, code=code, parties=len(parties))
    return batch


@transaction.atomic
def whitelist_exit(
    *, actor: User, party: Party, exit_on: date, reason: str, batch: WhitelistBatch | None = None
) -> int:
    """Take ``party`` off the list (of one batch, or of all it is still on) from ``exit_on``; entries ended.

    A lead unit ends membership in the batches of its own department alone. An exit recorded before with the same date
    and reason counts 0; another date or reason is a Conflict.
    """
    if not actor.has_role(*OFFICE_ROLES, Role.LEAD_UNIT) or (batch and not acts_for(actor, batch.department)):
        raise NotAllowed("退出白名单由推荐单位登记，只能办理本单位的批次；其他单位的由金融办代办。", field="batch")
    if not reason.strip():
        raise Invalid("请填写退出原因。", field="exit_reason")
    rows = WhitelistEntry.objects.select_for_update(of=("self",)).filter(party=party).select_related("batch")
    rows = rows if actor.has_role(*OFFICE_ROLES) else rows.filter(batch__department_id=actor.party_id)
    entries = list(rows.filter(batch=batch) if batch else rows)
    if not entries:
        raise Missing(f"{party.name} 不在白名单上。", field="party_code")
    if batch and entries[0].exit_on:
        if (entries[0].exit_on, entries[0].exit_reason) == (exit_on, reason.strip()):
            return 0
        raise Conflict(f"{party.name} 已于 {entries[0].exit_on} 退出该批次，退出记录不能更改。", field="exit_on")
    still_on = [entry for entry in entries if entry.exit_on is None]
    for entry in still_on:
        _end(entry, exit_on, reason.strip())
    if still_on:
        outbox.publish(PARTIES_TOPIC, str(party.pk))
        audit.record("whitelist_exit", actor=actor, obj=party, exit_on=exit_on, entries=len(still_on))
    return len(still_on)


def _end(entry: WhitelistEntry, exit_on: date, reason: str) -> None:
    if exit_on < entry.batch.published_on:
        raise Invalid(f"退出日期 {exit_on} 早于批次发布日期 {entry.batch.published_on}，请核对。", field="exit_on")
    entry.exit_on, entry.exit_reason = exit_on, reason
    entry.save(update_fields=["exit_on", "exit_reason"])


def _check_batch(code: str, department: Party, published_on: date, parties: Sequence[Party]) -> None:
    if not code.strip():
        raise Invalid("请填写批次名称。", field="batch")
    if department.kind != Party.Kind.DEPARTMENT:
        raise Invalid(f"{department.name} 不是推荐单位。", field="department")
    if published_on > clock.today():
        raise Invalid(f"发布日期 {published_on} 晚于今天，请在发布当日登记。", field="published_on")
    if not parties:
        raise Invalid("批次里没有任何主体，请至少列入一家。", field="party_code")
    if strange := [party.name for party in parties if party.kind not in MEMBER_KINDS]:
        raise Invalid(f"{'、'.join(strange)} 不是企业、人才或团队，不能列入。", field="party_code")
    if len({party.pk for party in parties}) != len(parties):
        raise Invalid("同一主体在批次里重复，请只保留一次。", field="party_code")
