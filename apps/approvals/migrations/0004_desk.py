"""Phrases, copies and batches of those who act; an index for inboxes of several steps."""

import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

PHRASES = """
INSERT INTO approvals_phrase (text, move, sort) VALUES
  ('同意', 'pass', 10),
  ('拟同意，请领导审定', 'pass', 20),
  ('材料齐全，符合规定，同意', 'pass', 30),
  ('材料不全，请补充后重新提交', 'return', 10),
  ('填报内容与依据文件不一致，请核对后重新提交', 'return', 20),
  ('请上传清晰的依据文件扫描件', 'return', 30),
  ('不符合编制使用规定', 'refuse', 10),
  ('无空编，不予通过', 'refuse', 20);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("approvals", "0003_first_settings"),
        ("core", "0005_settle_search"),
        ("documents", "0001_initial"),
        ("units", "0009_permissions_of_applications"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Batch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("move", models.CharField(db_collation="C", max_length=12, verbose_name="操作")),
                ("opinion", models.CharField(blank=True, max_length=500, verbose_name="意见")),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="提交时间")),
            ],
            options={
                "verbose_name": "批量办理",
                "ordering": ("-pk",),
            },
        ),
        migrations.CreateModel(
            name="BatchItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("revision", models.PositiveIntegerField()),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[("", "等待"), ("done", "已办"), ("failed", "没有办成")],
                        db_collation="C",
                        default="",
                        max_length=8,
                        verbose_name="结果",
                    ),
                ),
                ("sentence", models.CharField(blank=True, max_length=500, verbose_name="说明")),
                ("at", models.DateTimeField(blank=True, null=True, verbose_name="办理时间")),
            ],
            options={
                "verbose_name": "批量办理明细",
                "ordering": ("batch", "pk"),
            },
        ),
        migrations.CreateModel(
            name="Copy",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="抄送时间")),
                ("seen_at", models.DateTimeField(blank=True, null=True, verbose_name="查看时间")),
            ],
            options={
                "verbose_name": "抄送",
                "ordering": ("-at", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="HistoricalPhrase",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, verbose_name="ID")),
                ("change_id", models.UUIDField(editable=False, null=True, verbose_name="变更标识")),
                ("text", models.CharField(max_length=200, verbose_name="意见")),
                ("move", models.CharField(blank=True, max_length=12, verbose_name="用于")),
                ("sort", models.PositiveSmallIntegerField(default=100, verbose_name="顺序")),
                ("history_change_reason", models.TextField(null=True)),
                (
                    "history_id",
                    models.BigAutoField(editable=False, primary_key=True, serialize=False),
                ),
                ("history_date", models.DateTimeField(db_index=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
            ],
            options={
                "verbose_name": "historical 常用意见",
                "verbose_name_plural": "historical 常用意见s",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Phrase",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.CharField(max_length=200, verbose_name="意见")),
                (
                    "move",
                    models.CharField(
                        blank=True, db_collation="C", max_length=12, verbose_name="用于"
                    ),
                ),
                ("sort", models.PositiveSmallIntegerField(default=100, verbose_name="顺序")),
            ],
            options={
                "verbose_name": "常用意见",
                "ordering": ("sort", "pk"),
            },
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(
                condition=models.Q(
                    (
                        "state__in",
                        (
                            "supervising",
                            "examining",
                            "signing",
                            "deciding",
                            "issuing",
                            "registered",
                            "collected",
                            "brought_back",
                            "confirming",
                            "returned",
                        ),
                    )
                ),
                fields=["due_at", "id"],
                name="application_urgent",
            ),
        ),
        migrations.AddField(
            model_name="batch",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="办理人",
            ),
        ),
        migrations.AddField(
            model_name="batch",
            name="job",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="approval_batch",
                to="core.job",
            ),
        ),
        migrations.AddField(
            model_name="batchitem",
            name="application",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="approvals.application",
                verbose_name="办件",
            ),
        ),
        migrations.AddField(
            model_name="batchitem",
            name="batch",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="items",
                to="approvals.batch",
            ),
        ),
        migrations.AddField(
            model_name="copy",
            name="application",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="copies",
                to="approvals.application",
            ),
        ),
        migrations.AddField(
            model_name="copy",
            name="by",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="copy",
            name="user",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="application_copies",
                to=settings.AUTH_USER_MODEL,
                verbose_name="抄送人",
            ),
        ),
        migrations.AddField(
            model_name="historicalphrase",
            name="history_user",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="historicalphrase",
            name="owner",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="所有人",
            ),
        ),
        migrations.AddField(
            model_name="historicalphrase",
            name="unit",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="units.unit",
                verbose_name="编办",
            ),
        ),
        migrations.AddField(
            model_name="phrase",
            name="owner",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="phrases",
                to=settings.AUTH_USER_MODEL,
                verbose_name="所有人",
            ),
        ),
        migrations.AddField(
            model_name="phrase",
            name="unit",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="units.unit",
                verbose_name="编办",
            ),
        ),
        migrations.AddConstraint(
            model_name="batchitem",
            constraint=models.UniqueConstraint(
                fields=("batch", "application"), name="batch_item_once_for_a_case"
            ),
        ),
        migrations.AddConstraint(
            model_name="batchitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("at__isnull", True), ("outcome", "")),
                    models.Q(models.Q(("outcome", ""), _negated=True), ("at__isnull", False)),
                    _connector="OR",
                ),
                name="batch_item_tried_says_when",
            ),
        ),
        migrations.AddIndex(
            model_name="copy",
            index=models.Index(fields=["user", "-id"], name="copy_by_user"),
        ),
        migrations.AddConstraint(
            model_name="copy",
            constraint=models.UniqueConstraint(
                fields=("application", "user"), name="copy_once_for_a_user"
            ),
        ),
        migrations.AddIndex(
            model_name="historicalphrase",
            index=models.Index(fields=["id", "history_date"], name="approvals_phrase_hist"),
        ),
        migrations.AddConstraint(
            model_name="phrase",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="phrase_says_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="phrase",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("owner__isnull", True), ("unit__isnull", True), _connector="OR"
                ),
                name="phrase_is_ones_own_or_the_offices",
            ),
        ),
        migrations.AddConstraint(
            model_name="phrase",
            constraint=models.UniqueConstraint(
                fields=("owner", "unit", "move", "text"), name="phrase_once", nulls_distinct=False
            ),
        ),
        migrations.RunSQL(PHRASES, "DELETE FROM approvals_phrase"),
    ]
