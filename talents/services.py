"""Writes of talents: persons and teams, their titles, who belongs to a team, and the roster of officers."""

import re
from datetime import date

from django.db import IntegrityError, transaction
from stdnum.cn import uscc

from accounts.codes import plain_code
from accounts.models import Party, Role, User
from accounts.policies import OFFICE_ROLES
from accounts.services import party_register
from common import audit, clock
from common.errors import Conflict, Invalid, NotAllowed
from common.tabular import Outcome
from talents.models import LiaisonOfficer, TalentProfile, TalentTitle, TeamMember
from talents.titles import normal

# A resident identity number, old or new: codes must never be one.
_IDENTITY_NUMBER = re.compile(r"\d{17}[\dXx]|\d{15}")
_CODE = re.compile(r"[\w\-./]{1,40}")

MAX_CAPACITY = 200


@transaction.atomic
def talent_register(
    *, actor: User, talent_code: str, name: str, kind: str, field_of_work: str = "", demo: bool = False
) -> Party:
    """Register a person or team under its talent code; Invalid for a code that is an ID number or credit code."""
    check_talent_code(talent_code)
    if kind not in (Party.Kind.PERSON, Party.Kind.TEAM):
        raise Invalid("人才类别请填 person（个人）或 team（团队）。", field="kind")
    party = party_register(actor=actor, kind=kind, name=name, talent_code=plain_code(talent_code), demo=demo)
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
    """Name who borrows for a team without a legal person; the office does, on what team and bearer declared to it."""
    if not actor.has_role(*OFFICE_ROLES):
        raise NotAllowed("承贷人由金融办登记。")
    if team.kind != Party.Kind.TEAM:
        raise Invalid("只有人才团队需要指定承贷人。", field="bearer")
    if bearer.kind not in (Party.Kind.PERSON, Party.Kind.ENTERPRISE):
        raise Invalid("承贷人应为个人或企业。", field="bearer")
    Party.objects.filter(pk=team.pk).update(bearer=bearer)
    audit.record("team_bearer_set", actor=actor, obj=team, bearer=bearer.pk)
    team.bearer = bearer


@transaction.atomic
def officer_appoint(
    *, actor: User, user: User, employer: Party, capacity: int, since: date, until: date | None = None
) -> LiaisonOfficer:
    """Put ``user`` on the roster, or back on it after retiring; ``capacity`` is how many parties one may accompany.

    NotAllowed unless the finance office acts. Invalid names the form field; Conflict when the user serves already.
    """
    _require_office(actor)
    _check_officer(user, employer, capacity, since, until)
    # Two appointments of one user at the same time: the second waits, then finds the first.
    User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    officer = LiaisonOfficer.objects.filter(user=user).first()
    if officer is not None and officer.active and not (officer.until and officer.until < clock.today()):
        raise Conflict(f"{user} 已在特派员名册上，不必重复聘任。", field="user")
    officer = officer or LiaisonOfficer(user=user)
    officer.employer, officer.capacity, officer.active = employer, capacity, True
    officer.since, officer.until = since, until
    officer.save()
    audit.record("officer_appoint", actor=actor, obj=officer, employer=employer.pk, capacity=capacity, since=since)
    return officer


@transaction.atomic
def officer_retire(*, actor: User, officer: LiaisonOfficer, on: date | None = None, reason: str = "") -> None:
    """Take an officer off the roster from ``on`` (today, not later); the row stays as history."""
    _require_office(actor)
    day = on or clock.today()
    current = LiaisonOfficer.objects.select_for_update(of=("self",)).get(pk=officer.pk)
    if not current.active:
        raise Conflict("该特派员已不在岗。")
    if not current.since <= day <= clock.today():
        raise Invalid(f"离岗日期应在聘任日期 {current.since} 与今天之间。", field="on")
    LiaisonOfficer.objects.filter(pk=officer.pk).update(active=False, until=day)
    officer.active, officer.until = False, day
    audit.record("officer_retire", actor=actor, obj=officer, on=day, reason=reason)


def _require_office(actor: User) -> None:
    if not actor.has_role(*OFFICE_ROLES):
        raise NotAllowed("特派员名册由金融办维护。")


def _check_officer(user: User, employer: Party, capacity: int, since: date, until: date | None) -> None:
    if not user.has_role(Role.OFFICER):
        raise Invalid(f"{user} 没有特派员岗位，请先由管理员给账号加上“特派员”岗位。", field="user")
    if employer.kind not in (Party.Kind.INSTITUTION, Party.Kind.DEPARTMENT):
        raise Invalid("派出单位应为金融机构或政府部门。", field="employer")
    if user.party_id not in (None, employer.pk):
        raise Invalid(f"{user} 的账号属于“{user.party}”，与派出单位“{employer.name}”不一致。", field="employer")
    if not 1 <= capacity <= MAX_CAPACITY:
        raise Invalid(f"服务户数上限应为 1 至 {MAX_CAPACITY} 户。", field="capacity")
    if until is not None and until < since:
        raise Invalid(f"聘期截止 {until} 早于聘任日期 {since}，请核对。", field="until")


def talent_forget(party: Party) -> None:
    """Of a person who is erased the titles stay, which figures count; what identifies a certificate goes."""
    TalentTitle.objects.filter(party=party).update(certificate="")
    TalentProfile.objects.filter(party=party).update(field_of_work="")
