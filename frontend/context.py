"""What every page needs to know of its reader: which portal, which tabs, which is current, whose name."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from accounts.models import Role, User
from accounts.selectors import unread_count

Tab = tuple[str, str]

HOME: Tab = ("home", "首页")
PRODUCTS: Tab = ("products", "找产品")
PLAN: Tab = ("plan", "工作方案")
LEDGER: Tab = ("ledger", "台账")
MATCHES: Tab = ("matches", "我的匹配")
NEEDS: Tab = ("needs", "我的需求")
FACTS: Tab = ("facts", "我的资料")

TODAY: Tab = ("me", "今日")
CONSENTS: Tab = ("consents", "我的授权")
DESK: Tab = ("desk", "今日")
INBOX: Tab = ("desk_inbox", "派单")
POOL: Tab = ("desk_pool", "抢单池")
SHELF: Tab = ("desk_products", "本机构产品")

PUBLIC_TABS = (HOME, PRODUCTS)
FIRM_TABS = (TODAY, PRODUCTS, MATCHES, NEEDS, CONSENTS, FACTS)
FIRST_LOANS: Tab = ("first_loans", "首贷核验")
COCKPIT: Tab = ("office", "驾驶舱")
WHITELIST: Tab = ("whitelist", "白名单")
OFFICERS: Tab = ("officers", "特派员")
POSTINGS: Tab = ("postings", "记账")
JOBS: Tab = ("jobs", "后台任务")
ASKED: Tab = ("office_search", "检索用语")
GAPS: Tab = ("gaps", "缺口")
CLAIMS: Tab = ("account_claims", "账号申领")
OFFICE_TABS = (
    COCKPIT,
    LEDGER,
    GAPS,
    WHITELIST,
    OFFICERS,
    FIRST_LOANS,
    POSTINGS,
    CLAIMS,
    JOBS,
    ASKED,
    PLAN,
    PRODUCTS,
)
LEAD_TABS = (COCKPIT, LEDGER, WHITELIST, POSTINGS, PLAN, PRODUCTS)
OFFICER_TABS = (("officer", "今日"), ("officer_cases", "我的户"), ("officer_log", "记一笔"))
STAFF_TABS = (PRODUCTS, PLAN, LEDGER)
PUSHES: Tab = ("desk_whitelist", "白名单")
CONNECT: Tab = ("connect", "系统对接")
DESK_TABS = (DESK, INBOX, POOL, PUSHES, SHELF, CONNECT, *STAFF_TABS)

# First portal whose roles the reader holds: (name under the mark, roles, tabs).
PORTALS: tuple[tuple[str, tuple[str, ...], tuple[Tab, ...]], ...] = (
    ("企业与人才", (Role.FIRM, Role.TALENT), FIRM_TABS),
    ("金融办", (Role.OFFICE, Role.OFFICE_SIGNER), OFFICE_TABS),
    ("牵头单位", (Role.LEAD_UNIT,), LEAD_TABS),
    ("金融机构", (Role.BANK_MAKER, Role.BANK_CHECKER), DESK_TABS),
    ("特派员", (Role.OFFICER,), (*OFFICER_TABS, *STAFF_TABS)),
    ("系统管理", (Role.SYSTEM_ADMIN,), (("system", "用户"),)),
    ("安全管理", (Role.SECURITY_ADMIN,), (("security", "岗位与锁定"),)),
    ("审计", (Role.AUDIT_ADMIN,), (("audit", "审计日志"),)),
)

# Pages without a tab of their own stand under the tab they were reached from.
UNDER = {
    "product": "products",
    "need_new": "needs",
    "need_edit": "needs",
    "need": "needs",
    "apply": "needs",
    "referral_consent": "needs",
    "referral_withdraw": "needs",
    "consent_withdraw": "consents",
    "desk_referral": "desk_inbox",
    "desk_financing": "desk_inbox",
    "desk_product": "desk_products",
    "desk_product_new": "desk_products",
    "desk_product_edit": "desk_products",
    "desk_product_rules": "desk_products",
    "office_indicator": "office",
    "office_waiting": "office",
    "gap_needs": "gaps",
    "gap_products": "gaps",
    "officer_case": "officer_cases",
    "facts_edit": "facts",
    "own_data": "facts",
    "erase": "facts",
    "synonyms": "office_search",
    "saved_searches": "products",
    "ledger_quarter": "ledger",
    "filing": "ledger",
    "filing_row": "ledger",
    "whitelist_publish": "whitelist",
    "whitelist_confirm": "whitelist",
    "whitelist_batch": "whitelist",
    "whitelist_push": "whitelist",
    "whitelist_exit": "whitelist",
    "whitelist_pushed": "whitelist",
    "desk_push": "desk_whitelist",
    "officer_new": "officers",
    "officer_of_roster": "officers",
    "assignment": "officers",
    "posting_new": "postings",
    "posting_reverse": "postings",
    "job": "jobs",
    "job_new": "jobs",
    "account_claim_decide": "account_claims",
    "connect_deliveries": "connect",
}


@dataclass(frozen=True)
class NavItem:
    """One tab of the header."""

    label: str
    url: str
    current: bool


def portal(request: HttpRequest) -> dict[str, object]:
    """``portal`` for templates: ``name``, ``nav``, ``who`` (empty for a visitor), messages ``unread``."""
    name, who, unread = "", "", 0
    tabs: tuple[Tab, ...] = PUBLIC_TABS
    # An error before the log-in middleware leaves a request without a user.
    user = getattr(request, "user", None)
    if isinstance(user, User):
        name, tabs = _portal_of(user)
        who = user.party.name if user.party else str(user)
        unread = unread_count(user)
    here = request.resolver_match.url_name if request.resolver_match else None
    current = UNDER.get(here or "", here)
    nav = [NavItem(label, reverse(f"frontend:{view}"), view == current) for view, label in tabs]
    return {"portal": {"name": name, "nav": nav, "who": who, "unread": unread, "outside": outside_log_ins()}}


def outside_log_ins() -> list[dict[str, str]]:
    """Ways in that the environment set up (政务统一身份认证), or none; the library would ask a table on every page."""
    found = settings.SOCIALACCOUNT_PROVIDERS.get("openid_connect", {}).get("APPS", ())
    return [{"name": app["name"], "url": reverse("openid_connect_login", args=[app["provider_id"]])} for app in found]


def landing(user: User) -> str:
    """Where a reader's portal opens after the log-in: its first tab, what there is to do today where it has one."""
    return reverse(f"frontend:{_portal_of(user)[1][0][0]}")


def _portal_of(user: User) -> tuple[str, tuple[Tab, ...]]:
    for name, roles, tabs in PORTALS:
        if user.has_role(*roles):
            return name, tabs
    return "", STAFF_TABS
