"""People who log in, and the system actors that act without one."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q


class Role(models.TextChoices):
    """What a user may do; policies read these names."""

    FIRM = "firm", "企业经办"
    TALENT = "talent", "人才"
    BANK_MAKER = "bank_maker", "机构产品经办"
    BANK_CHECKER = "bank_checker", "机构产品复核"
    OFFICER = "officer", "特派员"
    OFFICE = "office", "金融办经办"
    OFFICE_SIGNER = "office_signer", "金融办审签"
    LEAD_UNIT = "lead_unit", "牵头单位填报"
    SYSTEM = "system", "系统"
    # 三员: no user holds two of them, and none of them sees business data.
    SYSTEM_ADMIN = "system_admin", "系统管理员"
    SECURITY_ADMIN = "security_admin", "安全管理员"
    AUDIT_ADMIN = "audit_admin", "审计管理员"


ADMINISTRATORS = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)


class User(AbstractUser):
    """A person of one party, or a system actor (role ``system``) such as 导入."""

    display_name = models.CharField("姓名", max_length=60, blank=True)
    party = models.ForeignKey(
        "accounts.Party", models.PROTECT, null=True, related_name="users", verbose_name="所属主体"
    )

    class Meta:
        ordering = ["pk"]
        verbose_name = verbose_name_plural = "用户"

    def __str__(self) -> str:
        return self.display_name or self.username

    def has_role(self, *roles: str) -> bool:
        """True when the active user holds any of ``roles``."""
        return self.is_active and not self.role_names.isdisjoint(roles)

    @property
    def role_names(self) -> frozenset[str]:
        """Roles held, read once per instance."""
        if not hasattr(self, "_role_names"):
            self._role_names = frozenset(self.roles.values_list("role", flat=True)) if self.pk else frozenset()
        return self._role_names


class UserRole(models.Model):
    """One role of one user."""

    user = models.ForeignKey(User, models.CASCADE, related_name="roles", verbose_name="用户")
    role = models.CharField("角色", max_length=20, choices=Role)

    class Meta:
        ordering = ["user", "role"]
        constraints = [
            models.UniqueConstraint(fields=["user", "role"], name="user_role_once"),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(role__in=["system_admin", "security_admin", "audit_admin"]),
                name="user_one_administrator",
                violation_error_message="系统、安全、审计管理员三员分立，一人只能任其一。",
            ),
        ]
        verbose_name = verbose_name_plural = "用户角色"

    def __str__(self) -> str:
        return self.get_role_display()
