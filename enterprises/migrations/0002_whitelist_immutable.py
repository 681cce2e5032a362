"""A published whitelist batch never changes; an entry only gains its exit."""

from django.db import migrations

from common.triggers import frozen_once


class Migration(migrations.Migration):
    dependencies = [("enterprises", "0001_initial")]

    operations = [
        *frozen_once(
            "enterprises_whitelistbatch",
            published="id",
            columns=["code", "department_id", "published_on", "basis_doc", "published_by_id"],
        ),
        *frozen_once("enterprises_whitelistentry", published="id", columns=["batch_id", "party_id"]),
    ]
