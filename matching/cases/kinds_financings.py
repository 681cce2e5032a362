"""Kinds of posting that financings and first loans make. Totals of different kinds are never added."""

from journal.registry import Kind

_COMMON = {"product": "产品", "serial": "业务编号", "credit_kind": "业务品种", "related": "关联业务编号"}
_PLEDGE = {"ip_registration_no": "知识产权质押登记号"}

FIRST_LOAN = "first_loan_confirmed"
# What a financing of each category posts.
POSTED_AS = {
    "贷": "loan_disbursed",
    "保": "guarantee_issued",
    "险": "insurance_issued",
    "投": "investment_made",
    "租": "lease_disbursed",
}

KINDS = (
    Kind(POSTED_AS["贷"], "贷款发放", {**_COMMON, **_PLEDGE}),
    Kind(POSTED_AS["保"], "担保出函", {**_COMMON, **_PLEDGE}),
    Kind(POSTED_AS["险"], "保险出单", {**_COMMON, "premium": "保费（元）"}),
    Kind(POSTED_AS["投"], "投资出资", _COMMON),
    Kind(POSTED_AS["租"], "租赁投放", {**_COMMON, **_PLEDGE}),
    Kind(FIRST_LOAN, "首贷确认", {"definition": "口径版本"}),
)
