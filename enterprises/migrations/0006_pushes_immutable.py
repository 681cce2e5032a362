"""What an institution was told is never rewritten; an answer keeps its party, day and word."""

from django.db import migrations

from common.triggers import append_only, frozen_once


class Migration(migrations.Migration):
    dependencies = [("enterprises", "0005_whitelist_pushes")]

    operations = [
        *append_only("enterprises_whitelistpush"),
        *frozen_once(
            "enterprises_whitelistfeedback",
            published="id",
            columns=["push_id", "party_id", "answer", "answered_on", "recorded_by_id"],
        ),
    ]
