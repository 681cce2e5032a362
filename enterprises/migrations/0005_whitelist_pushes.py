import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import common.clock


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_notifications"),
        ("enterprises", "0004_abandoned_drafts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="WhitelistPush",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("pushed_on", models.DateField(verbose_name="推送日期")),
                ("basis_doc", models.CharField(max_length=200, verbose_name="依据文件")),
                ("released", models.JSONField(verbose_name="推送内容")),
                ("created_at", models.DateTimeField(default=common.clock.now, verbose_name="录入时间")),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pushes",
                        to="enterprises.whitelistbatch",
                        verbose_name="批次",
                    ),
                ),
                (
                    "institution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.party",
                        verbose_name="机构",
                    ),
                ),
                (
                    "pushed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="推送人",
                    ),
                ),
            ],
            options={
                "verbose_name": "白名单推送",
                "verbose_name_plural": "白名单推送",
                "ordering": ["-pushed_on", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="WhitelistFeedback",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "answer",
                    models.CharField(
                        choices=[
                            ("contacted", "已联系"),
                            ("talking", "洽谈中"),
                            ("approved", "已授信"),
                            ("not_needed", "不需要"),
                            ("unreachable", "联系不上"),
                            ("unfit", "暂不符合条件"),
                        ],
                        max_length=12,
                        verbose_name="答复",
                    ),
                ),
                ("answered_on", models.DateField(verbose_name="答复日期")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="说明")),
                ("recorded_at", models.DateTimeField(default=common.clock.now, verbose_name="录入时间")),
                (
                    "party",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.party",
                        verbose_name="主体",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="录入人",
                    ),
                ),
                (
                    "push",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="feedback",
                        to="enterprises.whitelistpush",
                        verbose_name="推送",
                    ),
                ),
            ],
            options={
                "verbose_name": "白名单反馈",
                "verbose_name_plural": "白名单反馈",
                "ordering": ["answered_on", "pk"],
            },
        ),
        migrations.AddConstraint(
            model_name="whitelistpush",
            constraint=models.UniqueConstraint(
                fields=("batch", "institution", "pushed_on"), name="whitelist_push_once_a_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="whitelistpush",
            constraint=models.CheckConstraint(
                condition=models.Q(("basis_doc", ""), _negated=True), name="whitelist_push_has_basis"
            ),
        ),
        migrations.AddConstraint(
            model_name="whitelistfeedback",
            constraint=models.UniqueConstraint(
                fields=("push", "party", "answer", "answered_on"), name="whitelist_feedback_once"
            ),
        ),
    ]
