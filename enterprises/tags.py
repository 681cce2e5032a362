"""Firm tags and talent titles: one spelling each, what implies what, and what stays open."""

from collections.abc import Iterable

from enterprises.facts import SetValue
from talents.models import BARE_TITLE, TITLES
from talents.titles import CITY_TITLE, REGION_TITLE
from talents.titles import normal as normal_title

_SPELLINGS = {
    "高企": "高新技术企业",
    "国高": "高新技术企业",
    "国家高新技术企业": "高新技术企业",
    "国家级高新技术企业": "高新技术企业",
    "高新企业": "高新技术企业",
    "科小": "科技型中小企业",
    "科技型中小企业入库": "科技型中小企业",
    "国家科技型中小企业": "科技型中小企业",
    "专精特新小巨人": "小巨人",
    "专精特新小巨人企业": "小巨人",
    "国家级专精特新小巨人": "小巨人",
    "国家级专精特新小巨人企业": "小巨人",
    "国家专精特新小巨人": "小巨人",
    "小巨人企业": "小巨人",
    "专精特新企业": "专精特新",
    "专精特新中小企业": "专精特新",
    "省级专精特新": "专精特新",
    "自治区专精特新": "专精特新",
    "自治区级专精特新": "专精特新",
    "自治区专精特新中小企业": "专精特新",
    "创新型中小": "创新型中小企业",
    "瞪羚": "瞪羚企业",
    "规上": "规上企业",
    "规模以上企业": "规上企业",
    "规模以上工业企业": "规上企业",
    "单项冠军": "制造业单项冠军",
    "单项冠军企业": "制造业单项冠军",
    "技术先进型服务": "技术先进型服务企业",
    "科创板": "科创板挂牌",
    "新三板": "新三板挂牌",
}
# Official ladder of quality small firms; nothing else implies anything (科技小巨人 is a different, local list).
_IMPLIES = {"小巨人": "专精特新", "专精特新": "创新型中小企业"}
_TALENT_TAGS = {
    *TITLES,
    BARE_TITLE,
    "博士",
    "大专以上学历",
    "初级以上职称",
    "研究生以上或副高以上",
    "大学生团队",
}


def normal(tag: str) -> str:
    """The one spelling under which a firm tag or talent title is stored and compared."""
    spelled = normal_title(tag)
    return _SPELLINGS.get(spelled, spelled)


def is_talent_tag(tag: str) -> bool:
    """True when the tag is about people, so that it is tested on ``leader_titles`` and not on ``tags``."""
    spelled = normal(tag)
    return spelled in _TALENT_TAGS or "人才" in spelled or "英才" in spelled


def tag_set(tags: Iterable[str], complete: bool = True) -> SetValue:
    """The firm tags known, with what they imply; ``complete`` means that tags not named are known not to hold."""
    yes: set[str] = set()
    for tag in tags:
        current: str | None = normal(tag)
        while current is not None and current not in yes:
            yes.add(current)
            current = _IMPLIES.get(current)
    return SetValue(yes=frozenset(yes), complete=complete)


def title_set(titles: Iterable[str], complete: bool = True) -> SetValue:
    """The talent titles known. A bare 草原英才 leaves both levels open, either level is a 草原英才."""
    named = {normal(title) for title in titles}
    levels = {REGION_TITLE, CITY_TITLE}
    unsure = levels - named if BARE_TITLE in named else set()
    yes = named | {BARE_TITLE} if named & levels else named
    return SetValue(yes=frozenset(yes), complete=complete, unsure=frozenset(unsure))
