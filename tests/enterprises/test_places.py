"""What region texts of real products cover, and what is known of a firm in one place about every other."""

import pytest

from enterprises import places
from enterprises.places import UNLISTED


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("", ()),
        ("全国", ("全国",)),
        ("内蒙古", ("内蒙古",)),
        ("内蒙古自治区", ("内蒙古",)),
        ("内蒙古包头", ("包头",)),
        ("鄂尔多斯市", ("鄂尔多斯",)),
        ("鄂尔多斯市各旗区", ("鄂尔多斯",)),
        ("东胜、康巴什区", ("东胜区", "康巴什区")),
        ("高新区", ("鄂尔多斯高新技术产业开发区",)),
        ("成都高新区", ("成都高新区",)),
        ("江苏昆山", ("昆山",)),
        ("山东(含青岛)", ("山东",)),
        ("河南延津(来源地)", ("延津",)),
        ("全国多地(含内蒙古各盟市)", ("内蒙古", UNLISTED)),
        ("全国多地（含内蒙古、宁夏）", ("内蒙古", "宁夏", UNLISTED)),
        ("北京、上海、深圳、广州、杭州、苏州等", ("北京", "上海", "深圳", "广州", "杭州", "苏州", UNLISTED)),
        ("北京、上海、深圳等12个科创示范区", ("北京", "上海", "深圳", UNLISTED)),
        ("全国试点", (UNLISTED,)),
        ("投贷联动试点地区", (UNLISTED,)),
        ("徽商银行经营区域", (UNLISTED,)),
        ("宁夏(银川高新区起)", ("银川高新区", "宁夏部分地区")),
        ("内蒙古(呼包鄂)", ("内蒙古部分地区",)),
        ("包头昆都仑区", ("包头部分地区",)),
        ("杭锦后旗", (UNLISTED,)),
        ("火星", (UNLISTED,)),
    ],
)
def test_a_region_text_covers_the_places_it_names(text, codes):
    assert places.resolve(text) == codes


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("鄂尔多斯市东胜区", "东胜区"),
        ("内蒙古自治区 鄂尔多斯市 准格尔旗", "准格尔旗"),
        ("内蒙古/鄂尔多斯/鄂托克前旗", "鄂托克前旗"),
        ("鄂托克旗", "鄂托克旗"),
        ("伊旗", "伊金霍洛旗"),
        ("高新区", "鄂尔多斯高新技术产业开发区"),
        ("蒙苏经济开发区", "蒙苏经济开发区"),
        ("伊金霍洛旗阿勒腾席热镇", "伊金霍洛旗"),
        ("鄂尔多斯市", "鄂尔多斯"),
        ("包头市昆都仑区", "包头"),
        ("江苏省南京市", "江苏"),
        ("巴彦淖尔市杭锦后旗", "巴彦淖尔"),
        ("杭锦后旗", None),
        ("鄂尔多斯市东圣区", None),
        ("内蒙古不存在市", None),
        ("全国", None),
        ("", None),
    ],
)
def test_a_firm_region_is_the_finest_place_named_or_not_understood(text, code):
    assert places.canonical(text) == code


def test_nine_banners_and_two_parks():
    assert len(places.BANNERS) == 9
    assert set(places.PARKS) == {"鄂尔多斯高新技术产业开发区", "蒙苏经济开发区"}
    assert places.label("鄂尔多斯") == "鄂尔多斯市"


def test_a_firm_is_in_everything_its_place_lies_in_and_nowhere_else():
    inside = places.membership("东胜区")
    assert [inside.contains(code) for code in ("东胜区", "鄂尔多斯", "内蒙古", "全国")] == [True] * 4
    assert [inside.contains(code) for code in ("康巴什区", "蒙苏经济开发区", "包头", "北京")] == [False] * 4


def test_a_firm_known_only_to_be_in_the_city_may_be_in_any_banner_of_it():
    coarse = places.membership("鄂尔多斯")
    assert [coarse.contains(code) for code in places.BANNERS] == [None] * 9
    assert coarse.contains("包头") is False


def test_a_park_and_its_host_banner_leave_each_other_open():
    assert places.membership("康巴什区").contains("鄂尔多斯高新技术产业开发区") is None
    assert places.membership("鄂尔多斯高新技术产业开发区").contains("康巴什区") is None
    assert places.membership("鄂尔多斯高新技术产业开发区").contains("东胜区") is False
    assert places.membership("康巴什区").contains("蒙苏经济开发区") is False


def test_nobody_is_known_to_be_in_or_out_of_an_unlisted_place():
    for region in ("东胜区", "鄂尔多斯", "北京"):
        assert places.membership(region).contains(UNLISTED) is None


def test_an_unlisted_part_of_a_province_is_open_only_inside_it():
    assert places.membership("石嘴山").contains("宁夏部分地区") is None
    assert places.membership("东胜区").contains("宁夏部分地区") is False
    assert places.membership("东胜区").contains("内蒙古部分地区") is None


def test_an_unknown_place_code_tells_nothing():
    assert places.membership("不存在").contains("全国") is None


def test_every_host_of_a_park_is_a_place():
    assert all(host in places.PLACES for place in places.PLACES.values() for host in place.hosts)
