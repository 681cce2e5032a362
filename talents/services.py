"""Writes of talents: persons and teams, their titles, and who belongs to a team."""

import re
from datetime import date

from django.db import IntegrityError, transaction
from stdnum.cn import uscc

from accounts.models import Party, User
from accounts.services import party_register
from common import audit, clock
from common.errors import Conflict, Invalid
from common.tabular import Outcome
from talents.models import TalentProfile, TalentTitle, TeamMember
from talents.titles import normal

# A resident identity number, old or new: codes must never be one.
_IDENTITY_NUMBER = re.compile(r"\d{17}[\dXx]|\d{15}")
_CODE = re.compile(r"[\w\-./]{1,40}")


@transaction.atomic
def talent_register(
    *, actor: User, talent_code: str, name: str, kind: str, field_of_work: str = "", demo: bool = False
) -> Party:
    """Register a person or team under its talent code; Invalid for a code that is an ID number or credit code."""
    check_talent_code(talent_code)
    if kind not in (Party.Kind.PERSON, Party.Kind.TEAM):
        raise Invalid("人才类别请填 person（个人）或 team（团队）。", field="kind")
    party = party_register(actor=actor, kind=kind, name=name, talent_code=talent_code, demo=demo)
    TalentProfile.objects.create(party=party, field_of_work=field_of_work)
    audit.record("talent_register", actor=actor, obj=party, kind=kind)
    return party


def check_talent_code(code: str) -> None:
    """Raise Invalid (field ``talent_code``) unless ``code`` can serve as a talent code."""
    if _IDENTITY_NUMBER.fullmatch(code):
        raise Invalid("人才编码不能用身份证号，请改用人才证书编号或自编编码，例如 RC0001。", field="talent_code")
    if uscc.is_valid(code):
        raise Invalid("人才编码不能用统一社会信用代码，企业请从企业资料导入。", field="talent_code")
    if not _CODE.fullmatch(code):
        raise Invalid("人才编码只能含文字、数字和 - . / 号，最多 40 个字。", field="talent_code")


@transaction.atomic
def title_record(
    *,
    actor: User,
    party: Party,
    title: str,
    level: str = "",
    batch: str = "",
    certificate: str = "",
    valid_to: date | None = None,
) -> tuple[TalentTitle, Outcome]:
    """Record one recognition. Title and batch identify it; an empty particular leaves the recorded one as it is."""
    if party.kind not in (Party.Kind.PERSON, Party.Kind.TEAM):
        raise Invalid(f"{party.name} 不是人才或团队，不能登记称号。", field="title")
    spelled = normal(title)
    if not spelled:
        raise Invalid("请填写称号名称。", field="title")
    Party.objects.select_for_update(of=("self",)).get(pk=party.pk)
    given = {
        name: value for name, value in (("level", level), ("certificate", certificate), ("valid_to", valid_to)) if value
    }
    record, created = TalentTitle.objects.get_or_create(party=party, title=spelled, batch=batch, defaults=given)
    changed = sorted(name for name, value in given.items() if getattr(record, name) != value)
    if created:
        audit.record("title_record", actor=actor, obj=record, title=spelled)
        return record, Outcome.CREATED
    if not changed:
        return record, Outcome.UNCHANGED
    for name in changed:
        setattr(record, name, given[name])
    record.save(update_fields=changed)
    audit.record("title_update", actor=actor, obj=record, title=spelled, changed=changed)
    return record, Outcome.UPDATED


@transaction.atomic
def team_join(
    *, actor: User, team: Party, person: Party, leads: bool = False, joined_on: date | None = None
) -> TeamMember:
    """Add ``person`` to ``team``; Conflict when already a member or when the team has another leader."""
    if team.kind != Party.Kind.TEAM or person.kind != Party.Kind.PERSON:
        raise Invalid("请选择一个人才团队和一名个人。", field="person")
    try:
        with transaction.atomic():
            member = TeamMember.objects.create(team=team, person=person, leads=leads, joined_on=joined_on)
    except IntegrityError as error:
        raise Conflict("该成员已在团队中，或团队已有带头人，请先办理离队。", field="person") from error
    audit.record("team_join", actor=actor, obj=member, leads=leads)
    return member


@transaction.atomic
def team_leave(*, actor: User, member: TeamMember, left_on: date | None = None) -> None:
    """End a membership; the row stays as history."""
    day = left_on or clock.today()
    if member.joined_on and day < member.joined_on:
        raise Invalid(f"离队日期不能早于加入日期 {member.joined_on}。", field="left_on")
    if not TeamMember.objects.filter(pk=member.pk, left_on=None).update(left_on=day):
        raise Conflict("该成员已离队。")
    audit.record("team_leave", actor=actor, obj=member, left_on=day)
    member.left_on = day


@transaction.atomic
def team_bearer_set(*, actor: User, team: Party, bearer: Party) -> None:
    """Name who borrows for a team without a legal person."""
    if team.kind != Party.Kind.TEAM:
        raise Invalid("只有人才团队需要指定承贷人。", field="bearer")
    if bearer.kind not in (Party.Kind.PERSON, Party.Kind.ENTERPRISE):
        raise Invalid("承贷人应为个人或企业。", field="bearer")
    Party.objects.filter(pk=team.pk).update(bearer=bearer)
    audit.record("team_bearer_set", actor=actor, obj=team, bearer=bearer.pk)
    team.bearer = bearer
