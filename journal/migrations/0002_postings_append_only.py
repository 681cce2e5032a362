"""Postings can only be added; a mistake is reversed by another posting."""

from django.db import migrations

from common.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]

    operations = append_only("journal_posting")
