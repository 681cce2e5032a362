"""The catalogue of fields rules may read, and the typed values of one subject.

Absent means unknown. Money is integer 元, ratios are integer basis points, age is whole months.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class FieldType(StrEnum):
    NUMBER = "number"
    CATEGORY = "category"
    SET = "set"
    BOOL = "bool"


class Owner(StrEnum):
    """Where a value comes from: stored facts of the party, its need, or computed at read time."""

    FACT = "fact"
    NEED = "need"
    COMPUTED = "computed"


@dataclass(frozen=True)
class Field:
    """One field. ``where`` tells a firm where to get the proof; ``vocabulary`` is closed unless ``open``."""

    code: str
    label: str
    type: FieldType
    owner: Owner
    where: str
    unit: str = ""
    vocabulary: tuple[str, ...] = ()
    open: bool = False


@dataclass(frozen=True)
class SetValue:
    """What is known of a set: members known in, whether the list is complete, and members left open all the same."""

    yes: frozenset[str] = frozenset()
    complete: bool = False
    unsure: frozenset[str] = frozenset()

    def contains(self, member: str) -> bool | None:
        """True, False, or None when it is not known."""
        if member in self.yes:
            return True
        return False if self.complete and member not in self.unsure else None


Value = int | bool | str | SetValue


@dataclass(frozen=True)
class Subject:
    """The values of one party and need on one day. ``established_on`` lets time tell when age is reached."""

    code: str
    as_of: date
    values: Mapping[str, Value] = field(default_factory=dict)
    established_on: date | None = None
    # Why a value that once was there is unknown now: field code → Chinese reason (e.g. 已于 2025-12-31 过期).
    notes: Mapping[str, str] = field(default_factory=dict)


GUARANTEES = ("信用", "抵押", "质押", "知识产权质押", "股权质押", "保证", "担保公司", "保证保险", "其他")
CATEGORIES = ("贷", "保", "险", "投", "租")
TAX_GRADES = ("A", "B", "M", "C", "D")

_NEED = "在“我的需求”里填写"

FIELDS: Mapping[str, Field] = {
    item.code: item
    for item in (
        Field("need_kinds", "需求类别", FieldType.SET, Owner.NEED, _NEED, vocabulary=CATEGORIES),
        Field("need_amount", "需求金额", FieldType.NUMBER, Owner.NEED, _NEED, "元"),
        Field("need_term_months", "需求期限", FieldType.NUMBER, Owner.NEED, _NEED, "月"),
        Field("need_guarantees", "可提供的担保", FieldType.SET, Owner.NEED, _NEED, vocabulary=GUARANTEES),
        Field("places", "所在地区", FieldType.SET, Owner.COMPUTED, "营业执照住所所在旗区或园区", open=True),
        Field("industry", "所属行业", FieldType.CATEGORY, Owner.FACT, "营业执照经营范围或统计登记", open=True),
        Field("age_months", "成立年限", FieldType.NUMBER, Owner.COMPUTED, "营业执照成立日期", "月"),
        Field("employees", "从业人数", FieldType.NUMBER, Owner.FACT, "社保缴纳证明", "人"),
        Field("revenue", "年营业收入", FieldType.NUMBER, Owner.FACT, "上年度财务报表或纳税申报表", "元"),
        Field("total_assets", "资产总额", FieldType.NUMBER, Owner.FACT, "上年度资产负债表", "元"),
        Field(
            "debt_ratio", "资产负债率", FieldType.NUMBER, Owner.FACT, "上年度资产负债表（负债总额÷资产总额）", "基点"
        ),
        Field("rd_ratio", "研发费用占比", FieldType.NUMBER, Owner.FACT, "研发费用辅助账或加计扣除申报表", "基点"),
        Field("invention_patents", "发明专利", FieldType.NUMBER, Owner.FACT, "国家知识产权局专利证书", "件"),
        Field("utility_patents", "实用新型专利", FieldType.NUMBER, Owner.FACT, "国家知识产权局专利证书", "件"),
        Field("software_copyrights", "软件著作权", FieldType.NUMBER, Owner.FACT, "中国版权保护中心登记证书", "件"),
        Field("tags", "企业资质", FieldType.SET, Owner.FACT, "科技局、工信局认定文件或名单", open=True),
        Field(
            "tax_grade",
            "纳税信用等级",
            FieldType.CATEGORY,
            Owner.FACT,
            "电子税务局“纳税信用级别查询”",
            vocabulary=TAX_GRADES,
        ),
        Field("has_prior_loan", "有过贷款", FieldType.BOOL, Owner.FACT, "企业信用报告（人民银行征信服务点）"),
        Field("leader_titles", "人才称号", FieldType.SET, Owner.FACT, "市委组织部、人社局人才认定证书", open=True),
        Field("on_whitelist", "在科创（人才）白名单", FieldType.BOOL, Owner.COMPUTED, "市科技局、市委组织部推荐"),
    )
}
