"""The firm, person or team a page is read for, and which of its needs."""

from dataclasses import dataclass

from django.http import HttpRequest

from accounts.models import Party, Role, User
from common.errors import Missing, NotAllowed
from enterprises.facts import Subject
from enterprises.models import Need
from enterprises.selectors import open_needs, subject_of

SEEKERS = (Role.FIRM, Role.TALENT)


@dataclass(frozen=True)
class Viewer:
    """A party that looks for finance, its open needs, and the one chosen (None when it has registered none)."""

    party: Party
    needs: tuple[Need, ...]
    need: Need | None
    subject: Subject

    @property
    def others(self) -> tuple[Need, ...]:
        """Open needs beside the chosen one."""
        return tuple(need for need in self.needs if need != self.need)


def seeker_party(request: HttpRequest) -> Party | None:
    """The reader's own party when it looks for finance; None for visitors and for staff."""
    user = request.user
    return user.party if isinstance(user, User) and user.party and user.has_role(*SEEKERS) else None


def required_party(request: HttpRequest) -> Party:
    """The same, for pages only such a party has; anybody else is NotAllowed."""
    party = seeker_party(request)
    if party is None:
        raise NotAllowed("这一页给登记了企业或人才身份的用户使用，您的账号不是。请用企业或人才账号登录。")
    return party


def viewer(request: HttpRequest) -> Viewer | None:
    """Whom products are judged for; ``?need=`` picks among the reader's own open needs, any other code is Missing."""
    party = seeker_party(request)
    if party is None:
        return None
    needs = tuple(open_needs(party))
    need = chosen(needs, request.GET.get("need", ""))
    return Viewer(party, needs, need, subject_of(party, need))


def chosen(needs: tuple[Need, ...], code: str) -> Need | None:
    """The need with ``code``, the newest one for an empty code, None where there is none at all."""
    if not code:
        return needs[0] if needs else None
    for need in needs:
        if need.code == code:
            return need
    raise Missing("没有找到这条需求，或者它已经结束。请在“我的需求”里重新选择。")


def required_user(request: HttpRequest) -> User:
    """The reader as our user; pages behind the log-in have no other."""
    if not isinstance(request.user, User):
        raise TypeError("a page behind the log-in was reached without a user")
    return request.user
