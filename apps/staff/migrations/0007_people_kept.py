"""What units write of their people, and where the estimate of retirement stands."""

import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0003_grams_in_a_loop"),
        ("documents", "0001_initial"),
        ("staff", "0006_code_checks_by_statement"),
        ("units", "0004_sessions_end_with_grants"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Correction",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("versions", models.JSONField(editable=False, verbose_name="版本")),
                ("fields", models.JSONField(verbose_name="修改项目")),
                ("happened_on", models.DateField(verbose_name="变动日期")),
                ("due_on", models.DateField(verbose_name="期限")),
                ("provisional", models.BooleanField(default=False, verbose_name="期限暂算")),
                ("reason", models.CharField(max_length=200, verbose_name="变更说明")),
                ("made_at", models.DateTimeField(auto_now_add=True, verbose_name="修改时间")),
                ("undone_at", models.DateTimeField(blank=True, null=True, verbose_name="恢复时间")),
                (
                    "undone_reason",
                    models.CharField(blank=True, max_length=200, verbose_name="恢复理由"),
                ),
                (
                    "scope",
                    models.CharField(blank=True, db_collation="C", editable=False, max_length=255),
                ),
            ],
            options={
                "verbose_name": "单位更正",
                "ordering": ("-made_at", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="HistoricalCorrection",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, verbose_name="ID")),
                ("change_id", models.UUIDField(editable=False, null=True, verbose_name="变更标识")),
                ("versions", models.JSONField(editable=False, verbose_name="版本")),
                ("fields", models.JSONField(verbose_name="修改项目")),
                ("happened_on", models.DateField(verbose_name="变动日期")),
                ("due_on", models.DateField(verbose_name="期限")),
                ("provisional", models.BooleanField(default=False, verbose_name="期限暂算")),
                ("reason", models.CharField(max_length=200, verbose_name="变更说明")),
                (
                    "made_at",
                    models.DateTimeField(blank=True, editable=False, verbose_name="修改时间"),
                ),
                ("undone_at", models.DateTimeField(blank=True, null=True, verbose_name="恢复时间")),
                (
                    "undone_reason",
                    models.CharField(blank=True, max_length=200, verbose_name="恢复理由"),
                ),
                ("scope", models.CharField(blank=True, editable=False, max_length=255)),
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
                "verbose_name": "historical 单位更正",
                "verbose_name_plural": "historical 单位更正s",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalObjection",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, verbose_name="ID")),
                ("change_id", models.UUIDField(editable=False, null=True, verbose_name="变更标识")),
                ("raised_by", models.CharField(max_length=60, verbose_name="异议人")),
                ("raised_on", models.DateField(verbose_name="提出日期")),
                ("matter", models.CharField(max_length=500, verbose_name="异议内容")),
                ("handled_by", models.CharField(blank=True, max_length=60, verbose_name="处理人")),
                ("handled_on", models.DateField(blank=True, null=True, verbose_name="处理日期")),
                (
                    "result",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("upheld", "属实，已更正"),
                            ("rejected", "不属实"),
                            ("explained", "已说明，异议人认可"),
                        ],
                        max_length=10,
                        verbose_name="处理结果",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="处理说明")),
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
                "verbose_name": "historical 公示异议",
                "verbose_name_plural": "historical 公示异议s",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalPublicity",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, verbose_name="ID")),
                ("change_id", models.UUIDField(editable=False, null=True, verbose_name="变更标识")),
                (
                    "kind",
                    models.CharField(
                        choices=[("staff", "在编人员公示"), ("entry", "入编公示")],
                        max_length=10,
                        verbose_name="公示类别",
                    ),
                ),
                (
                    "place",
                    models.CharField(
                        choices=[
                            ("board", "单位公告栏"),
                            ("site", "单位门户网站"),
                            ("both", "公告栏和门户网站"),
                        ],
                        max_length=10,
                        verbose_name="公示范围",
                    ),
                ),
                ("starts_on", models.DateField(verbose_name="公示开始")),
                ("days", models.SmallIntegerField(verbose_name="公示期限")),
                ("ends_on", models.DateField(verbose_name="公示截止")),
                ("provisional", models.BooleanField(default=False, verbose_name="截止日暂算")),
                ("contact", models.CharField(max_length=120, verbose_name="受理异议")),
                ("content", models.JSONField(verbose_name="公示内容")),
                ("people", models.IntegerField(verbose_name="公示人数")),
                ("evidence_key", models.CharField(blank=True, editable=False, max_length=80)),
                (
                    "evidence_name",
                    models.CharField(blank=True, max_length=255, verbose_name="公示照片"),
                ),
                ("evidence_sha256", models.CharField(blank=True, editable=False, max_length=64)),
                ("evidence_size", models.BigIntegerField(blank=True, editable=False, null=True)),
                (
                    "made_at",
                    models.DateTimeField(blank=True, editable=False, verbose_name="发起时间"),
                ),
                ("closed_on", models.DateField(blank=True, null=True, verbose_name="办结日期")),
                ("summary", models.CharField(blank=True, max_length=500, verbose_name="公示结果")),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="备注")),
                ("scope", models.CharField(blank=True, editable=False, max_length=255)),
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
                "verbose_name": "historical 公示",
                "verbose_name_plural": "historical 公示s",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalRetirementChoice",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, verbose_name="ID")),
                ("change_id", models.UUIDField(editable=False, null=True, verbose_name="变更标识")),
                ("month", models.DateField(verbose_name="退休年月")),
                ("reason", models.CharField(max_length=200, verbose_name="理由")),
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
                "verbose_name": "historical 弹性退休",
                "verbose_name_plural": "historical 弹性退休s",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Objection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("raised_by", models.CharField(max_length=60, verbose_name="异议人")),
                ("raised_on", models.DateField(verbose_name="提出日期")),
                ("matter", models.CharField(max_length=500, verbose_name="异议内容")),
                ("handled_by", models.CharField(blank=True, max_length=60, verbose_name="处理人")),
                ("handled_on", models.DateField(blank=True, null=True, verbose_name="处理日期")),
                (
                    "result",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("upheld", "属实，已更正"),
                            ("rejected", "不属实"),
                            ("explained", "已说明，异议人认可"),
                        ],
                        db_collation="C",
                        max_length=10,
                        verbose_name="处理结果",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="处理说明")),
            ],
            options={
                "verbose_name": "公示异议",
                "ordering": ("raised_on", "pk"),
            },
        ),
        migrations.CreateModel(
            name="Publicity",
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
                        choices=[("staff", "在编人员公示"), ("entry", "入编公示")],
                        db_collation="C",
                        max_length=10,
                        verbose_name="公示类别",
                    ),
                ),
                (
                    "place",
                    models.CharField(
                        choices=[
                            ("board", "单位公告栏"),
                            ("site", "单位门户网站"),
                            ("both", "公告栏和门户网站"),
                        ],
                        db_collation="C",
                        max_length=10,
                        verbose_name="公示范围",
                    ),
                ),
                ("starts_on", models.DateField(verbose_name="公示开始")),
                ("days", models.SmallIntegerField(verbose_name="公示期限")),
                ("ends_on", models.DateField(verbose_name="公示截止")),
                ("provisional", models.BooleanField(default=False, verbose_name="截止日暂算")),
                ("contact", models.CharField(max_length=120, verbose_name="受理异议")),
                ("content", models.JSONField(verbose_name="公示内容")),
                ("people", models.IntegerField(verbose_name="公示人数")),
                ("evidence_key", models.CharField(blank=True, editable=False, max_length=80)),
                (
                    "evidence_name",
                    models.CharField(blank=True, max_length=255, verbose_name="公示照片"),
                ),
                ("evidence_sha256", models.CharField(blank=True, editable=False, max_length=64)),
                ("evidence_size", models.BigIntegerField(blank=True, editable=False, null=True)),
                ("made_at", models.DateTimeField(auto_now_add=True, verbose_name="发起时间")),
                ("closed_on", models.DateField(blank=True, null=True, verbose_name="办结日期")),
                ("summary", models.CharField(blank=True, max_length=500, verbose_name="公示结果")),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="备注")),
                (
                    "scope",
                    models.CharField(blank=True, db_collation="C", editable=False, max_length=255),
                ),
            ],
            options={
                "verbose_name": "公示",
                "ordering": ("-starts_on", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="RetirementChoice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField(verbose_name="退休年月")),
                ("reason", models.CharField(max_length=200, verbose_name="理由")),
            ],
            options={
                "verbose_name": "弹性退休",
            },
        ),
        migrations.AddField(
            model_name="historicalperson",
            name="photo_no",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=40, verbose_name="照片编号"
            ),
        ),
        migrations.AddField(
            model_name="historicalperson",
            name="prof_title",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=60, verbose_name="专业技术资格"
            ),
        ),
        migrations.AddField(
            model_name="occupancy",
            name="retires_as",
            field=models.CharField(
                db_collation="C", editable=False, max_length=3, null=True, verbose_name="退休类别"
            ),
        ),
        migrations.AddField(
            model_name="occupancy",
            name="retires_on",
            field=models.DateField(editable=False, null=True, verbose_name="预计退休年月"),
        ),
        migrations.AddField(
            model_name="person",
            name="photo_no",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=40, verbose_name="照片编号"
            ),
        ),
        migrations.AddField(
            model_name="person",
            name="prof_title",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=60, verbose_name="专业技术资格"
            ),
        ),
        migrations.AddIndex(
            model_name="occupancy",
            index=models.Index(
                condition=models.Q(("counts", True), ("ends_on__isnull", True)),
                fields=["retires_on", "scope", "quota_type"],
                name="occupancy_by_retirement",
            ),
        ),
        migrations.AddField(
            model_name="correction",
            name="made_by",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="修改人",
            ),
        ),
        migrations.AddField(
            model_name="correction",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="corrections",
                to="staff.person",
            ),
        ),
        migrations.AddField(
            model_name="correction",
            name="spell",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="staff.occupancy",
            ),
        ),
        migrations.AddField(
            model_name="correction",
            name="undone_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="恢复人",
            ),
        ),
        migrations.AddField(
            model_name="correction",
            name="unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="units.unit",
                verbose_name="单位",
            ),
        ),
        migrations.AddField(
            model_name="historicalcorrection",
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
            model_name="historicalcorrection",
            name="made_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="修改人",
            ),
        ),
        migrations.AddField(
            model_name="historicalcorrection",
            name="person",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="staff.person",
            ),
        ),
        migrations.AddField(
            model_name="historicalcorrection",
            name="spell",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="staff.occupancy",
            ),
        ),
        migrations.AddField(
            model_name="historicalcorrection",
            name="undone_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="恢复人",
            ),
        ),
        migrations.AddField(
            model_name="historicalcorrection",
            name="unit",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="units.unit",
                verbose_name="单位",
            ),
        ),
        migrations.AddField(
            model_name="historicalobjection",
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
            model_name="historicalobjection",
            name="made_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="登记人",
            ),
        ),
        migrations.AddField(
            model_name="historicalobjection",
            name="person",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="staff.person",
                verbose_name="涉及人员",
            ),
        ),
        migrations.AddField(
            model_name="historicalpublicity",
            name="closed_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="办结人",
            ),
        ),
        migrations.AddField(
            model_name="historicalpublicity",
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
            model_name="historicalpublicity",
            name="made_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="发起人",
            ),
        ),
        migrations.AddField(
            model_name="historicalpublicity",
            name="unit",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="units.unit",
                verbose_name="单位",
            ),
        ),
        migrations.AddField(
            model_name="historicalretirementchoice",
            name="document",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="documents.approvaldocument",
                verbose_name="依据文号",
            ),
        ),
        migrations.AddField(
            model_name="historicalretirementchoice",
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
            model_name="historicalretirementchoice",
            name="person",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="staff.person",
            ),
        ),
        migrations.AddField(
            model_name="objection",
            name="made_by",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="登记人",
            ),
        ),
        migrations.AddField(
            model_name="objection",
            name="person",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="staff.person",
                verbose_name="涉及人员",
            ),
        ),
        migrations.AddField(
            model_name="publicity",
            name="closed_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="办结人",
            ),
        ),
        migrations.AddField(
            model_name="publicity",
            name="made_by",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="发起人",
            ),
        ),
        migrations.AddField(
            model_name="publicity",
            name="unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="publicities",
                to="units.unit",
                verbose_name="单位",
            ),
        ),
        migrations.AddField(
            model_name="objection",
            name="publicity",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="objections",
                to="staff.publicity",
            ),
        ),
        migrations.AddField(
            model_name="historicalobjection",
            name="publicity",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="staff.publicity",
            ),
        ),
        migrations.AddField(
            model_name="retirementchoice",
            name="document",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="documents.approvaldocument",
                verbose_name="依据文号",
            ),
        ),
        migrations.AddField(
            model_name="retirementchoice",
            name="person",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="retirement_choice",
                to="staff.person",
            ),
        ),
        migrations.AddIndex(
            model_name="correction",
            index=models.Index(fields=["scope", "-made_at"], name="correction_by_scope"),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("undone_at__isnull", True),
                        ("undone_by__isnull", True),
                        ("undone_reason", ""),
                    ),
                    models.Q(
                        ("undone_at__isnull", False),
                        ("undone_by__isnull", False),
                        models.Q(("undone_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="correction_undone_says_by_whom_and_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.CheckConstraint(
                condition=models.Q(("due_on__gte", models.F("happened_on"))),
                name="correction_due_after_it_happened",
            ),
        ),
        migrations.AddIndex(
            model_name="historicalcorrection",
            index=models.Index(fields=["id", "history_date"], name="staff_correction_hist"),
        ),
        migrations.AddIndex(
            model_name="historicalpublicity",
            index=models.Index(fields=["id", "history_date"], name="staff_publicity_hist"),
        ),
        migrations.AddIndex(
            model_name="historicalretirementchoice",
            index=models.Index(fields=["id", "history_date"], name="staff_retirementchoice_hist"),
        ),
        migrations.AddIndex(
            model_name="publicity",
            index=models.Index(fields=["scope", "-starts_on"], name="publicity_by_scope"),
        ),
        migrations.AddIndex(
            model_name="publicity",
            index=models.Index(
                condition=models.Q(("closed_on__isnull", True)),
                fields=["ends_on", "scope"],
                name="publicity_not_closed",
            ),
        ),
        migrations.AddConstraint(
            model_name="publicity",
            constraint=models.CheckConstraint(
                condition=models.Q(("days__gte", 1), ("days__lte", 60)),
                name="publicity_days_are_1_to_60",
            ),
        ),
        migrations.AddConstraint(
            model_name="publicity",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__gte", models.F("starts_on"))),
                name="publicity_ends_after_it_starts",
            ),
        ),
        migrations.AddConstraint(
            model_name="publicity",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("closed_by__isnull", True), ("closed_on__isnull", True), ("summary", "")
                    ),
                    models.Q(
                        ("closed_by__isnull", False),
                        ("closed_on__gt", models.F("ends_on")),
                        models.Q(("summary", ""), _negated=True),
                        models.Q(("evidence_key", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="publicity_closed_after_its_days_with_summary_and_evidence",
            ),
        ),
        migrations.AddConstraint(
            model_name="publicity",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_on__isnull", True)),
                fields=("unit", "kind"),
                name="publicity_one_open_of_a_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="objection",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("handled_by", ""), ("handled_on__isnull", True), ("result", "")),
                    models.Q(
                        ("handled_on__gte", models.F("raised_on")),
                        models.Q(("handled_by", ""), _negated=True),
                        models.Q(("result", ""), _negated=True),
                        models.Q(("note", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="objection_handled_says_by_whom_and_how",
            ),
        ),
        migrations.AddIndex(
            model_name="historicalobjection",
            index=models.Index(fields=["id", "history_date"], name="staff_objection_hist"),
        ),
        migrations.AddConstraint(
            model_name="retirementchoice",
            constraint=models.CheckConstraint(
                condition=models.Q(("month__day", 1)), name="retirement_choice_is_a_month"
            ),
        ),
    ]
