"""Talents: persons and teams, their titles, and who belongs to a team."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

# The five titles the plan names (measures 6 and 9). A bare 草原英才 leaves the level open and is kept as such.
TITLES = ("自治区草原英才", "市草原英才", "天骄英才", "鄂尔多斯英才", "青年优秀英才")
BARE_TITLE = "草原英才"


class TalentProfile(models.Model):
    """The talent side of a person or team party."""

    party = models.OneToOneField("accounts.Party", models.PROTECT, related_name="talent", verbose_name="主体")
    field_of_work = models.CharField("专业领域", max_length=100, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = verbose_name_plural = "人才档案"

    def __str__(self) -> str:
        return f"人才档案#{self.pk}"


class TalentTitle(models.Model):
    """One recognition: title, level, batch and how long it holds."""

    party = models.ForeignKey("accounts.Party", models.PROTECT, related_name="titles", verbose_name="人才")
    title = models.CharField("称号", max_length=40)
    level = models.CharField("级别", max_length=40, blank=True)
    batch = models.CharField("批次", max_length=60, blank=True)
    certificate = models.CharField("证书编号", max_length=60, blank=True)
    valid_to = models.DateField("有效期至", null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["party", "title", "batch"], name="talent_title_once"),
            models.CheckConstraint(condition=~Q(title=""), name="talent_title_named"),
        ]
        verbose_name = verbose_name_plural = "人才称号"

    def __str__(self) -> str:
        return self.title


class TeamMember(models.Model):
    """A person's place in a team."""

    team = models.ForeignKey("accounts.Party", models.PROTECT, related_name="members", verbose_name="团队")
    person = models.ForeignKey("accounts.Party", models.PROTECT, related_name="teams", verbose_name="成员")
    leads = models.BooleanField("带头人", default=False)
    joined_on = models.DateField("加入日期", null=True)
    left_on = models.DateField("离开日期", null=True)

    class Meta:
        ordering = ["team", "-leads", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["team", "person"], condition=Q(left_on=None), name="team_member_once"),
            models.UniqueConstraint(fields=["team"], condition=Q(left_on=None, leads=True), name="team_one_leader"),
            models.CheckConstraint(condition=~Q(team=F("person")), name="team_not_own_member"),
        ]
        verbose_name = verbose_name_plural = "团队成员"

    def __str__(self) -> str:
        return f"{self.team_id}:{self.person_id}"


class LiaisonOfficer(models.Model):
    """人才和科创金融特派员 (measure 11): a user on the roster, employed by a party, with a capacity never exceeded."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="officer", verbose_name="用户")
    employer = models.ForeignKey("accounts.Party", models.PROTECT, related_name="officers", verbose_name="派出单位")
    capacity = models.PositiveSmallIntegerField("服务户数上限", default=30)
    active = models.BooleanField("在岗", default=True)
    since = models.DateField("聘任日期")
    until = models.DateField("聘期至", null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(capacity__gte=1), name="officer_capacity"),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="officer_dates"),
        ]
        verbose_name = verbose_name_plural = "特派员"

    def __str__(self) -> str:
        return f"特派员#{self.pk}"
