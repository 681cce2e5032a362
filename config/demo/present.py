"""The last weeks as people would have made them: needs, consents, referrals, services, first loans; all made up.

What happened is in present.yaml, in working days before the day of loading; here each line goes through the services
people use, in order of time, with the clock set back.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

from accounts.models import Party, Role, User
from accounts.selectors import party_by_code
from accounts.services import system_actor, user_create
from common import clock
from common.errors import Invalid
from common.workdays import calendar, nth_working_day_after
from config.demo import city, town
from enterprises.models import Need
from enterprises.selectors import need_by_code
from enterprises.services import consent_give, contact_record, need_register
from matching.cases.applying import Attestation, apply_to, disbursement_record
from matching.cases.first_loans import first_loan_confirm, first_loan_verify
from matching.cases.liaison import liaison_assign, service_log_write
from matching.cases.opening import Channel, referral_create, referral_grab
from matching.cases.referrals import (
    lapse_overdue,
    referral_advance,
    referral_pause,
    referral_refuse,
    referral_withdraw,
)
from matching.models import FirstLoanClaim, Referral
from products.models import ProductVersion
from products.selectors import listed_versions
from talents.models import LiaisonOfficer
from talents.services import officer_appoint, team_bearer_set

DATA = yaml.safe_load((Path(__file__).parent / "present.yaml").read_text("utf-8"))
WAN = 10_000
# Officers were appointed some weeks before; whom they got lately is new to them.
APPOINTED, LATELY = 25, 2


@transaction.atomic
def build() -> None:
    """All of it in one transaction; does nothing when the officers serve already."""
    if LiaisonOfficer.objects.filter(user__username=DATA["officers"][0]["login"]).exists():
        return
    cast = _Cast()
    acts = sorted(_acts(cast), key=lambda act: -act[0])
    days = {number: day_before(number) for number, _ in acts}
    for number, act in acts:
        with clock.at(days[number]):
            act()


def day_before(days: int) -> date:
    """The day ``days`` working days before today; days to come are negative, 0 is today."""
    day, works = clock.today(), calendar()
    if days < 0:
        return nth_working_day_after(day, -days).day
    while days:
        day -= timedelta(days=1)
        days -= works(day)
    return day


class _Cast:
    """Who plays: parties by their short names, one user for each, the shelf by product code."""

    def __init__(self) -> None:
        self.actor = system_actor("演示")
        self._firms = city.firms(town.REGISTERED_ON)
        self.shelf: dict[str, ProductVersion] = {version.product.code: version for version in listed_versions()}
        self.today = clock.today()

    def party(self, name: str) -> Party:
        kind, _, number = name.partition(":")
        found = party_by_code(self._firms[int(number) - 1].uscc if kind == "firm" else name)
        if found is None:
            raise Invalid(f"演示主体“{name}”不存在。")
        return found

    def seeker(self, party: Party) -> User:
        """The party's own user; consents and applications are nobody else's to give."""
        role = Role.FIRM if party.kind == Party.Kind.ENTERPRISE else Role.TALENT
        user = User.objects.filter(party=party).order_by("pk").first()
        return user or user_create(
            actor=self.actor,
            username=f"演示经办{party.pk}",
            password=None,
            display_name="企业经办",
            party=party,
            roles=[role],
        )

    def clerk(self, institution: Party) -> User:
        return User.objects.filter(party=institution, username__startswith="经办").get()

    def officer(self, party: Party) -> LiaisonOfficer:
        return party.assignments.get(ended_on=None).officer

    def need(self, code: str) -> Need:
        found = need_by_code(code)
        if found is None:
            raise Invalid(f"演示需求“{code}”不存在。")
        return found


Act = tuple[int, Callable[[], object]]


def _acts(cast: _Cast) -> Iterator[Act]:
    """Everything that happened, as (working days ago, what is done); acts of one day keep this order."""
    for item in DATA["officers"]:
        yield APPOINTED, partial(_appoint, cast, item)
        yield LATELY, partial(_assign, cast, item["login"], item["new"])
    for team, bearer in DATA["bearers"].items():
        yield APPOINTED, partial(_name_bearer, cast, team, bearer)
    for firm, (name, phone) in DATA["contacts"].items():
        yield APPOINTED, partial(_name_contact, cast, firm, name, phone)
    for item in DATA["needs"]:
        yield item["day"], partial(_register, cast, item)
    for item in DATA["referrals"]:
        story = _Story(cast, item)
        for line in item["steps"].split(", "):
            days, step, *words = line.split(" ")
            yield int(days), partial(story.do, step, " ".join(words))
    for number, item in enumerate(DATA["services"], start=1):
        yield item["day"], partial(_serve, cast, item, number)


def _appoint(cast: _Cast, item: Mapping[str, Any]) -> None:
    user = User.objects.select_related("party").get(username=item["login"])
    if user.party is None:
        raise Invalid(f"演示特派员“{item['login']}”没有派出单位。")
    officer_appoint(actor=cast.actor, user=user, employer=user.party, capacity=item["capacity"], since=clock.today())
    _assign(cast, item["login"], item["parties"])


def _assign(cast: _Cast, login: str, names: list[str]) -> None:
    officer = LiaisonOfficer.objects.get(user__username=login)
    for name in names:
        liaison_assign(actor=cast.actor, party=cast.party(name), officer=officer)


def _name_bearer(cast: _Cast, team: str, bearer: str) -> None:
    team_bearer_set(actor=cast.actor, team=cast.party(team), bearer=cast.party(bearer))


def _name_contact(cast: _Cast, firm: str, name: str, phone: str) -> None:
    party = cast.party(firm)
    contact_record(actor=cast.seeker(party), party=party, name=name, phone=phone)


def _register(cast: _Cast, item: Mapping[str, Any]) -> None:
    party = cast.party(item["who"])
    need_register(
        actor=cast.seeker(party),
        party=party,
        kinds=item["kinds"],
        amount=item["amount"] * WAN,
        term_months=item["months"],
        purpose=f"{item['purpose']}（演示）",
        guarantees=item["guarantees"],
        code=item["code"],
    )


def _serve(cast: _Cast, item: Mapping[str, Any], number: int) -> None:
    party = cast.party(item["who"])
    with clock.at(cast.today):
        next_on = day_before(-item["next"])
    service_log_write(
        actor=cast.officer(party).user,
        party=party,
        happened_on=clock.today(),
        way=item["way"],
        content=f"{item['content']}（演示）",
        next_step=item["step"],
        next_on=next_on,
        client_key=f"demo-service-{number}",
    )


@dataclass
class _Story:
    """One line of the file: a need before an institution, and whatever followed."""

    cast: _Cast
    item: Mapping[str, Any]
    _at: Referral | None = field(default=None)

    def do(self, step: str, word: str) -> None:
        """Do one step today, as whoever it belongs to."""
        steps: dict[str, Callable[[], object]] = {
            "apply": self._apply,
            "dispatch": self._dispatch,
            "grab": self._grab,
            "refuse": lambda: referral_refuse(actor=self._clerk, referral=self._now, reason=word),
            "pause": lambda: referral_pause(actor=self._clerk, referral=self._now, reason=f"{word}（演示）"),
            "withdraw": lambda: referral_withdraw(actor=self._seeker, referral=self._now),
            "lapse": lambda: lapse_overdue(actor=system_actor("时限")),
            "pay": self._pay,
            "verify": lambda: first_loan_verify(actor=User.objects.get(username="jinrongban1"), claim=self._claim),
            "confirm": lambda: first_loan_confirm(actor=User.objects.get(username="jinrongban2"), claim=self._claim),
        }
        if step in steps:
            steps[step]()
        else:
            amount = self._amount if step == Referral.State.APPROVED else None
            referral_advance(actor=self._clerk, referral=self._now, to=step, approved_amount=amount)

    def _apply(self) -> None:
        version = self.cast.shelf[self.item["product"]]
        self._at, _ = apply_to(actor=self._seeker, need=self._need, version=version, agreed=True)
        for code in self.item.get("also", ()):
            consent_give(actor=self._seeker, need=self._need, institution=self._maker(code))

    def _dispatch(self) -> None:
        need, version = self._need, self.cast.shelf[self.item["product"]]
        institution = self._maker(self.item["product"])
        consent_give(actor=self._seeker, need=need, institution=institution)
        self._at = referral_create(
            actor=self.cast.officer(need.party).user,
            need=need,
            institution=institution,
            version=version,
            channel=Channel.DISPATCHED,
        )

    def _grab(self) -> None:
        institution = self._maker(self.item["product"])
        clerk = self.cast.clerk(institution)
        self._at = referral_grab(actor=clerk, need_code=self.item["need"], institution=institution)

    def _pay(self) -> None:
        day = clock.today()
        found_none = Attestation(day - timedelta(days=12), self._clerk.display_name, ())
        disbursement_record(
            actor=self._clerk,
            referral=self._now,
            attested=found_none if self.item.get("first") else None,
            serial=f"YS{self.item['need'][2:]}-{self.item['product']}",
            amount=self._amount,
            disbursed_on=day,
            credit_kind=self.item["credit"],
            rate_bp=self.item.get("rate"),
            term_months=self._need.term_months,
            guarantees=self.item["guarantees"],
            ip_registration_no=self.item.get("pledge", ""),
        )

    @property
    def _now(self) -> Referral:
        """The referral of whoever has the need now, after moving on; services read its state themselves."""
        if self._at is None:
            raise Invalid(f"演示派单 {self.item['need']} 还没有开始。")
        rows = Referral.objects.select_related("need__party", "institution", "version__product")
        while moved := rows.filter(moved_from=self._at).first():
            self._at = moved
        return self._at

    @property
    def _need(self) -> Need:
        return self.cast.need(self.item["need"])

    @property
    def _seeker(self) -> User:
        return self.cast.seeker(self._need.party)

    @property
    def _clerk(self) -> User:
        return self.cast.clerk(self._now.institution)

    @property
    def _amount(self) -> int:
        return int(self.item["amount"]) * WAN

    @property
    def _claim(self) -> FirstLoanClaim:
        return FirstLoanClaim.objects.get(financing__need=self._need, institution=self._now.institution)

    def _maker(self, product: str) -> Party:
        institution = self.cast.shelf[product].product.institution
        if institution is None:
            raise Invalid(f"演示产品 {product} 没有机构。")
        return institution
