"""Seals over audit events, and alerts."""

import django.db.models.deletion
import django.utils.timezone
import simple_history.models
from django.conf import settings
from django.db import migrations, models

FORWARD = """
-- The transaction that wrote an event: only those that have ended for certain are sealed.
ALTER TABLE audit_auditevent
  ADD COLUMN xid bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint);
CREATE INDEX audit_by_xid ON audit_auditevent (xid, id);
-- Looks at sensitive data and refusals are few among many, and asked for alone.
CREATE INDEX audit_by_kind ON audit_auditevent (kind, at DESC);
CREATE INDEX audit_refused ON audit_auditevent (at DESC) WHERE outcome = 'refused';
CREATE INDEX audit_by_request ON audit_auditevent (request_id) WHERE request_id <> '';
CREATE INDEX audit_by_address ON audit_auditevent (address, at DESC) WHERE address IS NOT NULL;
"""

BACKWARD = """
DROP INDEX audit_by_address, audit_by_request, audit_refused, audit_by_kind, audit_by_xid;
ALTER TABLE audit_auditevent DROP COLUMN xid;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditSeal",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("era", models.IntegerField()),
                ("floor_id", models.BigIntegerField()),
                ("after_xid", models.BigIntegerField()),
                ("after_id", models.BigIntegerField()),
                ("last_xid", models.BigIntegerField()),
                ("last_id", models.BigIntegerField()),
                ("max_id", models.BigIntegerField()),
                ("rows", models.IntegerField()),
                ("marks", models.BinaryField()),
                ("root", models.BinaryField()),
                ("previous", models.BinaryField()),
                ("mac", models.BinaryField()),
                ("sealed_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "审计封存",
                "ordering": ("number",),
            },
        ),
        migrations.CreateModel(
            name="Alert",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("reveals", "大量显示完整号码"),
                            ("scraping", "短时间查看大量人员"),
                            ("off_hours", "非办公时段导出"),
                            ("guessing", "反复登录失败"),
                            ("seal", "审计记录校验不符"),
                        ],
                        max_length=20,
                        verbose_name="类别",
                    ),
                ),
                (
                    "at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="时间"),
                ),
                ("once", models.CharField(max_length=120, unique=True)),
                ("actor_id", models.BigIntegerField(null=True, verbose_name="操作人编号")),
                ("actor_name", models.CharField(blank=True, max_length=72, verbose_name="操作人")),
                ("summary", models.CharField(max_length=300, verbose_name="情况")),
                ("request_id", models.CharField(blank=True, max_length=40, verbose_name="请求号")),
                ("address", models.GenericIPAddressField(null=True, verbose_name="来源地址")),
                ("handled_at", models.DateTimeField(null=True, verbose_name="处理时间")),
                ("handled_by_id", models.BigIntegerField(null=True)),
                (
                    "handled_by_name",
                    models.CharField(blank=True, max_length=72, verbose_name="处理人"),
                ),
                ("handling", models.CharField(blank=True, max_length=300, verbose_name="处理情况")),
            ],
            options={
                "verbose_name": "告警",
                "ordering": ("-at", "-pk"),
                "indexes": [
                    models.Index(
                        condition=models.Q(("handled_at__isnull", True)),
                        fields=["-at"],
                        name="alert_open",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("handled_at__isnull", True), ("handled_by_id__isnull", True)),
                            models.Q(
                                ("handled_at__isnull", False),
                                ("handled_by_id__isnull", False),
                                models.Q(("handling", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="alert_handled_says_by_whom_and_how",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalAlert",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, verbose_name="ID")),
                ("change_id", models.UUIDField(editable=False, null=True, verbose_name="变更标识")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("reveals", "大量显示完整号码"),
                            ("scraping", "短时间查看大量人员"),
                            ("off_hours", "非办公时段导出"),
                            ("guessing", "反复登录失败"),
                            ("seal", "审计记录校验不符"),
                        ],
                        max_length=20,
                        verbose_name="类别",
                    ),
                ),
                (
                    "at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="时间"),
                ),
                ("once", models.CharField(max_length=120)),
                ("actor_id", models.BigIntegerField(null=True, verbose_name="操作人编号")),
                ("actor_name", models.CharField(blank=True, max_length=72, verbose_name="操作人")),
                ("summary", models.CharField(max_length=300, verbose_name="情况")),
                ("request_id", models.CharField(blank=True, max_length=40, verbose_name="请求号")),
                ("address", models.GenericIPAddressField(null=True, verbose_name="来源地址")),
                ("handled_at", models.DateTimeField(null=True, verbose_name="处理时间")),
                ("handled_by_id", models.BigIntegerField(null=True)),
                (
                    "handled_by_name",
                    models.CharField(blank=True, max_length=72, verbose_name="处理人"),
                ),
                ("handling", models.CharField(blank=True, max_length=300, verbose_name="处理情况")),
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
                (
                    "history_user",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical 告警",
                "verbose_name_plural": "historical 告警s",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
                "indexes": [models.Index(fields=["id", "history_date"], name="audit_alert_hist")],
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
