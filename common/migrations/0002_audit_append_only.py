"""The audit trail can only grow."""

from django.db import migrations

from common.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("common", "0001_initial")]

    operations = append_only("common_auditevent")
