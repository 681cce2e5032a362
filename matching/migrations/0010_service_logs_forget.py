"""A service record stays as written, but its words may be taken out when the person they speak of is erased."""

from django.db import migrations

from common.triggers import append_only

TABLE = "matching_servicelog"
KEPT = ("party_id", "officer_id", "need_id", "happened_on", "way", "next_on", "client_key", "written_at")
CONDITION = " OR ".join(
    [
        *(f'OLD."{column}" IS NOT NEW."{column}"' for column in KEPT),
        """(OLD."content" IS NOT NEW."content" AND NEW."content" IS NOT '已删除')""",
        """(OLD."next_step" IS NOT NEW."next_step" AND NEW."next_step" IS NOT '')""",
    ]
)
BEFORE = append_only(TABLE)[0]
AFTER = type(BEFORE)(TABLE, "UPDATE", f"{TABLE} is append-only", CONDITION)


def loosen(apps, schema_editor):
    BEFORE.database_backwards("", schema_editor, None, None)
    AFTER.database_forwards("", schema_editor, None, None)


def tighten(apps, schema_editor):
    AFTER.database_backwards("", schema_editor, None, None)
    BEFORE.database_forwards("", schema_editor, None, None)


class Migration(migrations.Migration):
    dependencies = [("matching", "0009_rejected_candidates")]

    operations = [migrations.RunPython(loosen, tighten)]
