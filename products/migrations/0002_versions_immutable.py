"""A published version is what people saw: only its state and its confirmation date move on."""

from django.db import migrations

from common.triggers import frozen_once


class Migration(migrations.Migration):
    dependencies = [("products", "0001_initial")]

    operations = frozen_once(
        "products_productversion",
        published="published_at",
        columns=[
            "product_id",
            "number",
            "name",
            "region_text",
            "target",
            "amount_min",
            "amount_max",
            "term_min_months",
            "term_max_months",
            "rate_min_bp",
            "rate_max_bp",
            "guarantee_methods",
            "purposes",
            "required_tags",
            "min_age_months",
            "min_revenue",
            "tax_grades",
            "max_debt_ratio_bp",
            "other_conditions",
            "features",
            "source_url",
            "source_as_of",
            "source_verified",
            "rules",
            "content_hash",
            "made_by_id",
            "approved_by_id",
            "published_at",
        ],
    )
