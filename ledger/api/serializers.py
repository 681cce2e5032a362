"""Shapes of the plan and ledger API; the ledger's is that of ``ledger --format json``."""

from typing import Any

from rest_framework import serializers

from ledger.declarations import PlanDeclared
from ledger.models import Plan


class DeadlineSerializer(serializers.Serializer[Any]):
    """One point of 完成时限."""

    kind = serializers.ChoiceField(choices=["by", "yearly", "ongoing"], help_text="按日期、按年度或长期")
    what = serializers.CharField()
    day = serializers.DateField(allow_null=True)
    count = serializers.IntegerField(allow_null=True)


class AnnexNoteSerializer(serializers.Serializer[Any]):
    """One place where annex 2 departs from the body."""

    kind = serializers.CharField(help_text="扫描损坏、写法不同或实质差异")
    column = serializers.CharField()
    annex = serializers.CharField(help_text="附件2原文")
    body = serializers.CharField(help_text="附件1正文，空为没有对应")
    reading = serializers.CharField(help_text="本系统的处理")
    basis = serializers.CharField(help_text="依据")
    pending = serializers.BooleanField(help_text="待核定")


class AnnexSerializer(serializers.Serializer[Any]):
    """The annex's row as scanned."""

    place = serializers.CharField()
    section = serializers.CharField()
    text = serializers.CharField()
    lead = serializers.CharField()
    support = serializers.CharField()
    pending_lead = serializers.ListField(child=serializers.CharField())
    pending_support = serializers.ListField(child=serializers.CharField(), help_text="附件2列出、正文没有的单位")
    notes = AnnexNoteSerializer(many=True)


class MeasureSerializer(serializers.Serializer[Any]):
    """One measure of the plan."""

    number = serializers.IntegerField()
    place = serializers.CharField(help_text="在原文件中的位置")
    section = serializers.CharField()
    title = serializers.CharField()
    text = serializers.CharField()
    lead = serializers.ListField(child=serializers.CharField())
    support = serializers.ListField(child=serializers.CharField())
    deadline = serializers.CharField(help_text="附件2原文")
    deadlines = DeadlineSerializer(many=True)
    annex = AnnexSerializer(allow_null=True)


class GoalSerializer(serializers.Serializer[Any]):
    """One goal."""

    text = serializers.CharField()
    indicators = serializers.ListField(child=serializers.CharField())


class PlanSummarySerializer(serializers.ModelSerializer[Plan]):
    """A loaded plan."""

    class Meta:
        model = Plan
        fields = ["code", "title", "document_number", "issued_on", "starts_on", "ends_on"]


class PlanSerializer(serializers.Serializer[PlanDeclared]):
    """A plan with its measures, as its file says."""

    code = serializers.CharField()
    title = serializers.CharField()
    document_number = serializers.CharField()
    issued_on = serializers.DateField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    issuers = serializers.ListField(child=serializers.CharField())
    goals = GoalSerializer(many=True)
    measures = MeasureSerializer(many=True)


class LedgerMeasureSerializer(serializers.Serializer[Any]):
    """One row of the ledger."""

    number = serializers.IntegerField()
    section = serializers.CharField()
    measure = serializers.CharField()
    lead = serializers.ListField(child=serializers.CharField())
    support = serializers.ListField(child=serializers.CharField())
    deadline = serializers.CharField()
    progress = serializers.CharField(help_text="依记账起草，没有记账时为空")
    problems = serializers.CharField(help_text="由牵头单位填写，未填报时为空")
    next_steps = serializers.CharField(help_text="由牵头单位填写，未填报时为空")
    evidence = serializers.ListField(child=serializers.CharField(), help_text="记账来源键；只给金融办和该项牵头单位")


class IndicatorSerializer(serializers.Serializer[Any]):
    """One indicator; ``value`` is null where the records cannot tell, and ``status`` says why."""

    code = serializers.CharField()
    name = serializers.CharField()
    value = serializers.FloatField(allow_null=True)
    target = serializers.FloatField(allow_null=True)
    unit = serializers.CharField()
    numerator = serializers.IntegerField(allow_null=True)
    denominator = serializers.IntegerField(allow_null=True)
    definition = serializers.CharField()
    status = serializers.CharField()


class LedgerSerializer(serializers.Serializer[Any]):
    """The ledger of one quarter."""

    quarter = serializers.CharField()
    due = serializers.DateField(help_text="季度结束后第5个工作日")
    due_tentative = serializers.BooleanField(help_text="当年放假安排尚未公布，日期为暂定")
    measures = LedgerMeasureSerializer(many=True)
    indicators = IndicatorSerializer(many=True)


class QuarterIndicatorsSerializer(serializers.Serializer[Any]):
    """The indicators of one quarter."""

    quarter = serializers.CharField()
    indicators = IndicatorSerializer(many=True)


class PlanParameters(serializers.Serializer[Any]):
    """Which plan."""

    plan = serializers.CharField(required=False, max_length=60, help_text="方案编号；默认为该季度执行中的方案")
