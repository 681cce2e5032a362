"""Whom to call at a firm stands encrypted from here on."""

from django.db import migrations

import accounts.sealed
from accounts.sealed import seal_rows, unseal_rows

SEALED = {"EnterpriseProfile": ["contact_name", "contact_phone"]}


def seal(apps, schema_editor):
    for name, fields in SEALED.items():
        seal_rows(apps.get_model("enterprises", name), fields)


def unseal(apps, schema_editor):
    for name, fields in SEALED.items():
        unseal_rows(apps.get_model("enterprises", name), fields)


class Migration(migrations.Migration):
    dependencies = [
        ("enterprises", "0006_pushes_immutable"),
    ]

    operations = [
        migrations.AlterField(
            model_name="enterpriseprofile",
            name="contact_name",
            field=accounts.sealed.SealedField(blank=True, verbose_name="联系人"),
        ),
        migrations.AlterField(
            model_name="enterpriseprofile",
            name="contact_phone",
            field=accounts.sealed.SealedField(blank=True, verbose_name="联系电话"),
        ),
        migrations.RunPython(seal, unseal),
    ]
