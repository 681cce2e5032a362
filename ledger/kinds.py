"""Kinds of posting that have no app of their own: entered by the office, counted by indicators."""

from journal.registry import Kind

KINDS = (
    Kind(
        "matching_event",
        "融资对接活动",
        {"name": "活动名称", "mode": "形式（线上/线下）", "place": "地点", "participants": "参加人数"},
    ),
    Kind("ip_park_event", "入园惠企活动", {"name": "活动名称", "park": "园区", "participants": "参加人数"}),
    Kind("ip_pledge_campaign", "知识产权质押融资推进", {"name": "事项", "registration_no": "登记号"}),
    Kind(
        "fund_established",
        "新设私募机构或基金",
        {"name": "机构或基金名称", "form": "类型（管理机构/投资基金）", "record_no": "备案编号"},
    ),
    Kind("fund_raised", "科技创新基金到位资金", {"fund": "基金名称"}),
    Kind("company_listed", "企业上市挂牌", {"board": "板块", "stock_code": "证券代码"}),
    Kind("bond_issued", "债券发行", {"bond_type": "品种", "term_months": "期限（月）"}),
    Kind("financial_talent_hired", "引进金融高端人才", {"qualification": "资格、职称或学历", "employer": "用人单位"}),
    Kind(
        "loan_balance",
        "贷款余额",
        {"scope": "范围", "basis": "口径（名录/同口径）", "list_batch": "名录批次", "borrowers": "户数"},
    ),
    Kind("service_centre_opened", "专营服务机构设立", {"name": "机构名称", "form": "类型", "place": "所在园区"}),
    Kind("training_held", "金融培训", {"name": "培训名称", "topic": "主题", "participants": "参加人数"}),
    Kind("publicity_released", "宣传", {"title": "标题", "medium": "媒体"}),
    Kind("milestone_reached", "重点事项完成", {"measure": "措施序号", "item": "事项"}),
)
