"""The service log's form: half a minute on a phone, most of it ticks. It only parses."""

from datetime import date
from typing import Any

from django import forms

from accounts.models import Party
from common import clock
from common.workdays import nth_working_day_after
from matching.models import ServiceLog

# What is done most often; ticked sentences stand before what is written by hand.
TOPICS = (
    "了解融资需求和用途",
    "讲解产品和政策",
    "核对并催补材料",
    "陪同机构尽调",
    "陪同签约办手续",
    "放款后回访",
)
NEXT_IN = (
    ("", "不约"),
    ("1", "下一工作日"),
    ("3", "3 个工作日后"),
    ("5", "5 个工作日后"),
    ("date", "另选日期"),
)
_DATE_WORDS = {"invalid": "请按 2026-11-23 这样填写日期。"}


class ServiceLogForm(forms.Form):
    """One service in the officer's words; ``client_key`` makes a page sent twice one entry."""

    way = forms.ChoiceField(
        label="怎么联系的", choices=ServiceLog.Way.choices, error_messages={"required": "请选择服务方式。"}
    )
    topics = forms.MultipleChoiceField(
        label="做了什么",
        required=False,
        choices=[(topic, topic) for topic in TOPICS],
        error_messages={"invalid_choice": "没有“%(value)s”这一项，请重新选择。"},
    )
    content = forms.CharField(label="补充几句", required=False)
    happened_on = forms.DateField(
        label="哪一天", error_messages={**_DATE_WORDS, "required": "请填写服务日期，例如 2026-11-23。"}
    )
    next_step = forms.CharField(label="下一步", required=False)
    next_in = forms.ChoiceField(label="约在什么时候", required=False, choices=NEXT_IN)
    next_on = forms.DateField(label="另选的日期", required=False, error_messages=_DATE_WORDS)
    client_key = forms.CharField(max_length=40, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """Another date has to be said."""
        data = dict(super().clean() or {})
        if data.get("next_in") == "date" and not data.get("next_on") and "next_on" not in self.errors:
            self.add_error("next_on", "请选一个日期，或改选“不约”。")
        return data

    def values(self) -> dict[str, Any]:
        """Arguments of the service."""
        data = self.cleaned_data
        told = "；".join([*data["topics"], *filter(None, [data["content"].strip()])])
        return {
            "happened_on": data["happened_on"],
            "way": data["way"],
            "content": told,
            "next_step": data["next_step"],
            "next_on": self._next_on(),
            "client_key": data["client_key"],
        }

    def _next_on(self) -> date | None:
        chosen: str = self.cleaned_data["next_in"]
        if chosen.isdecimal():
            return nth_working_day_after(clock.today(), int(chosen)).day
        day: date | None = self.cleaned_data["next_on"]
        return day


class QuickLogForm(ServiceLogForm):
    """The same from anywhere: it also says for whom."""

    party = forms.ChoiceField(label="哪一户", error_messages={"required": "请选择为哪一户服务。"})

    field_order = ["party"]

    def __init__(self, *args: Any, parties: list[Party], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["party"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", "请选择"), *((party.code, party.name) for party in parties)]
            field.error_messages["invalid_choice"] = "这一户不由您服务，请从列表里选择。"
