"""Money and service records are added, never changed; a financing only gains its settlement date."""

from django.db import migrations

from common.triggers import append_only, frozen_once


class Migration(migrations.Migration):
    dependencies = [("matching", "0002_cases")]

    operations = [
        *append_only("matching_servicelog"),
        *append_only("matching_firstloandefinition"),
        *frozen_once(
            "matching_financing",
            published="id",
            columns=[
                "serial",
                "institution_id",
                "version_id",
                "party_id",
                "need_id",
                "kind",
                "credit_kind",
                "amount",
                "rate_bp",
                "fee",
                "premium",
                "term_months",
                "disbursed_on",
                "due_on",
                "guarantees",
                "ip_registration_no",
                "related_id",
                "reversal_of_id",
                "recorded_by_id",
                "recorded_at",
            ],
        ),
    ]
