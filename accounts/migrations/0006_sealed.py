"""Telephones, names of strangers and signing secrets stand encrypted from here on."""

from django.db import migrations

import accounts.sealed
from accounts.sealed import seal_rows, unseal_rows

SEALED = {
    "AccountClaim": ["applicant", "phone"],
    "ChannelChoice": ["address"],
    "Delivery": ["address"],
    "WebhookEndpoint": ["secret"],
}


def seal(apps, schema_editor):
    for name, fields in SEALED.items():
        seal_rows(apps.get_model("accounts", name), fields)


def unseal(apps, schema_editor):
    for name, fields in SEALED.items():
        unseal_rows(apps.get_model("accounts", name), fields)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_erasures"),
    ]

    operations = [
        migrations.AlterField(
            model_name="accountclaim",
            name="applicant",
            field=accounts.sealed.SealedField(verbose_name="姓名"),
        ),
        migrations.AlterField(
            model_name="accountclaim",
            name="phone",
            field=accounts.sealed.SealedField(verbose_name="电话"),
        ),
        migrations.AlterField(
            model_name="channelchoice",
            name="address",
            field=accounts.sealed.SealedField(verbose_name="地址或号码"),
        ),
        migrations.AlterField(
            model_name="delivery",
            name="address",
            field=accounts.sealed.SealedField(verbose_name="地址或号码"),
        ),
        migrations.AlterField(
            model_name="webhookendpoint",
            name="secret",
            field=accounts.sealed.SealedField(verbose_name="签名密钥"),
        ),
        migrations.RunPython(seal, unseal),
    ]
