"""Spellings, implications, and the bare 草原英才."""

import pytest

from enterprises.tags import is_talent_tag, normal, tag_set, title_set


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("高企", "高新技术企业"),
        ("国家高新技术企业", "高新技术企业"),
        ("科小", "科技型中小企业"),
        ("专精特新“小巨人”", "小巨人"),
        ("国家级专精特新小巨人企业", "小巨人"),
        ("专精特新 中小企业", "专精特新"),
        ("自治区级草原英才", "自治区草原英才"),
        ("自治区“草原英才”", "自治区草原英才"),
        ("市级草原英才", "市草原英才"),
        ("科技小巨人", "科技小巨人"),
        ("从未见过的资质", "从未见过的资质"),
    ],
)
def test_one_spelling_for_each_tag(written, meant):
    assert normal(written) == meant


@pytest.mark.parametrize(
    "tag",
    (
        "高层次人才 自治区草原英才 市草原英才 天骄英才 鄂尔多斯英才 青年优秀英才 草原英才 科技人才 省级人才 市级人才 "
        "领军人才 双创人才 成都人才计划 创业人才 博士 留学回国人才 大专以上学历 初级以上职称 研究生以上或副高以上 "
        "大学生团队"
    ).split(),
)
def test_tags_about_people_are_talent_tags(tag):
    assert is_talent_tag(tag)


@pytest.mark.parametrize("tag", "高新技术企业 小巨人 创新积分 科创板挂牌 瞪羚企业 新苗企业 规上企业".split())
def test_tags_about_firms_are_not(tag):
    assert not is_talent_tag(tag)


def test_the_official_ladder_and_nothing_else_is_implied():
    value = tag_set(["专精特新小巨人"])
    assert value.yes == {"小巨人", "专精特新", "创新型中小企业"}
    assert value.contains("高新技术企业") is False
    assert tag_set(["科技小巨人"]).contains("专精特新") is False
    assert tag_set(["专精特新"]).contains("小巨人") is False


def test_an_incomplete_list_denies_nothing():
    assert tag_set(["高企"], complete=False).contains("小巨人") is None
    assert tag_set([]).contains("小巨人") is False


def test_a_bare_title_leaves_both_levels_open():
    value = title_set(["草原英才"])
    assert value.contains("草原英才") is True
    assert value.contains("自治区草原英才") is None
    assert value.contains("市草原英才") is None
    assert value.contains("天骄英才") is False


def test_either_level_is_a_title_of_that_name_and_denies_the_other_level():
    value = title_set(["市级草原英才"])
    assert value.contains("草原英才") is True
    assert value.contains("市草原英才") is True
    assert value.contains("自治区草原英才") is False
