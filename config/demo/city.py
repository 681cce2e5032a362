"""Eighty made-up firms and thirty made-up talents of the nine banners and two parks, from one fixed seed."""

import random
from dataclasses import dataclass, field
from datetime import date, timedelta

from stdnum.cn import uscc

SEED = 20221205

# (place, administrative code, number of firms)
PLACES = (
    ("东胜区", "150602", 16),
    ("康巴什区", "150603", 10),
    ("达拉特旗", "150621", 7),
    ("准格尔旗", "150622", 8),
    ("鄂托克前旗", "150623", 3),
    ("鄂托克旗", "150624", 5),
    ("杭锦旗", "150625", 3),
    ("乌审旗", "150626", 6),
    ("伊金霍洛旗", "150627", 8),
    ("鄂尔多斯高新技术产业开发区", "150603", 8),
    ("蒙苏经济开发区", "150627", 6),
)
BRANDS = "蒙原 朔云 鸿雁 青禾 泰和 晟元 云中 沃野 星河 北辰 天行 景明 瑞泽 锦川 远图 知微 博研 启明 凌志 恒越 " \
    "晨曦 思源 广润 方略 卓艺 清源 拓疆 联创 九曲 暖泉".split()  # fmt: skip
TRADES = (
    ("新材料", "新材料"),
    ("智能装备", "高端装备制造"),
    ("煤基新材", "现代煤化工"),
    ("光伏科技", "新能源"),
    ("氢能科技", "新能源"),
    ("储能技术", "新能源"),
    ("信息技术", "软件和信息技术服务"),
    ("数字科技", "软件和信息技术服务"),
    ("生物科技", "生物医药"),
    ("绒纺科技", "羊绒纺织"),
    ("生态科技", "生态环保"),
    ("农牧科技", "现代农牧业"),
    ("检测技术", "科技服务"),
    ("无人机", "航空航天"),
    ("矿山机器人", "高端装备制造"),
)
SURNAMES = "赵 钱 孙 李 周 吴 郑 王 冯 陈 包 白 云 康 韩 杨 朱 秦 许 何".split()
GIVEN = (
    "志远 雅茹 巴特尔 其木格 建华 晓峰 思琪 宏宇 嘉宁 海日 乌兰 明哲 文博 子涵 立新 淑敏 永强 若溪 格日勒 长青".split()
)
TITLES = ("自治区草原英才", "市草原英才", "天骄英才", "鄂尔多斯英才", "青年优秀英才", "草原英才")


@dataclass
class Firm:
    """One firm; ``facts`` holds only what is known of it (missing = unknown), in the units of the enterprises file."""

    uscc: str
    name: str
    region: str
    established_on: date
    facts: dict[str, str] = field(default_factory=dict)
    need: dict[str, str] = field(default_factory=dict)


@dataclass
class Talent:
    """One person or team, its title, and the firm it founded, leads or works for."""

    code: str
    name: str
    team: bool
    title: str
    batch: str
    firm_uscc: str
    role: str


def credit_code(area: str, number: int) -> str:
    """A valid-looking code whose registration part MADEM… no office issues."""
    body = f"91{area}MADEM{number:04d}"
    return body + str(uscc.calc_check_digit(body))


def firms(today: date) -> list[Firm]:
    """The firms, the same on every machine for the same day."""
    dice = random.Random(SEED)  # noqa: S311 - made-up data, not a secret
    places = [(place, area) for place, area, count in PLACES for _ in range(count)]
    names: set[str] = set()
    result = []
    for number, (place, area) in enumerate(places, start=1):
        trade, industry = dice.choice(TRADES)
        stem = place.removesuffix("技术产业开发区").removesuffix("经济开发区").removesuffix("旗").removesuffix("区")
        name = f"{stem}{dice.choice(BRANDS)}{trade}有限公司"
        while name in names:
            name = f"{stem}{dice.choice(BRANDS)}{trade}有限公司"
        names.add(name)
        firm = Firm(credit_code(area, number), name, place, today - timedelta(days=dice.randint(150, 4500)))
        firm.facts = _facts(dice, industry)
        firm.need = _need(dice, number)
        result.append(firm)
    return result


def _facts(dice: random.Random, industry: str) -> dict[str, str]:
    revenue = int(dice.lognormvariate(7.2, 1.1))
    tags = dice.choices(
        [
            "无",
            "科技型中小企业",
            "高新技术企业;科技型中小企业",
            "高新技术企业;专精特新",
            "小巨人;高新技术企业",
            "创新型中小企业",
        ],
        weights=[15, 30, 25, 12, 4, 14],
    )[0]
    known = {
        "industry": industry,
        "employees": str(dice.randint(6, 260)),
        "revenue_wan": str(revenue),
        "total_assets_wan": str(int(revenue * dice.uniform(0.8, 2.6))),
        "debt_ratio_pct": f"{dice.uniform(18, 88):.1f}",
        "rd_ratio_pct": f"{dice.uniform(0.5, 14):.1f}",
        "invention_patents": str(dice.choice([0, 0, 1, 2, 3, 6])),
        "utility_patents": str(dice.randint(0, 18)),
        "software_copyrights": str(dice.randint(0, 12)),
        "tags": tags,
        "tax_grade": dice.choices(["A", "B", "M", "C"], weights=[25, 40, 28, 7])[0],
        "has_prior_loan": dice.choice(["是", "否"]),
    }
    # A quarter of what could be known is not: the platform has to ask for it, not guess.
    return {key: value for key, value in known.items() if key == "industry" or dice.random() > 0.25}


def _need(dice: random.Random, number: int) -> dict[str, str]:
    kinds = dice.choices(["贷", "贷;保", "贷;险", "投", "租", "贷;保;租", "险"], weights=[38, 20, 8, 12, 8, 10, 4])[0]
    need = {
        "need_code": f"XQ2026{number:04d}",
        "need_kind": kinds,
        "need_amount_wan": str(dice.choice([30, 50, 80, 100, 150, 200, 300, 500, 500, 800, 1000, 1500, 3000])),
        "need_term_months": str(dice.choice([6, 12, 12, 24, 24, 36, 60])),
        "need_purpose": dice.choice(["流动资金", "研发投入", "设备更新", "厂房建设", "采购原材料", "成果转化"]),
        "need_guarantees": dice.choice(
            ["信用", "知识产权质押", "抵押;保证", "担保公司", "知识产权质押;保证", "股权质押", "抵押"]
        ),
    }
    return {key: value for key, value in need.items() if key in ("need_code", "need_kind") or dice.random() > 0.1}


def talents(firms_: list[Firm]) -> list[Talent]:
    """Twenty-four persons and six teams; most founded or lead a firm, some merely work there."""
    dice = random.Random(SEED + 1)  # noqa: S311 - made-up data, not a secret
    names = dice.sample([surname + given for surname in SURNAMES for given in GIVEN], 30)
    chosen = dice.sample(firms_, 30)
    result = []
    for number, (name, firm) in enumerate(zip(names, chosen, strict=True), start=1):
        team = number > 24
        result.append(
            Talent(
                code=f"{'TD' if team else 'RC'}2026{number:03d}",
                name=f"{name}团队" if team else name,
                team=team,
                title=TITLES[number % len(TITLES)],
                batch=f"{dice.randint(2019, 2025)}年度",
                firm_uscc=firm.uscc,
                role=dice.choices(["创办", "领办", "任职"], weights=[50, 30, 20])[0],
            )
        )
    return result
