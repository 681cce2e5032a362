"""From the log-in to a figure in the ledger: a firm, a talent and a team, with bank, officer and office, by hand."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from tests.journeys.browser.site import DESKTOP, PHONE, Watch, context_of, sideways

CONFIRMED = re.compile(r"本年经确认首贷(\d+)笔")
SHANGHAI = timedelta(hours=8)


def today():
    return datetime.now(UTC) + SHANGHAI


@pytest.fixture
def at(browser, site):
    """A page of one user: logged in by cookie, watched, closed at the end; nothing it did by itself may be wrong."""
    opened = []

    def page_of(user, **options):
        watch = Watch(site.base)
        context = context_of(browser, site, user, **options)
        context.set_default_timeout(15_000)
        opened.append((context, watch, user))
        return watch.over(context.new_page())

    yield page_of
    noticed = [f"{user}: {fault}" for _, watch, user in opened for fault in watch.taken()]
    for context, _, _ in opened:
        context.close()
    assert noticed == []


def press(page, name):
    """Press the first button or link with these words in the body of the page."""
    main = page.locator("main")
    main.get_by_role("button", name=name).or_(main.get_by_role("link", name=name)).first.click()
    page.wait_for_load_state()
    assert page.locator(".problems").count() == 0, page.locator(".problems").inner_text()
    assert sideways(page) == []


def log_in(page, site, user, password):
    page.goto(f"{site.base}/login/")
    page.get_by_label("用户名").fill(user)
    page.get_by_label("密码").fill(password)
    press(page, "登录")


def register_need(page, site, *, purpose, amount="120"):
    """The form of one need; returns its code."""
    page.goto(f"{site.base}/me/needs/new/")
    page.locator("[name=kinds][value=贷]").check()
    page.get_by_label("金额（万元）").fill(amount)
    page.get_by_label("期限（月）").fill("12")
    page.get_by_label("用途").fill(purpose)
    page.locator("[name=guarantees][value=信用]").check()
    press(page, "保存并对照产品")
    page.goto(f"{site.base}/me/needs/")
    card = page.locator(".need-card", has_text=purpose)
    return re.search(r"N\d{8}-\w+", card.inner_text())[0]


def apply(page, site, need, product="YD01"):
    """Consent off until ticked, then consent and application in one press; returns the referral's code."""
    page.goto(f"{site.base}/me/needs/{need}/apply/?product={product}")
    box = page.locator("[name=agreed]")
    assert not box.is_checked()
    box.check()
    press(page, "授权并申请")
    return re.search(r"R\d{8}-\w+", page.locator(".track").first.inner_text())[0]


def bank_lends(page, site, referral, *, serial, kind):
    """Accept, contact, assess, approve, sign; then the money with a first-loan claim."""
    page.goto(f"{site.base}/desk/referrals/{referral}/")
    press(page, "接单")
    press(page, "记为“已联系”")
    press(page, "记为“尽调中”")
    page.get_by_label("批复金额（万元）").fill("100")
    press(page, "记为“已授信”")
    press(page, "记为“已签约”")
    press(page, "登记放款")
    day = today()
    for label, value in (
        ("业务流水号", serial),
        ("金额（万元）", "100"),
        ("发放日期", f"{day:%Y-%m-%d}"),
        ("期限（月）", "12"),
        ("到期日", f"{day + timedelta(days=365):%Y-%m-%d}"),
        ("年化利率（%）", "3.45"),
        ("业务品种", kind),
        ("征信查询日期", f"{day:%Y-%m-%d}"),
        ("查询经办人", "钱经办"),
    ):
        page.get_by_label(label, exact=True).fill(value)
    page.locator("[name=guarantees][value=信用]").check()
    page.locator("[name=claimed]").check()
    page.locator("[name=found_none]").check()
    press(page, re.compile("^登记$"))
    assert "首贷" in page.locator("main").inner_text()


def names_bearer(page, site, team, bearer):
    """A team has no legal person: the office says who borrows for it."""
    page.goto(f"{site.base}/office/officers/parties/{team}/")
    page.get_by_label("企业信用代码或个人人才编码").fill(bearer)
    press(page, "登记承贷人")
    assert "已登记承贷人" in page.locator("main").inner_text()


def officer_logs(page, site, party, content):
    """The officer finds the party on the own list and writes one service; the day is today's by itself."""
    page.goto(f"{site.base}/officer/cases/")
    page.get_by_role("link", name=party).first.click()
    page.locator("[name=way][value=phone]").check()
    page.locator("[name=content]").fill(content)
    page.locator("main form", has=page.locator("[name=content]")).locator("button[type=submit]").first.click()
    page.wait_for_load_state()
    assert page.locator(".problems").count() == 0, page.locator(".problems").inner_text()
    assert content in page.locator("main").inner_text()


def decide(page, site, party, action):
    """One decision of the office on the party's claim."""
    page.goto(f"{site.base}/office/first-loans/")
    around = "ancestor::*[self::li or self::tr or self::article or self::form]"
    page.locator(f"//main//button[@value='{action}'][{around}[contains(., '{party}')]]").first.click()
    page.wait_for_load_state()


def confirmed_in_ledger(page, site):
    """The figure of this quarter's ledger."""
    page.goto(f"{site.base}/ledger/")
    found = CONFIRMED.search(page.locator("main").inner_text())
    return int(found[1]) if found else 0


CASES = {
    "firm": ("qiye1", "流动资金贷款"),
    "talent": ("rencai2", "个人经营性贷款"),
    "team": ("tuandui2", "个人经营性贷款"),
}


@pytest.mark.parametrize("who", CASES)
def test_from_a_need_to_a_figure_in_the_ledger(who, site, at):
    user, kind = CASES[who]
    office, signer = at("jinrongban1"), at("jinrongban2")
    before = confirmed_in_ledger(office, site)
    seeker, bank, officer = at(user), at("yinhang1"), at("tepai1")
    need = register_need(seeker, site, purpose=f"订单备料（{who}）")
    referral = apply(seeker, site, need)
    party = seeker.locator(".who").inner_text().strip()
    if who == "team":
        names_bearer(office, site, site.codes["team"], site.codes["party"])
    bank_lends(bank, site, referral, serial=f"LS-{who}", kind=kind)
    officer_logs(officer, site, party, f"陪同办理放款（{who}）")
    decide(office, site, party, "verify")
    assert confirmed_in_ledger(office, site) == before  # the second person has not confirmed yet
    decide(signer, site, party, "confirm")
    assert "已确认首贷" in signer.locator("main").inner_text()
    assert confirmed_in_ledger(office, site) == before + 1
    seeker.goto(f"{site.base}/me/needs/{need}/")
    assert "已放款" in seeker.locator(".track").inner_text()


# Short journeys of each portal, at both widths, with and without scripts.
WIDTHS = pytest.mark.parametrize("width", [DESKTOP, PHONE])
SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["js", "no-js"])


@WIDTHS
@SCRIPTS
def test_a_firm_finds_reads_applies_and_takes_its_consent_back(width, scripts, site, at):
    page = at("qiye2", width=width, scripts=scripts)
    page.goto(f"{site.base}/")
    page.get_by_label("查找产品").fill("500万 知识产权质押")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/products/"))
    assert "已理解为" in page.locator("main").inner_text()
    page.locator(".card h3 a").first.click()
    assert page.locator("h1").inner_text()
    need = register_need(page, site, purpose=f"设备更新 {width} {scripts}")
    apply(page, site, need, "YD04")
    page.goto(f"{site.base}/me/consents/")
    page.locator("tr", has_text=need).get_by_role("link", name="撤回").click()
    press(page, "撤回")
    assert page.locator("tbody tr", has_text=need).count() == 0


@WIDTHS
@SCRIPTS
def test_a_bank_asks_for_a_need_of_the_pool_and_drafts_a_product(width, scripts, site, at):
    page = at("yinhang1", width=width, scripts=scripts)
    page.goto(f"{site.base}/desk/pool/")
    before = page.locator(".day-card").count()
    press(page, "抢单，请企业授权")
    assert "已请企业授权" in page.locator("main").inner_text()
    assert page.locator(".day-card").count() <= before
    page.goto(f"{site.base}/desk/products/new/")
    page.get_by_label("类别").select_option("贷")
    page.get_by_label("产品名称").fill(f"试验贷 {width} {scripts}（演示）")
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_load_state()
    assert page.locator(".problems").count() == 0
    assert f"试验贷 {width} {scripts}" in page.locator("main").inner_text()


@WIDTHS
@SCRIPTS
def test_an_officer_logs_a_service(width, scripts, site, at):
    page = at("tepai1", width=width, scripts=scripts)
    page.goto(f"{site.base}/officer/cases/")
    party = page.locator("main tbody a[href*='/officer/cases/'], main li a[href*='/officer/cases/']").first.inner_text()
    officer_logs(page, site, party, f"电话了解进度 {width} {scripts}")


@WIDTHS
@SCRIPTS
def test_the_office_opens_its_desk_plan_and_ledger_and_takes_the_workbook(width, scripts, site, at):
    page = at("jinrongban1", width=width, scripts=scripts)
    page.goto(f"{site.base}/office/first-loans/")
    assert "首贷" in page.locator("h1").inner_text()
    page.goto(f"{site.base}/plan/")
    page.goto(f"{site.base}/ledger/")
    page.locator("select[name=quarter]").select_option("2023Q1")
    press(page, "查看")
    page.wait_for_url(re.compile("/ledger/2023Q1/"))
    with page.expect_download() as download:
        page.locator("a[href$='/xlsx/']").first.click()
    assert download.value.suggested_filename.endswith(".xlsx")


def test_the_log_in_by_hand_opens_the_own_portal(site, at, password):
    for user, landing in (("qiye1", "/me/"), ("yinhang1", "/desk/"), ("tepai1", "/officer/")):
        page = at("-", width=PHONE)
        log_in(page, site, user, password)
        assert page.url == f"{site.base}{landing}"
