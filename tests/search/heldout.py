"""Queries of every kind with judgements that follow from how they were made: a fixed seed over the catalogue's file.

``python -m tests.search.heldout > FILE`` writes them in the form that ``evaluate_search`` reads. Nothing of the search
itself is used here: names, values and numbers come from the columns, spellings from pypinyin and OpenCC.
"""

import csv
import random
import re
import sys
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

from opencc import OpenCC
from pypinyin import Style, lazy_pinyin

from search.evaluation import JUDGED, Judged

CATALOGUE = Path(__file__).resolve().parents[2] / "products" / "data" / "products.csv"
SEED = 20261123
Row = dict[str, str]
Grades = dict[str, int]
Grader = Callable[[Row], int]

SHORT = {
    "工行": "工商银行", "农行": "农业银行", "建行": "建设银行", "中行": "中国银行", "交行": "交通银行",
    "邮储": "邮储银行", "浦发": "浦发银行", "人保": "人保财险", "国寿": "国寿财险", "平安产险": "平安产险",
    "浙商银行": "浙商银行", "南京银行": "南京银行", "苏州银行": "苏州银行", "青岛银行": "青岛银行",
    "国任保险": "国任保险", "太平": "太平科技保险", "兴泰担保": "合肥兴泰担保", "北京银行": "北京银行",
    "微众": "微众银行", "徽商银行": "徽商银行",
}  # fmt: skip
ASKED = {"贷": "贷款", "保": "担保", "险": "保险", "投": "投资"}
PLACES = (
    "成都 重庆 深圳 合肥 济南 苏州 青岛 武汉 北京 上海 杭州 厦门 宁夏 湖北 陕西 内蒙古 江西 山东 四川 安徽 珠海 西安"
).split()
TAGS = "高新技术企业 科技型中小企业 专精特新 高层次人才 小巨人 创新积分 瞪羚企业 省级人才 领军人才 创新型企业".split()
TAG_WORDS = {"高新技术企业": "高企", "科技型中小企业": "科小", "瞪羚企业": "瞪羚"}
PURPOSES = (
    "流动资金 成果转化 研发 买设备 技术改造 经营周转 创新创业 专利维权 第三者责任 融资租赁 设备更新 质量风险".split()
)
QUESTIONS = (
    "请问有没有适合{}的{}", "我们是{}，能不能申请{}", "{}怎么办理{}", "{}可以申请什么{}吗", "哪些银行有给{}的{}",
)  # fmt: skip
AMOUNTS = (
    ("500万", "五百万", "500W", "5000000元", "0.05亿"),
    ("1000万", "一千万", "1000w", "1,000万元", "0.1亿"),
    ("300万", "三百万", "300万元", "3000000元"),
    ("200万", "二百万", "200w"),
    ("3000万", "三千万", "0.3亿"),
)
AMOUNT_VALUES = (500, 1000, 300, 200, 3000)
TERMS = (
    (36, ("3年", "三年", "36个月", "三十六个月")),
    (12, ("1年", "一年", "12个月")),
    (24, ("2年", "两年", "24个月")),
)
RATES = (
    (350, ("3.5%", "百分之三点五", "350bp", "350个基点")),
    (300, ("3%", "百分之三", "3个点")),
    (400, ("4%", "百分之四")),
)


COMMON = "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方"
NEEDS = (("专利能不能抵押贷款", "知识产权质押"), ("没有抵押物能贷到钱吗", "信用"), ("股权怎么质押融资", "股权质押"))


@lru_cache(maxsize=1)
def rows() -> tuple[Row, ...]:
    with CATALOGUE.open(encoding="utf-8-sig", newline="") as handle:
        return tuple(csv.DictReader(handle))


def stem(name: str) -> str:
    return re.split(r"[(（·]", name)[0]


def graded(grader: Grader) -> Grades:
    return {row["id"]: grade for row in rows() if (grade := grader(row))}


def of_name(text: str) -> Grader:
    return lambda row: 3 if stem(row["name"]) == text else 2 if text in row["name"] else 0


def of_sound(key: str) -> Grader:
    return lambda row: 3 if sound(stem(row["name"])) == key else 2 if key in sound(row["name"]) else 0


def of_initials(key: str) -> Grader:
    return lambda row: 3 if sound(stem(row["name"]), Style.FIRST_LETTER) == key else 0


def saying(column: str, text: str) -> Grader:
    return lambda row: 3 if text in row[column] else 0


def holding(column: str, value: str) -> Grader:
    return lambda row: 3 if value in listed(row, column) else 0


def listed(row: Row, column: str) -> list[str]:
    return [item for item in row[column].split(";") if item]


def sound(text: str, style: Style = Style.NORMAL) -> str:
    return "".join(lazy_pinyin(text, style=style)).lower()


def names(chance: random.Random, count: int, least: int = 2, most: int = 9) -> list[str]:
    known = sorted({stem(row["name"]) for row in rows()})
    fitting = [name for name in known if least <= len(name) <= most and re.fullmatch(r"[\u4e00-\u9fff]+", name)]
    return chance.sample(fitting, count)


def typed(kind: str, name: str, chance: random.Random) -> str:
    """``name`` with one slip of ``kind``."""
    place = chance.randrange(1, len(name) - 1) if len(name) > 3 else 1
    if kind == "同音":
        alike = [char for char in ALIKE.get(sound(name[place]), "") if char != name[place]]
        return name[:place] + chance.choice(alike) + name[place + 1 :] if alike else ""
    if kind == "错字":
        return name[:place] + chance.choice(COMMON) + name[place + 1 :]
    if kind == "漏字":
        return name[:place] + name[place + 1 :]
    if kind == "颠倒":
        return name[: place - 1] + name[place] + name[place - 1] + name[place + 1 :]
    return name[:place] + chance.choice(COMMON) + name[place:]


def _alike() -> dict[str, str]:
    table: dict[str, str] = {}
    for high in range(0xB0, 0xD8):
        for low in range(0xA1, 0xFA):
            char = bytes((high, low)).decode("gb2312")
            table[sound(char)] = table.get(sound(char), "") + char
    return table


ALIKE = _alike()


def by_name(chance: random.Random) -> Iterator[tuple[str, str, Grader]]:
    for name in names(chance, 22):
        yield "产品名", name, of_name(name)
    for kind in ("同音", "错字", "漏字", "颠倒", "多字"):
        known = {stem(row["name"]) for row in rows()}
        for name in names(chance, 7, 4 if kind == "漏字" else 3):
            text = typed(kind, name, chance)
            if text and text not in known and text != name:
                yield "错别字", text, of_name(name)
    for name in names(chance, 8):
        yield "繁体", OpenCC("s2t").convert(name), of_name(name)
    for name in names(chance, 14, 3):
        yield "拼音", sound(name), of_sound(sound(name))
    for name in names(chance, 12, 3, 6):
        yield "首字母", sound(name, Style.FIRST_LETTER), of_initials(sound(name, Style.FIRST_LETTER))
    for name in names(chance, 10, 3):
        cut = chance.randrange(1, len(name))
        yield "混合", name[:cut] + sound(name[cut:]), of_name(name)
    for _ in range(14):
        name = chance.choice(names(chance, 30))
        cut = chance.randrange(len(name) - 1)
        piece = name[cut : cut + chance.choice((1, 2, 2))]
        yield "单双字", piece, saying("name", piece)


def by_condition(chance: random.Random) -> Iterator[tuple[str, str, Grader]]:
    for spellings, amount in zip(AMOUNTS, AMOUNT_VALUES, strict=True):
        for spelling in spellings:
            months, terms = chance.choice(TERMS)
            with_term = chance.random() < 0.5
            words = chance.choice(("信用贷款", "纯信用", "无抵押"))
            text = f"{spelling} {words}" + (f" {chance.choice(terms)}" if with_term else "")
            yield "条件", text, _loan(amount, months if with_term else None)
    for points, spellings in RATES:
        for spelling in spellings:
            yield "条件", f"利率{spelling}以下", _cheap(points)
    for tag in TAGS:
        yield "标签", f"{TAG_WORDS.get(tag, tag)} 贷款", _tagged(tag, "贷")
    for tag in chance.sample(TAGS, 6):
        yield "标签", tag, holding("required_tags", tag)
    full = chance.choice(TAGS[:3])
    yield "全角", f"１０００万　{full}", _big_and_tagged(1000, full)


def _big_and_tagged(wan: int, tag: str) -> Grader:
    def grade(row: Row) -> int:
        if tag not in listed(row, "required_tags"):
            return 0
        return 1 if not row["amount_max_wan"] else 3 if float(row["amount_max_wan"]) >= wan else 0

    return grade


def _loan(wan: int, months: int | None) -> Grader:
    """3 when everything stated fits, one less for each thing the source leaves open; without credit it is nothing."""

    def grade(row: Row) -> int:
        if row["category"] != "贷" or "信用" not in listed(row, "guarantee_methods"):
            return 0
        open_points = int(not row["amount_max_wan"])
        if row["amount_max_wan"] and float(row["amount_max_wan"]) < wan:
            return 0
        if months is not None:
            if row["term_max_months"] and int(row["term_max_months"]) < months:
                return 1
            open_points += not row["term_max_months"]
        return 3 - open_points

    return grade


def _cheap(points: int) -> Grader:
    def grade(row: Row) -> int:
        if not row["rate_min_pct"] or float(row["rate_min_pct"]) * 100 > points:
            return 0
        return 3 if row["category"] == "贷" else 1

    return grade


def _tagged(tag: str, category: str) -> Grader:
    return lambda row: 0 if tag not in listed(row, "required_tags") else 3 if row["category"] == category else 1


def by_need(chance: random.Random) -> Iterator[tuple[str, str, Grader]]:
    for purpose in PURPOSES:
        yield "需求", purpose, saying("purpose", purpose)
    for short, full in SHORT.items():
        own = [row for row in rows() if row["institution"].startswith(full)]
        category = chance.choice([row["category"] for row in own])
        yield "机构简称", f"{short} {ASKED[category]}", _of(full, category)
        if chance.random() < 0.4:
            yield "机构简称", short, _of(full, "")
    for place in PLACES:
        near = [row for row in rows() if place in row["region"]]
        category = chance.choice([row["category"] for row in near])
        yield "地区", f"{place} {ASKED[category]}", _near(place, category)
    for template in QUESTIONS:
        for _ in range(4):
            tag, category = chance.choice(
                [(tag, cat) for tag in TAGS for cat in "贷保投险" if any(map(_strictly(tag, cat), rows()))]
            )
            yield "问句", template.format(TAG_WORDS.get(tag, tag), ASKED[category]), _tagged(tag, category)
    for words, want in NEEDS:
        yield "问句", words, holding("guarantee_methods", want)


def _strictly(tag: str, category: str) -> Grader:
    return lambda row: int(tag in listed(row, "required_tags") and row["category"] == category)


def _of(full: str, category: str) -> Grader:
    def grade(row: Row) -> int:
        if row["institution"].startswith(full):
            return 3 if category in ("", row["category"]) else 2
        return 1 if full in row["institution"] else 0

    return grade


def _near(place: str, category: str) -> Grader:
    return lambda row: 0 if place not in row["region"] else 3 if row["category"] == category else 1


SHAPES = dict(
    zip("贷科担技质抵业信权未新专精银产才创发融首套", "货料但枝盾低亚倍杈末薪传情很户寸刨友融酋奎", strict=True)
)
KNOWN_TAGS = [tag for tag in TAGS if len(tag) > 3]
GUARANTEES = {"信用": ("无抵押", "纯信用", "信用贷"), "知识产权质押": ("专利质押", "知产质押", "知识产权质押")}
MORE_RATES = ((300, ("3个点", "３％", "300bp")), (350, ("百分之3.5", "3.5个点")), (400, ("4个点", "400个基点")))
MORE_AMOUNTS = ((500, ("500wan", "伍佰万元", "500多万")), (1000, ("壹仟万", "1千万", "10000000")))


def by_sound(chance: random.Random) -> Iterator[tuple[str, str, Grader]]:
    for short, full in SHORT.items():
        category = chance.choice([row["category"] for row in rows() if row["institution"].startswith(full)])
        yield "机构拼音", sound(short), _of(full, "")
        yield "机构拼音", f"{sound(short)} {sound(ASKED[category])}", _of(full, category)
        if short.endswith("行") and len(short) == 2:
            yield "机构拼音", f"{sound(short, Style.FIRST_LETTER)} {ASKED[category]}", _of(full, category)
    for tag in KNOWN_TAGS:
        cut = chance.randrange(1, len(tag) - 1)
        yield "标签拼音", sound(tag), holding("required_tags", tag)
        yield "标签拼音", f"{' '.join(lazy_pinyin(tag))} dai kuan", _tagged(tag, "贷")
        yield "标签拼音", f"{sound(tag, Style.FIRST_LETTER)} dk", _tagged(tag, "贷")
        yield "汉拼混写", f"{tag[:cut]}{sound(tag[cut:])}贷款", _tagged(tag, "贷")
        yield "汉拼混写", f"{sound(tag)}贷款", _tagged(tag, "贷")
    for name in names(chance, 8, 3):
        yield "隔音符号", "'".join(lazy_pinyin(name)), of_sound(sound(name))


def by_slip(chance: random.Random) -> Iterator[tuple[str, str, Grader]]:
    """Slips in what is no product's name: titles, guarantees, institutions; and characters that look alike."""
    known: list[tuple[str, Grader]] = [(tag, holding("required_tags", tag)) for tag in KNOWN_TAGS]
    known += [("知识产权质押", holding("guarantee_methods", "知识产权质押"))]
    known += [(full, _of(full, "")) for full in sorted(set(SHORT.values())) if 3 < len(full) < 6]
    for kind in ("同音", "错字", "漏字", "颠倒", "多字"):
        for word, grader in chance.sample(known, 8):
            text = typed(kind, word, chance)
            if text and all(text not in other for other, _ in known):
                yield "词有错字", text, grader
    for name in names(chance, 14, 3):
        places = [place for place, char in enumerate(name) if char in SHAPES]
        if places:
            place = chance.choice(places)
            yield "形近字", name[:place] + SHAPES[name[place]] + name[place + 1 :], of_name(name)


def by_mixture(chance: random.Random) -> Iterator[tuple[str, str, Grader]]:
    for _ in range(24):
        wan, tag = chance.choice((300, 500, 800, 1000)), chance.choice(TAGS[:7])
        method = chance.choice([*GUARANTEES])
        parts = [f"{wan}{chance.choice('万w')}", chance.choice(GUARANTEES[method]), TAG_WORDS.get(tag, tag)]
        chance.shuffle(parts)
        yield "三条件", " ".join(parts), _all_of(_up_to(wan), holding("guarantee_methods", method), _tagged(tag, "贷"))
    for wan, spellings in MORE_AMOUNTS:
        for spelling in spellings:
            text = f"{spelling}信用贷款"
            yield "数的写法", text, _all_of(_up_to(wan), holding("guarantee_methods", "信用"), _in_category("贷"))
    for points, ways in MORE_RATES:
        for spelling in ways:
            yield "数的写法", f"低息贷款 {spelling}", _all_of(_cheap(points), _in_category("贷"))


def _all_of(*graders: Grader) -> Grader:
    def grade(row: Row) -> int:
        grades = [grader(row) for grader in graders]
        return min(grades) if all(grades) else 0

    return grade


def _up_to(wan: int) -> Grader:
    return lambda row: 1 if not row["amount_max_wan"] else 3 if float(row["amount_max_wan"]) >= wan else 0


def _in_category(category: str) -> Grader:
    return lambda row: 3 if row["category"] == category else 1


def judged() -> list[Judged]:
    """All queries: none of them among the judged ones, each once, each with something to find."""
    chance = random.Random(SEED)
    with JUDGED.open(encoding="utf-8-sig", newline="") as handle:
        taken = {row["query"] for row in csv.DictReader(handle)}
    found: list[Judged] = []
    for maker in (by_name, by_condition, by_need, by_sound, by_slip, by_mixture):
        for kind, text, grader in maker(chance):
            grades = graded(grader)
            if text not in taken and grades:
                taken.add(text)
                found.append(Judged(f"H{len(found) + 1:03}", text, kind, grades))
    return found


if __name__ == "__main__":
    writer = csv.writer(sys.stdout)
    writer.writerow(("qid", "query", "type", "relevant"))
    for item in judged():
        relevant = ";".join(f"{key}:{grade}" for key, grade in item.grades.items())
        writer.writerow((item.qid, item.query, item.type, relevant))
