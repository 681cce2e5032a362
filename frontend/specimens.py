"""Made-up figures for the page of components; nothing here is a record."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from frontend.charts.bars import Bar, BarChart
from frontend.charts.funnel import Funnel, Stage
from frontend.charts.lines import LineChart, LinePoint
from frontend.charts.progress import CountGoal, GrowthGoal
from frontend.charts.sparkline import Sparkline
from frontend.charts.tiles import Tile, TileMap
from products.presentation import Figure
from products.rules.evaluate import Verdict
from products.rules.explain import RuleResult


@dataclass(frozen=True)
class Station:
    """A station of a case, as the timeline draws it."""

    label: str
    at: datetime | None
    actor: str
    promised: date | None
    late: bool


@dataclass(frozen=True)
class Stat:
    """One counter."""

    label: str
    value: int
    unit: str
    tone: str = ""
    address: str = ""


@dataclass(frozen=True)
class Problem:
    """One mistake in a form."""

    field: str
    label: str
    message: str


_MONTHS = tuple(f"{number}月" for number in range(1, 13))
_BALANCES = ("146.1", "149.0", "152.3", "155.1", "158.9", "163.6", "167.2", "171.3", "177.2", "181.0", "186.2")
_AIMS = ("146.1", "150.1", "154.1", "158.1", "162.1", "166.1", "170.1", "174.1", "178.1", "182.1", "186.1", "190.0")

BALANCE = LineChart(
    title="人才和科创贷款余额",
    unit="亿元",
    points=tuple(
        LinePoint(label, Decimal(_BALANCES[at]) if at < len(_BALANCES) else None, Decimal(_AIMS[at]))
        for at, label in enumerate(_MONTHS)
    ),
    target_label="年末目标",
)

BROKEN = LineChart(
    title="科创企业不良率",
    unit="%",
    points=tuple(
        LinePoint(label, None if value is None else Decimal(value))
        for label, value in zip(
            ("2024Q1", "2024Q2", "2024Q3", "2024Q4", "2025Q1", "2025Q2", "2025Q3", "2025Q4"),
            ("1.42", "1.38", None, "1.31", "1.12", "1.18", "0.97", "0.94"),
            strict=True,
        )
    ),
    note="2024Q3 两家机构未报送，不按零计，线在此断开。",
)

DISBURSED = BarChart(
    title="每年发放的科创贷款",
    unit="亿元",
    bars=(
        Bar("2021", Decimal("38.4")),
        Bar("2022", Decimal("52.7")),
        Bar("2023", Decimal("61.3")),
        Bar("2024", Decimal("84.9")),
        Bar("2025", Decimal("97.2")),
        Bar("2026", Decimal("71.5"), partial=True),
    ),
    target=Decimal(90),
    target_label="年目标",
)

CHANGES = BarChart(
    title="各机构贷款余额比年初",
    unit="亿元",
    bars=(
        Bar("工商银行", Decimal("6.2")),
        Bar("农业银行", Decimal("4.8")),
        Bar("鄂尔多斯银行", Decimal("3.1")),
        Bar("建设银行", Decimal("-1.4")),
        Bar("邮储银行", None),
    ),
    note="邮储银行本季未报送。",
)

FUNNEL = Funnel(
    title="需求到放款",
    unit="件",
    stages=(
        Stage("登记需求", 1284),
        Stage("规则匹配", 1102),
        Stage("已派单", 876),
        Stage("已接单", 812),
        Stage("已授信", 341, decided=True),
        Stage("已放款", 287, decided=True),
    ),
    note="授信转化最低（42%）：缺财务报表 212 件、期限不合 96 件。审批中不计入成功。",
)

_FIRST_LOANS = (
    ("东胜区", 34, "+21%", "4.1"), ("准格尔旗", 23, "+28%", "3.6"), ("达拉特旗", 17, "+31%", "2.9"),
    ("康巴什区", 15, "+25%", "5.2"), ("鄂托克旗", 11, "+10%", "3.0"), ("乌审旗", 9, "+29%", "2.4"),
    ("伊金霍洛旗", 9, "+13%", "1.8"), ("杭锦旗", 5, "+20%", "2.1"), ("鄂托克前旗", 5, "0", "1.9"),
)  # fmt: skip

FIRST_LOANS = TileMap(
    title="各旗区首贷户",
    unit="户",
    tiles=tuple(Tile(place, value, extra=(change, density)) for place, value, change, density in _FIRST_LOANS),
    breaks=(8, 14, 20, 30),
    extra_heads=("同比", "每万户"),
    total_extra=("+23%", "3.1"),
    value_label="首贷户",
)

CLAIMS = TileMap(
    title="各旗区待核验申报",
    unit="户",
    tiles=(
        Tile("东胜区", 41), Tile("准格尔旗", 18), Tile("达拉特旗", 12), Tile("康巴什区", 9),
        Tile("鄂托克旗", 7), Tile("乌审旗", None, hidden=True), Tile("伊金霍洛旗", 16),
        Tile("杭锦旗", None, hidden=True),
    ),
    total=112,
    note="少于 5 户的不显示，并多隐一格，免得倒推。",
)  # fmt: skip

_ELAPSED = Decimal("89.6")
GOALS = (
    GrowthGoal("人才和科创贷款增速", Decimal("27.4"), Decimal(30), fact="余额 186.2 亿元"),
    GrowthGoal("首贷户增长", Decimal("23.1"), Decimal(20), fact="新增 128 户"),
    CountGoal("上市挂牌", 1, 2, _ELAPSED, "家", "在辅导 3 家"),
    CountGoal("新设基金和管理人", 3, 3, _ELAPSED, "支", "认缴 8.6 亿元"),
    CountGoal("新开发服务项目", 5, 3, _ELAPSED, "项", "贷 3，保 1，险 1"),
    CountGoal("融资对接活动", 11, 12, _ELAPSED, "次", "下次 12 月 9 日"),
    CountGoal("引进金融人才", 17, 20, _ELAPSED, "名", "在谈 2 名"),
    CountGoal("知识产权质押", None, 40, _ELAPSED, "笔", "两家机构未报送"),
)

SPARKS = (
    ("工商银行", Sparkline("工商银行近 8 季余额", (21, 22, 22, 24, 27, 29, 33, 36), " 亿元"), "36 亿元"),
    ("建设银行", Sparkline("建设银行近 8 季余额", (31, 33, 32, 30, 28, 29, 27, 26), " 亿元"), "26 亿元"),
    ("邮储银行", Sparkline("邮储银行近 8 季余额", (8, 9, None, None, 10, 12, 12, None), " 亿元"), "缺"),
)

STATS = (
    Stat("已超期", 1, "户", "clay", "#tiles"),
    Stat("今天到期", 2, "户", "", "#tiles"),
    Stat("等我回复", 1, "件", "", "#tiles"),
)

STEPS = ("资金用途", "金额与期限", "担保方式", "核对提交")

CASE = (
    Station("已派单", datetime(2026, 11, 16, 1, 20, tzinfo=UTC), "金融超市", None, False),
    Station("已接单", datetime(2026, 11, 17, 2, 20, tzinfo=UTC), "建设银行东胜支行", date(2026, 11, 17), False),
    Station("已联系", datetime(2026, 11, 23, 6, 20, tzinfo=UTC), "苏日娜", date(2026, 11, 20), True),
    Station("尽调中", None, "建设银行东胜支行", date(2026, 11, 27), False),
    Station("已授信", None, "", None, False),
    Station("已放款", None, "", None, False),
)

LATE_CASE = (
    Station("已派单", datetime(2026, 11, 16, 1, 20, tzinfo=UTC), "金融超市", None, False),
    Station("待接单", None, "工商银行康巴什支行", date(2026, 11, 17), True),
    Station("已联系", None, "", None, False),
)

PRICE = (
    Figure("额度", "≤1,000 万元", True),
    Figure("年化利率", "3.4%～4.05%", True),
    Figure("期限", "≤36 个月", True),
)


def _rule(number: int, verdict: Verdict) -> RuleResult:
    return RuleResult(f"rule-{number}", f"条件 {number}", True, verdict, "", "", (), None, None)


_VERDICTS = (Verdict.VIOLATED, *(Verdict.UNKNOWN,) * 2, *(Verdict.SATISFIED,) * 7)
RULES = tuple(_rule(number, verdict) for number, verdict in enumerate(_VERDICTS))

CONFLICT = (
    ("到场企业", "63 家", "65 家", True),
    ("场次", "1 次", "1 次", False),
    ("签约金额", "2.4 亿元", "2.1 亿元", True),
)
PROBLEMS = (Problem("sample_amount", "融资金额", "请填写 1～3000 之间的整数"),)
