"""What each stage of a referral promised, and when it was left."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("matching", "0003_cases_immutable")]

    operations = [
        migrations.AddField("referral", "promises", models.JSONField("各环节时限", default=list)),
    ]
