"""Rules of passwords beyond the framework's: length or variety, and none of the last five."""

from typing import Any

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError

from accounts.models import UsedPassword, User

LONG, SHORT, CLASSES, REMEMBERED = 12, 8, 3, 5


class LengthOrVariety:
    """At least twelve characters, or eight of three kinds (upper, lower, digit, other)."""

    def validate(self, password: str, user: User | None = None) -> None:
        kinds = {_kind(char) for char in password}
        if len(password) < LONG and (len(password) < SHORT or len(kinds) < CLASSES):
            raise ValidationError(self.get_help_text(), code="password_too_weak")

    def get_help_text(self) -> str:
        return "密码至少 12 个字符；或至少 8 个字符，并含大写、小写、数字、符号中的三种。"


class NotUsedBefore:
    """Refuse the present password and those before it, five in all; a changed one is remembered."""

    def validate(self, password: str, user: User | None = None) -> None:
        if user is None or user.pk is None:
            return
        known = [user.password, *_remembered(user)]
        if any(check_password(password, held) for held in known):
            raise ValidationError(self.get_help_text(), code="password_used")

    def password_changed(self, password: str, user: User | None = None) -> None:
        if user is not None and user.pk is not None:
            UsedPassword.objects.create(user=user, password=user.password)
            keep = UsedPassword.objects.filter(user=user).order_by("-pk").values_list("pk", flat=True)[:REMEMBERED]
            UsedPassword.objects.filter(user=user).exclude(pk__in=list(keep)).delete()

    def get_help_text(self) -> str:
        return f"不能与最近 {REMEMBERED} 次用过的密码相同。"


def _remembered(user: User) -> list[Any]:
    return list(UsedPassword.objects.filter(user=user).order_by("-pk").values_list("password", flat=True)[:REMEMBERED])


def _kind(char: str) -> str:
    if char.isdigit():
        return "digit"
    if char.isupper():
        return "upper"
    return "lower" if char.islower() else "other"
