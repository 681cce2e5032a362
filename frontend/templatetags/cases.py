"""The stage of a referral as a tag, under the name of its kind."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from frontend.clocks import stage_of, stage_tone
from matching.models import Referral
from products.rules.evaluate import Verdict
from products.rules.explain import VERDICT_LABELS

register = template.Library()


@register.simple_tag
def referral_stage(referral: Referral) -> SafeString:
    """A tag with the stage."""
    return format_html('<span class="tag {}">{}</span>', stage_tone(referral), stage_of(referral))


@register.filter
def verdict_label(verdict: str) -> str:
    """The word for a stored verdict."""
    return VERDICT_LABELS[Verdict(verdict)]
