"""Answers to objections, confirmations on paper, places held while a form travels, clients."""

import uuid

import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("approvals", "0006_use_guarantees"),
        ("documents", "0001_initial"),
        ("quotas", "0009_uneven_sets"),
        ("units", "0009_permissions_of_applications"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Calls",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("who", models.CharField(db_collation="C", max_length=60)),
                ("minute", models.DateTimeField()),
                ("calls", models.PositiveIntegerField(default=0)),
            ],
            options={
                "verbose_name": "接口调用次数",
            },
        ),
        migrations.CreateModel(
            name="Client",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(max_length=60, unique=True, verbose_name="名称")),
                (
                    "partner",
                    models.CharField(
                        choices=[
                            ("organisation", "组织部门"),
                            ("personnel", "人社部门"),
                            ("finance", "财政部门"),
                            ("insurance", "社保经办机构"),
                        ],
                        db_collation="C",
                        max_length=14,
                        verbose_name="联办部门",
                    ),
                ),
                ("addresses", models.JSONField(default=list, verbose_name="允许的地址")),
                (
                    "reads_numbers",
                    models.BooleanField(default=False, verbose_name="可读公民身份号码"),
                ),
                ("expires_on", models.DateField(verbose_name="有效期至")),
                ("made_at", models.DateTimeField(auto_now_add=True, verbose_name="建立时间")),
                (
                    "key_until",
                    models.DateTimeField(blank=True, null=True, verbose_name="领取密钥截止"),
                ),
                (
                    "revoked_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="停用时间"),
                ),
                (
                    "revoke_reason",
                    models.CharField(blank=True, max_length=300, verbose_name="停用理由"),
                ),
            ],
            options={
                "verbose_name": "接口客户端",
                "ordering": ("name", "pk"),
            },
        ),
        migrations.CreateModel(
            name="ClientKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "prefix",
                    models.CharField(db_collation="C", max_length=12, verbose_name="密钥开头"),
                ),
                ("digest", models.BinaryField(unique=True)),
                ("made_at", models.DateTimeField(auto_now_add=True, verbose_name="生成时间")),
                ("ends_at", models.DateTimeField(blank=True, null=True, verbose_name="失效时间")),
            ],
            options={
                "verbose_name": "接口密钥",
                "ordering": ("-made_at", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="HistoricalClient",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, verbose_name="ID")),
                ("change_id", models.UUIDField(editable=False, null=True, verbose_name="变更标识")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("name", models.CharField(max_length=60, verbose_name="名称")),
                (
                    "partner",
                    models.CharField(
                        choices=[
                            ("organisation", "组织部门"),
                            ("personnel", "人社部门"),
                            ("finance", "财政部门"),
                            ("insurance", "社保经办机构"),
                        ],
                        max_length=14,
                        verbose_name="联办部门",
                    ),
                ),
                ("addresses", models.JSONField(default=list, verbose_name="允许的地址")),
                (
                    "reads_numbers",
                    models.BooleanField(default=False, verbose_name="可读公民身份号码"),
                ),
                ("expires_on", models.DateField(verbose_name="有效期至")),
                (
                    "made_at",
                    models.DateTimeField(blank=True, editable=False, verbose_name="建立时间"),
                ),
                (
                    "key_until",
                    models.DateTimeField(blank=True, null=True, verbose_name="领取密钥截止"),
                ),
                (
                    "revoked_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="停用时间"),
                ),
                (
                    "revoke_reason",
                    models.CharField(blank=True, max_length=300, verbose_name="停用理由"),
                ),
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
                "verbose_name": "historical 接口客户端",
                "verbose_name_plural": "historical 接口客户端s",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalClientKey",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, verbose_name="ID")),
                ("change_id", models.UUIDField(editable=False, null=True, verbose_name="变更标识")),
                ("prefix", models.CharField(max_length=12, verbose_name="密钥开头")),
                ("digest", models.BinaryField()),
                (
                    "made_at",
                    models.DateTimeField(blank=True, editable=False, verbose_name="生成时间"),
                ),
                ("ends_at", models.DateTimeField(blank=True, null=True, verbose_name="失效时间")),
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
                "verbose_name": "historical 接口密钥",
                "verbose_name_plural": "historical 接口密钥s",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.AddField(
            model_name="confirmation",
            name="answer",
            field=models.CharField(blank=True, max_length=500, verbose_name="答复"),
        ),
        migrations.AddField(
            model_name="confirmation",
            name="answered_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="答复时间"),
        ),
        migrations.AddField(
            model_name="confirmation",
            name="answered_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="答复人",
            ),
        ),
        migrations.AddField(
            model_name="confirmation",
            name="paper_document",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="documents.approvaldocument",
                verbose_name="纸质依据",
            ),
        ),
        migrations.AddField(
            model_name="historicalconfirmation",
            name="answer",
            field=models.CharField(blank=True, max_length=500, verbose_name="答复"),
        ),
        migrations.AddField(
            model_name="historicalconfirmation",
            name="answered_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="答复时间"),
        ),
        migrations.AddField(
            model_name="historicalconfirmation",
            name="answered_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="答复人",
            ),
        ),
        migrations.AddField(
            model_name="historicalconfirmation",
            name="paper_document",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="documents.approvaldocument",
                verbose_name="纸质依据",
            ),
        ),
        migrations.AddField(
            model_name="historicalline",
            name="held",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="quotas.reservation",
            ),
        ),
        migrations.AddField(
            model_name="line",
            name="held",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="line",
                to="quotas.reservation",
            ),
        ),
        migrations.AddIndex(
            model_name="confirmation",
            index=models.Index(
                fields=["partner", "arrived_at", "id"], name="confirmation_by_arrival"
            ),
        ),
        migrations.AddIndex(
            model_name="confirmation",
            index=models.Index(
                condition=models.Q(
                    ("answered_at__isnull", True),
                    ("confirmed_at__isnull", True),
                    ("objected_at__isnull", False),
                ),
                fields=["scope", "objected_at"],
                name="confirmation_objected",
            ),
        ),
        migrations.AddConstraint(
            model_name="confirmation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("confirmed_at__isnull", True), ("arrived_at__isnull", False), _connector="OR"
                ),
                name="confirmation_not_before_its_turn",
            ),
        ),
        migrations.AddConstraint(
            model_name="confirmation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("paper_document__isnull", True),
                    models.Q(
                        ("confirmed_by__isnull", False), models.Q(("opinion", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="confirmation_on_paper_says_who_and_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="confirmation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("answered_at__isnull", True),
                    models.Q(
                        ("objected_at__isnull", False), models.Q(("answer", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="confirmation_answers_an_objection",
            ),
        ),
        migrations.AddIndex(
            model_name="calls",
            index=models.Index(fields=["minute"], name="calls_by_age"),
        ),
        migrations.AddConstraint(
            model_name="calls",
            constraint=models.UniqueConstraint(fields=("who", "minute"), name="calls_by_minute"),
        ),
        migrations.AddField(
            model_name="client",
            name="unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="units.unit",
                verbose_name="范围",
            ),
        ),
        migrations.AddField(
            model_name="clientkey",
            name="client",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="keys",
                to="approvals.client",
            ),
        ),
        migrations.AddField(
            model_name="clientkey",
            name="made_by",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="领取人",
            ),
        ),
        migrations.AddField(
            model_name="historicalclient",
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
            model_name="historicalclient",
            name="unit",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="units.unit",
                verbose_name="范围",
            ),
        ),
        migrations.AddField(
            model_name="historicalclientkey",
            name="client",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="approvals.client",
            ),
        ),
        migrations.AddField(
            model_name="historicalclientkey",
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
            model_name="historicalclientkey",
            name="made_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="领取人",
            ),
        ),
        migrations.AddConstraint(
            model_name="client",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("partner__in", ["organisation", "personnel", "finance", "insurance"])
                ),
                name="client_partner_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="client",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("revoked_at__isnull", True),
                    models.Q(("revoke_reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="client_revoked_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="client",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("revoked_at__isnull", True), ("key_until__isnull", True), _connector="OR"
                ),
                name="client_revoked_takes_no_key",
            ),
        ),
        migrations.AddConstraint(
            model_name="clientkey",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ends_at__isnull", True)),
                fields=("client",),
                name="client_key_one_without_end",
            ),
        ),
        migrations.AddConstraint(
            model_name="clientkey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_at__isnull", True),
                    ("ends_at__gte", models.F("made_at")),
                    _connector="OR",
                ),
                name="client_key_ends_after_it_was_made",
            ),
        ),
        migrations.AddIndex(
            model_name="historicalclient",
            index=models.Index(fields=["id", "history_date"], name="approvals_client_hist"),
        ),
        migrations.AddIndex(
            model_name="historicalclientkey",
            index=models.Index(fields=["id", "history_date"], name="approvals_clientkey_hist"),
        ),
    ]
