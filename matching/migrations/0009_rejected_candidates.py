"""A candidate that no bank took up may be turned down without a loan."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_accounts_guarded"),
        ("matching", "0008_whitelist_snapshot"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="firstloanclaim",
            name="first_loan_declared_with_financing",
        ),
        migrations.AddConstraint(
            model_name="firstloanclaim",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["candidate", "rejected"]),
                    models.Q(("financing__isnull", False), ("institution__isnull", False)),
                    _connector="OR",
                ),
                name="first_loan_declared_with_financing",
            ),
        ),
    ]
