"""待我办: what this reader must see to today, each with a due tag, a fact and where it is done."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Min
from django.urls import reverse

from accounts.models import User
from accounts.policies import OFFICE_ROLES
from common import clock
from enterprises.selectors.whitelist import leaving_soon
from ledger import quarters
from ledger.board import late_measures, next_report
from ledger.models import Plan
from ledger.standing import VERBS, Turn, is_filed, open_reports, standings, turns
from matching.cases.selectors_office import claim_work, overdue_referrals, without_officer
from products.selectors import unconfirmed_versions
from talents.selectors import ending_soon

SOON_DAYS = 30


@dataclass(frozen=True)
class Todo:
    """One thing to do. ``tone`` of the due tag: clay is late, '' presses, ink waits; ``day`` sorts."""

    due: str
    tone: str
    title: str
    fact: str
    url: str
    day: date | None = None


@dataclass(frozen=True)
class WaitingRow:
    """One line of a waiting list."""

    name: str
    fact: str
    day: date | None
    url: str = ""


@dataclass(frozen=True)
class WaitingList:
    """A list behind a count of the strip; ``read`` gives rows that can be cut into pages, ``row`` one line of it."""

    title: str
    hint: str
    day_label: str
    read: Callable[[User], Any]
    row: Callable[[Any], WaitingRow]


WAITING: dict[str, WaitingList] = {
    "referrals": WaitingList(
        "超期派单",
        "机构到期没有办的派单，企业没有欠材料。请催办；待响应的逾期后自动转给企业已授权的其他机构。",
        "应办结日",
        overdue_referrals,
        lambda row: WaitingRow(row.institution.name, f"{row.code}，{row.get_state_display()}", row.due_on),
    ),
    "officers": WaitingList(
        "没有特派员的户",
        "在白名单内、还没有指派特派员的企业和人才。",
        "",
        lambda user: without_officer(),
        lambda party: WaitingRow(party.name, party.code, None),
    ),
    "products": WaitingList(
        "未按期确认的产品",
        "本地产品每季由机构确认一次，过期在货架上标“未按期确认”。请联系机构。",
        "最近确认",
        lambda user: unconfirmed_versions(clock.today()),
        lambda row: WaitingRow(
            row.name,
            row.product.institution.name if row.product.institution else "",
            row.confirmed_on,
            reverse("frontend:product", args=[row.product.code]),
        ),
    ),
    "roster": WaitingList(
        "聘期将满的特派员",
        f"{SOON_DAYS} 天内聘期届满，请办理续聘或把服务的户转给他人。",
        "聘期至",
        lambda user: ending_soon(SOON_DAYS),
        lambda row: WaitingRow(row.user.display_name, row.employer.name, row.until),
    ),
    "exits": WaitingList(
        "将退出白名单的户",
        f"{SOON_DAYS} 天内退出，请通知推荐单位和已推送的银行。",
        "退出日",
        lambda user: leaving_soon(clock.today(), SOON_DAYS),
        lambda row: WaitingRow(row.party.name, f"{row.batch.code}：{row.exit_reason}", row.exit_on),
    ),
}


def todos(user: User, plan: Plan) -> list[Todo]:
    """Late ones first, then by day, then what has no day."""
    office = user.has_role(*OFFICE_ROLES)
    found = [*_measures(user, plan, office), *_filing(user), *_report(plan)]
    if office:
        found += [*_claims(user), *_referrals(user), *_lists()]
    return sorted(found, key=lambda item: (item.tone != "clay", item.day or date.max))


def _claims(user: User) -> Iterable[Todo]:
    work, url = claim_work(user), reverse("frontend:first_loans")
    since = f"最早一笔 {work.oldest:%Y-%m-%d} 建立" if work.oldest else ""
    if work.to_confirm:
        yield Todo("待审签", "", f"确认首贷 {work.to_confirm} 笔", "已由另一人核验，您可以确认", url)
    if work.to_verify:
        yield Todo("待核验", "", f"核验首贷申报 {work.to_verify} 笔", since, url)
    if work.doubtful:
        yield Todo("存疑", "", f"处理存疑首贷 {work.doubtful} 笔", since, url)


def _measures(user: User, plan: Plan, office: bool) -> Iterable[Todo]:
    """One cell for all of them: the oldest is named, the ledger shows the rest."""
    late = late_measures(plan, None if office else user.party_id or 0)
    if late:
        first = late[0]
        more = f"，另有 {len(late) - 1} 项" if len(late) > 1 else ""
        yield Todo(
            f"已过 {-(first.state.days or 0)} 天",
            "clay",
            f"第 {first.number} 项没有完成记录{more}",
            first.state.what,
            f"{reverse('frontend:plan')}#m{first.number}",
            first.state.day,
        )


def _report(plan: Plan) -> Iterable[Todo]:
    report = next_report(plan)
    if report is not None and not is_filed(plan, report.quarter):
        left = report.working_days
        words = f"还有 {left} 个工作日" if left else "今天截止"
        yield Todo(
            words,
            "" if left <= 1 else "ink",
            f"报送{report.quarter.label}台账",
            f"{'暂定 ' if report.tentative else ''}{report.day:%Y-%m-%d} 前，季度结束后第 5 个工作日",
            reverse("frontend:ledger_quarter", args=[str(report.quarter)]),
            report.day,
        )


def _filing(user: User) -> Iterable[Todo]:
    """Rows of open reports that wait for this reader."""
    for report in open_reports():
        quarter = quarters.parse(report.quarter)
        due = quarters.due(quarter).day
        waiting = turns(user, standings(report))
        said = "、".join(f"{verb} {waiting[what]} 项" for what, verb in VERBS.items() if waiting[what])
        said = "可以审签" if waiting[Turn.SIGN] else said
        if said:
            late = due < clock.today()
            yield Todo(
                "已过时限" if late else f"{due.month} 月 {due.day} 日",
                "clay" if late else "",
                f"{quarter.label}台账：{said}",
                "填完、审核完才能审签报送",
                reverse("frontend:filing", args=[report.quarter]),
                due,
            )


def _referrals(user: User) -> Iterable[Todo]:
    found = overdue_referrals(user).order_by().aggregate(count=Count("pk"), oldest=Min("due_on"))
    if found["count"]:
        fact = f"最早一件 {found['oldest']:%Y-%m-%d} 到期，请催办"
        yield Todo("已超期", "clay", f"超期派单 {found['count']} 件", fact, _list("referrals"), found["oldest"])


def _lists() -> Iterable[Todo]:
    if count := without_officer().count():
        yield Todo("待指派", "ink", f"{count} 户还没有特派员", "白名单内的企业和人才", _list("officers"))
    if count := unconfirmed_versions(clock.today()).count():
        yield Todo("待确认", "", f"{count} 款产品未按期确认", "联系机构确认，或暂停办理", _list("products"))
    if ending := list(ending_soon(SOON_DAYS)):
        yield _by_day(f"{len(ending)} 名特派员聘期将满", "续聘，或转交服务的户", "roster", ending[0].until)
    if leaving := list(leaving_soon(clock.today(), SOON_DAYS)):
        yield _by_day(f"{len(leaving)} 户将退出白名单", "通知推荐单位和银行", "exits", leaving[0].exit_on)


def _by_day(title: str, fact: str, name: str, day: date | None) -> Todo:
    words = f"{day.month} 月 {day.day} 日" if day else ""
    return Todo(words, "ink", title, fact, _list(name), day)


def _list(name: str) -> str:
    return reverse("frontend:office_waiting", args=[name])


def waiting_rows(kind: WaitingList, rows: Iterable[Any]) -> list[WaitingRow]:
    """A page of ``kind`` as lines."""
    return [kind.row(row) for row in rows]
