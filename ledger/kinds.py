"""Kinds of posting that have no app of their own: entered by the office, counted by indicators."""

from journal.registry import Entry, Kind

KINDS = (
    Kind(
        "matching_event",
        "融资对接活动",
        {"name": "活动名称", "mode": "形式（线上/线下）", "place": "地点", "participants": "参加人数"},
        Entry(required=("name", "mode"), numbers=("participants",), choices={"mode": ("线上", "线下")}),
    ),
    Kind(
        "ip_park_event",
        "入园惠企活动",
        {"name": "活动名称", "park": "园区", "participants": "参加人数"},
        Entry(required=("name",), numbers=("participants",)),
    ),
    Kind(
        "ip_pledge_campaign",
        "知识产权质押融资推进",
        {"name": "事项", "registration_no": "登记号"},
        Entry(required=("name",), amount="金额（万元）"),
    ),
    Kind(
        "fund_established",
        "新设私募机构或基金",
        {"name": "机构或基金名称", "form": "类型（管理机构/投资基金）", "record_no": "备案编号"},
        Entry(required=("name", "form"), choices={"form": ("管理机构", "投资基金")}),
    ),
    Kind(
        "fund_raised",
        "科技创新基金到位资金",
        {"fund": "基金名称"},
        Entry(amount="到位金额（万元）", required=("fund", "amount")),
    ),
    Kind(
        "company_listed",
        "企业上市挂牌",
        {"board": "板块", "stock_code": "证券代码"},
        Entry(unit="firm", required=("board",)),
    ),
    Kind(
        "bond_issued",
        "债券发行",
        {"bond_type": "品种", "term_months": "期限（月）"},
        Entry(unit="firm", amount="发行金额（万元）", required=("bond_type", "amount"), numbers=("term_months",)),
    ),
    Kind(
        "financial_talent_hired",
        "引进金融高端人才",
        {"qualification": "资格、职称或学历", "employer": "用人单位"},
        Entry(quantity="人数（名）", required=("qualification", "quantity")),
    ),
    Kind(
        "loan_balance",
        "贷款余额",
        {"scope": "范围", "basis": "口径（名录/同口径）", "list_batch": "名录批次", "borrowers": "户数"},
        Entry(
            unit="institution",
            amount="余额（万元）",
            required=("scope", "basis", "amount"),
            numbers=("borrowers",),
            choices={"scope": ("各项", "科创", "人才", "人才∪科创"), "basis": ("名录", "同口径")},
        ),
    ),
    Kind(
        "service_centre_opened",
        "专营服务机构设立",
        {"name": "机构名称", "form": "类型", "place": "所在园区"},
        Entry(unit="institution", required=("name",)),
    ),
    Kind(
        "training_held",
        "金融培训",
        {"name": "培训名称", "topic": "主题", "participants": "参加人数"},
        Entry(required=("name", "topic"), numbers=("participants",)),
    ),
    Kind("publicity_released", "宣传", {"title": "标题", "medium": "媒体"}, Entry(required=("title",))),
    Kind(
        "milestone_reached",
        "重点事项完成",
        {"measure": "措施序号", "item": "事项"},
        Entry(required=("measure", "item"), numbers=("measure",)),
    ),
)
