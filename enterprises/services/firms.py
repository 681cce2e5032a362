"""Registering firms, and what a talent is to a firm."""

import re
from datetime import date

from django.db import transaction

from accounts.codes import credit_code
from accounts.models import Party, User
from accounts.services import party_register
from common import audit
from common.errors import Invalid, NotAllowed
from common.tabular import Outcome
from enterprises.models import EnterpriseProfile, TalentRole
from enterprises.policies import can

_PHONE = re.compile(r"[0-9+][0-9 -]{4,29}")


@transaction.atomic
def enterprise_register(*, actor: User, uscc: str, name: str, demo: bool = False) -> Party:
    """Register a firm; Invalid for a wrong credit code, Conflict for one already registered (field ``uscc``)."""
    try:
        code = credit_code(uscc)
    except ValueError as error:
        raise Invalid(f"{error}。", field="uscc") from error
    if code is None:
        raise Invalid("请填写统一社会信用代码。", field="uscc")
    party = party_register(actor=actor, kind=Party.Kind.ENTERPRISE, name=name, uscc=code, demo=demo)
    EnterpriseProfile.objects.create(party=party)
    audit.record("enterprise_register", actor=actor, obj=party)
    return party


@transaction.atomic
def contact_record(*, actor: User, party: Party, name: str, phone: str) -> None:
    """Whom to ask for at a firm; empty takes a contact back. NotAllowed for others than its own people."""
    if not can(actor, "edit", party):
        raise NotAllowed("只能登记本单位的联系人。")
    if phone and not _PHONE.fullmatch(phone):
        raise Invalid("联系电话只能含数字、空格、+ 和 -，最多 30 位。", field="phone")
    if len(name) > 60:
        raise Invalid("联系人最多 60 个字。", field="name")
    if party.kind != Party.Kind.ENTERPRISE:
        raise Invalid(f"{party.name} 不是企业，没有联系人一项。", field="party")
    contact = {"contact_name": name.strip(), "contact_phone": phone.strip()}
    EnterpriseProfile.objects.update_or_create(party=party, defaults=contact)
    audit.record("contact_record", actor=actor, obj=party)


@transaction.atomic
def talent_role_record(
    *, actor: User, talent: Party, firm: Party, role: str, since: date | None = None, until: date | None = None
) -> tuple[TalentRole, Outcome]:
    """Record that ``talent`` founded (founder), leads (leader) or works for (employee) ``firm``.

    Talent, firm and role identify the record; an empty date leaves the recorded one as it is.
    """
    _check_role(talent, firm, role)
    Party.objects.select_for_update(of=("self",)).get(pk=talent.pk)
    record = TalentRole.objects.filter(talent=talent, firm=firm, role=role).first()
    outcome = Outcome.CREATED if record is None else Outcome.UPDATED
    record = record or TalentRole(talent=talent, firm=firm, role=role)
    before = (record.since, record.until)
    record.since, record.until = since or record.since, until or record.until
    if record.since and record.until and record.until < record.since:
        raise Invalid(f"结束日期 {record.until} 早于开始日期 {record.since}，请核对。", field="role_to")
    if outcome is Outcome.UPDATED and before == (record.since, record.until):
        return record, Outcome.UNCHANGED
    record.save()
    audit.record("talent_role_record", actor=actor, obj=record, role=role, since=record.since, until=record.until)
    return record, outcome


def _check_role(talent: Party, firm: Party, role: str) -> None:
    if talent.kind not in (Party.Kind.PERSON, Party.Kind.TEAM):
        raise Invalid(f"{talent.name} 不是人才或团队。", field="talent_code")
    if firm.kind != Party.Kind.ENTERPRISE:
        raise Invalid(f"{firm.name} 不是企业。", field="firm_uscc")
    if role not in TalentRole.Role.values:
        raise Invalid("关系请填：创办、领办或任职。", field="role")
