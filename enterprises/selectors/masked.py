"""What an institution without consent may know of a need: kinds, bands, trade, banner and a few common tags.

Everything here comes from closed lists or is checked against who the party is, because a free text may say it.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from accounts.models import Party
from enterprises import recipients
from enterprises.facts import SetValue, Subject
from enterprises.models import Need
from enterprises.selectors.banners import banner_in
from enterprises.selectors.consents import live_consents_of
from enterprises.selectors.subjects import subject_of, subjects_of

UNSAID = "未定"
UNKNOWN = "未说明"
# Upper bounds are exclusive, in 元: 100万元 itself is in 100～500万元.
AMOUNT_BANDS = (
    (1_000_000, "100万元以下"),
    (5_000_000, "100～500万元"),
    (10_000_000, "500～1,000万元"),
    (30_000_000, "1,000～3,000万元"),
)
AMOUNT_TOP = "3,000万元以上"
# Upper bounds are inclusive, in months.
TERM_BANDS = ((6, "6个月以内"), (12, "6个月～1年"), (36, "1～3年"))
TERM_TOP = "3年以上"
# Tags so many firms bear that, with trade and banner, they name nobody.
COMMON_TAGS = ("高新技术企业", "科技型中小企业", "创新型中小企业", "专精特新", "小巨人", "瞪羚企业", "规上企业")
TALENT_TAG, LIST_TAG = "人才", "白名单"

_INDUSTRY_LENGTH = 20
_LONG_NUMBER = re.compile(r"\d{4}")
_LEGAL_FORM = re.compile(r"(股份)?(有限)?(责任)?公司$")
_SEAT = re.compile(r"^(内蒙古(自治区)?)?(鄂尔多斯市?)?")


@dataclass(frozen=True)
class MaskedNeed:
    """A need as the pool shows it. Holds nothing that says who asks, and no exact figure."""

    code: str
    kinds: tuple[str, ...]
    amount_band: str
    term_band: str
    industry: str
    banner: str
    tags: tuple[str, ...]


def masked_need(need: Need) -> MaskedNeed:
    """``need`` without who asks for it, the exact amount or the purpose."""
    return _masked(need, subject_of(need.party, need))


def open_pool(institution: Party) -> list[MaskedNeed]:
    """Open needs ``institution`` may grab, newest first: those it holds no live consent for, none of its own.

    Empty for an institution that does not serve the city. A need whose own code says who asks stays out of the pool.
    The number of queries does not depend on the number of needs.
    """
    if not recipients.may_receive(institution):
        return []
    consented = live_consents_of(institution).values("need_id")
    waiting = Need.objects.filter(state=Need.State.OPEN).exclude(pk__in=consented).exclude(party=institution)
    needs = [
        need
        for need in waiting.select_related("party").order_by("-created_at", "-pk")
        if not says_who(need.code, need.party)
    ]
    return masked_needs(needs)


def amount_band(amount: int | None) -> str:
    """The band of an amount in 元."""
    if amount is None:
        return UNSAID
    return next((label for bound, label in AMOUNT_BANDS if amount < bound), AMOUNT_TOP)


def term_band(months: int | None) -> str:
    """The band of a term in months."""
    if months is None:
        return UNSAID
    return next((label for bound, label in TERM_BANDS if months <= bound), TERM_TOP)


def says_who(text: str, party: Party) -> bool:
    """True when ``text`` holds the party's code, its name, or its name without seat and legal form."""
    plain = _plain(text)
    name = _LEGAL_FORM.sub("", _plain(party.name))
    telling = {_plain(party.code), _plain(party.name), name, _SEAT.sub("", name)}
    return any(len(part) > 1 and part in plain for part in telling)


def masked_needs(needs: Iterable[Need]) -> list[MaskedNeed]:
    """:func:`masked_need` of many, in a few queries."""
    wanted = list(needs)
    subjects = subjects_of(wanted)
    return [_masked(need, subjects[need.pk]) for need in wanted]


def _masked(need: Need, subject: Subject) -> MaskedNeed:
    return MaskedNeed(
        code=need.code,
        kinds=tuple(need.kinds),
        amount_band=amount_band(need.amount),
        term_band=term_band(need.term_months),
        industry=_industry(subject, need.party),
        banner=_banner(subject),
        tags=public_tags(subject),
    )


def _industry(subject: Subject, party: Party) -> str:
    industry = subject.values.get("industry")
    if not isinstance(industry, str) or not industry or len(industry) > _INDUSTRY_LENGTH:
        return UNKNOWN
    return UNKNOWN if _LONG_NUMBER.search(industry) or says_who(industry, party) else industry


def _banner(subject: Subject) -> str:
    """The banner; a park, which has few firms, is shown as the banner that hosts it."""
    known = subject.values.get("places")
    return (banner_in(known) if isinstance(known, SetValue) else "") or UNKNOWN


def public_tags(subject: Subject) -> tuple[str, ...]:
    """Common tags, 人才 and 白名单, as far as ``subject`` is known to bear them."""
    tags, titles = subject.values.get("tags"), subject.values.get("leader_titles")
    held = tags.yes if isinstance(tags, SetValue) else frozenset()
    shown = [tag for tag in COMMON_TAGS if tag in held]
    if isinstance(titles, SetValue) and titles.yes:
        shown.append(TALENT_TAG)
    if subject.values.get("on_whitelist") is True:
        shown.append(LIST_TAG)
    return tuple(shown)


def _plain(text: str) -> str:
    return re.sub(r"[\s()（）\-_]", "", unicodedata.normalize("NFKC", text)).casefold()
