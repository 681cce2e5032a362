"""Results as packed rows: the JSON of the earlier table is carried over, its best products at least."""

import django.db.models.deletion
from django.db import migrations, models

import common.clock

TOP = 20
VERDICTS = {"violated": 0, "unknown": 1, "satisfied": 2}


def pack(apps, schema_editor):
    """[[code, verdict, score], …] → six bytes each: product id, verdict and score."""
    old, new = apps.get_model("matching", "OldMatchResult"), apps.get_model("matching", "MatchResult")
    programmes = apps.get_model("matching", "MatchProgramme")
    numbers = dict(apps.get_model("products", "Product").objects.values_list("code", "pk"))
    for row in old.objects.order_by("pk").iterator():
        programme, _ = programmes.objects.get_or_create(hash=row.programme_hash)
        best = b"".join(
            numbers[code].to_bytes(4, "little") + (VERDICTS[verdict] << 10 | score).to_bytes(2, "little")
            for code, verdict, score in row.ranked[:TOP]
            if code in numbers
        )
        new.objects.create(
            need_id=row.need_id,
            programme=programme,
            satisfied=row.satisfied,
            unknown=row.unknown,
            violated=row.violated,
            best=best,
            computed_at=row.computed_at,
        )


class Migration(migrations.Migration):
    dependencies = [
        ("common", "0002_audit_append_only"),
        ("enterprises", "0004_abandoned_drafts"),
        ("products", "0002_versions_immutable"),
        ("matching", "0004_referral_promises"),
    ]

    operations = [
        migrations.RenameModel("MatchResult", "OldMatchResult"),
        migrations.AlterField(
            "OldMatchResult",
            "need",
            models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="enterprises.need"),
        ),
        migrations.CreateModel(
            "MatchProgramme",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("hash", models.CharField(max_length=64, unique=True, verbose_name="规则指纹")),
                ("versions", models.JSONField(default=list, verbose_name="产品版本")),
                ("created_at", models.DateTimeField(default=common.clock.now, verbose_name="创建时间")),
            ],
            options={"verbose_name": "匹配规则集", "verbose_name_plural": "匹配规则集", "ordering": ["pk"]},
        ),
        migrations.CreateModel(
            "MatchBlock",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(unique=True, verbose_name="区段")),
                (
                    "programme",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="matching.matchprogramme",
                        verbose_name="规则集",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="common.job",
                        verbose_name="任务",
                    ),
                ),
                ("as_of", models.DateField(null=True, verbose_name="资料日期")),
                ("needs", models.PositiveIntegerField(default=0, verbose_name="需求")),
                ("satisfied", models.BigIntegerField(default=0, verbose_name="符合")),
                ("unknown", models.BigIntegerField(default=0, verbose_name="缺资料")),
                ("violated", models.BigIntegerField(default=0, verbose_name="不符合")),
                ("tally", models.BinaryField(default=bytes, verbose_name="各产品计数")),
                ("computed_at", models.DateTimeField(null=True, verbose_name="计算时间")),
            ],
            options={"verbose_name": "匹配区段", "verbose_name_plural": "匹配区段", "ordering": ["number"]},
        ),
        migrations.CreateModel(
            "MatchResult",
            [
                (
                    "need",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        serialize=False,
                        related_name="match_result",
                        to="enterprises.need",
                        verbose_name="需求",
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="matching.matchprogramme",
                        verbose_name="规则集",
                    ),
                ),
                ("satisfied", models.PositiveIntegerField(default=0, verbose_name="符合")),
                ("unknown", models.PositiveIntegerField(default=0, verbose_name="缺资料")),
                ("violated", models.PositiveIntegerField(default=0, verbose_name="不符合")),
                ("best", models.BinaryField(default=bytes, verbose_name="最合适的产品")),
                ("computed_at", models.DateTimeField(default=common.clock.now, verbose_name="计算时间")),
            ],
            options={"verbose_name": "匹配结果", "verbose_name_plural": "匹配结果", "ordering": ["need"]},
        ),
        migrations.CreateModel(
            "MatchTally",
            [
                (
                    "product",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        serialize=False,
                        related_name="match_tally",
                        to="products.product",
                        verbose_name="产品",
                    ),
                ),
                ("satisfied", models.PositiveIntegerField(default=0, verbose_name="符合")),
                ("unknown", models.PositiveIntegerField(default=0, verbose_name="缺资料")),
            ],
            options={"verbose_name": "产品匹配计数", "verbose_name_plural": "产品匹配计数", "ordering": ["product"]},
        ),
        migrations.AddField(
            "Referral",
            "programme_hash",
            models.CharField(blank=True, default="", max_length=64, verbose_name="规则指纹"),
            preserve_default=False,
        ),
        migrations.RunPython(pack, migrations.RunPython.noop),
        migrations.DeleteModel("OldMatchResult"),
    ]
