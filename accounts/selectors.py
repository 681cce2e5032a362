"""Reads of parties by code and by any name they ever had, of their users, and of a user's messages."""

from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import AccountClaim, ChannelChoice, Notification, Party, PartyName, Role, User, UserRole


def party_by_code(code: str) -> Party | None:
    """The party with that credit code or talent code."""
    return Party.objects.filter(Q(uscc=code) | Q(talent_code=code)).first()


def organisation_by_name(name: str, *kinds: str) -> Party | None:
    """The oldest institution or department that bears or bore ``name``; ``kinds`` narrows the kind."""
    wanted = kinds or (Party.Kind.INSTITUTION, Party.Kind.DEPARTMENT)
    return Party.objects.filter(Q(name=name) | Q(names__name=name), kind__in=wanted).order_by("pk").distinct().first()


def name_on(party: Party, day: date) -> str:
    """The official name in force on ``day``; the current one where no dated name is recorded."""
    dated = (
        party.names.filter(kind=PartyName.Kind.OFFICIAL, valid_from__lte=day)
        .filter(Q(valid_to=None) | Q(valid_to__gte=day))
        .order_by("-valid_from")
        .first()
    )
    return dated.name if dated else party.name


def users_of(party: Party, *roles: str) -> QuerySet[User]:
    """Active users of ``party`` who hold any of ``roles`` (without roles: all of them)."""
    users = User.objects.filter(party=party, is_active=True).order_by("pk")
    return users.filter(Exists(UserRole.objects.filter(user=OuterRef("pk"), role__in=roles))) if roles else users


def users_with(*roles: str) -> QuerySet[User]:
    """Active users of any party who hold any of ``roles``, by name."""
    held = Exists(UserRole.objects.filter(user=OuterRef("pk"), role__in=roles))
    return User.objects.filter(held, is_active=True).select_related("party").order_by("display_name", "pk")


def organisations(*kinds: str) -> QuerySet[Party]:
    """Institutions and departments (or only ``kinds``) by name."""
    wanted = kinds or (Party.Kind.INSTITUTION, Party.Kind.DEPARTMENT)
    return Party.objects.filter(kind__in=wanted).order_by("name", "pk")


def notifications_of(user: User) -> QuerySet[Notification]:
    """Messages of ``user``, newest first."""
    return Notification.objects.filter(user=user).order_by("-pk")


def unread_count(user: User) -> int:
    """How many messages ``user`` has not read."""
    return notifications_of(user).filter(read_at=None).count()


def channels_of(user: User) -> dict[str, str]:
    """The ways outside the site that ``user`` chose: channel → address."""
    return dict(ChannelChoice.objects.filter(user=user).order_by("pk").values_list("channel", "address"))


def accounts_found(text: str) -> QuerySet[User]:
    """Users of people, by a part of their user name or name; what the administrators' rooms list."""
    rows = User.objects.exclude(roles__role=Role.SYSTEM).select_related("party").prefetch_related("roles")
    found = rows.filter(username__icontains=text) | rows.filter(display_name__icontains=text)
    return found.order_by("username", "pk").distinct()


def users_by_number(numbers: set[int]) -> dict[int, User]:
    """Who those numbers are, closed accounts included."""
    return User.objects.in_bulk(numbers)


def account_claims() -> QuerySet[AccountClaim]:
    """Claims for accounts, open and decided."""
    return AccountClaim.objects.select_related("decided_by").order_by("state", "-pk")
