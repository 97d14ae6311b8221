"""挂牌: other names of a unit; how much went from predecessor to successor."""

import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0001_initial"),
        ("units", "0006_appointments_by_proposal"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="HistoricalNameplate",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, verbose_name="ID")),
                ("change_id", models.UUIDField(editable=False, null=True, verbose_name="变更标识")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("added", "加挂牌子"),
                            ("joint", "合署办公"),
                            ("other", "其他名称"),
                        ],
                        max_length=10,
                        verbose_name="类别",
                    ),
                ),
                ("name", models.CharField(max_length=160, verbose_name="名称")),
                ("name_initials", models.CharField(blank=True, editable=False, max_length=160)),
                ("starts_on", models.DateField(blank=True, null=True, verbose_name="挂牌日期")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="摘牌日期")),
                ("recognised", models.BooleanField(default=False, verbose_name="由名称识别")),
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
                "verbose_name": "historical 挂牌",
                "verbose_name_plural": "historical 挂牌s",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Nameplate",
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
                            ("added", "加挂牌子"),
                            ("joint", "合署办公"),
                            ("other", "其他名称"),
                        ],
                        max_length=10,
                        verbose_name="类别",
                    ),
                ),
                ("name", models.CharField(max_length=160, verbose_name="名称")),
                (
                    "name_initials",
                    models.CharField(blank=True, db_collation="C", editable=False, max_length=160),
                ),
                ("starts_on", models.DateField(blank=True, null=True, verbose_name="挂牌日期")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="摘牌日期")),
                ("recognised", models.BooleanField(default=False, verbose_name="由名称识别")),
                (
                    "scope",
                    models.CharField(blank=True, db_collation="C", editable=False, max_length=255),
                ),
            ],
            options={
                "verbose_name": "挂牌",
                "ordering": ("unit", "pk"),
            },
        ),
        migrations.RemoveConstraint(
            model_name="unitevent",
            name="unit_event_kind_is_known",
        ),
        migrations.AddField(
            model_name="eventunit",
            name="people",
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name="划转人数"),
        ),
        migrations.AddField(
            model_name="eventunit",
            name="places",
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name="划转编制"),
        ),
        migrations.AddField(
            model_name="historicaleventunit",
            name="people",
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name="划转人数"),
        ),
        migrations.AddField(
            model_name="historicaleventunit",
            name="places",
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name="划转编制"),
        ),
        migrations.AlterField(
            model_name="historicalunitevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("initial", "初始录入"),
                    ("establish", "设立"),
                    ("rename", "更名"),
                    ("abolish", "撤销"),
                    ("merge", "合并"),
                    ("split", "分立"),
                    ("transfer", "划转"),
                    ("rank", "规格调整"),
                    ("nameplate", "挂牌"),
                    ("plate_off", "摘牌"),
                    ("move", "隶属关系调整"),
                    ("attribute", "信息变更"),
                ],
                max_length=12,
                verbose_name="事项",
            ),
        ),
        migrations.AlterField(
            model_name="unitevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("initial", "初始录入"),
                    ("establish", "设立"),
                    ("rename", "更名"),
                    ("abolish", "撤销"),
                    ("merge", "合并"),
                    ("split", "分立"),
                    ("transfer", "划转"),
                    ("rank", "规格调整"),
                    ("nameplate", "挂牌"),
                    ("plate_off", "摘牌"),
                    ("move", "隶属关系调整"),
                    ("attribute", "信息变更"),
                ],
                max_length=12,
                verbose_name="事项",
            ),
        ),
        migrations.AddConstraint(
            model_name="unitevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "initial",
                            "establish",
                            "rename",
                            "abolish",
                            "merge",
                            "split",
                            "transfer",
                            "rank",
                            "nameplate",
                            "plate_off",
                            "move",
                            "attribute",
                        ],
                    )
                ),
                name="unit_event_kind_is_known",
            ),
        ),
        migrations.AddField(
            model_name="historicalnameplate",
            name="document",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="documents.approvaldocument",
                verbose_name="挂牌批文",
            ),
        ),
        migrations.AddField(
            model_name="historicalnameplate",
            name="end_document",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="documents.approvaldocument",
                verbose_name="摘牌批文",
            ),
        ),
        migrations.AddField(
            model_name="historicalnameplate",
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
            model_name="historicalnameplate",
            name="unit",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="units.unit",
            ),
        ),
        migrations.AddField(
            model_name="nameplate",
            name="document",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="nameplates",
                to="documents.approvaldocument",
                verbose_name="挂牌批文",
            ),
        ),
        migrations.AddField(
            model_name="nameplate",
            name="end_document",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="documents.approvaldocument",
                verbose_name="摘牌批文",
            ),
        ),
        migrations.AddField(
            model_name="nameplate",
            name="unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="nameplates",
                to="units.unit",
            ),
        ),
        migrations.AddIndex(
            model_name="historicalnameplate",
            index=models.Index(fields=["id", "history_date"], name="units_nameplate_hist"),
        ),
        migrations.AddIndex(
            model_name="nameplate",
            index=models.Index(fields=["scope"], name="nameplate_by_scope"),
        ),
        migrations.AddIndex(
            model_name="nameplate",
            index=models.Index(fields=["name_initials"], name="nameplate_by_initials"),
        ),
        migrations.AddConstraint(
            model_name="nameplate",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["added", "joint", "other"])),
                name="nameplate_kind_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="nameplate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_on__isnull", True),
                    ("starts_on__isnull", True),
                    ("ends_on__gte", models.F("starts_on")),
                    _connector="OR",
                ),
                name="nameplate_ends_after_it_starts",
            ),
        ),
        migrations.AddConstraint(
            model_name="nameplate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("recognised", True),
                    models.Q(("document__isnull", False), ("starts_on__isnull", False)),
                    _connector="OR",
                ),
                name="nameplate_has_its_document",
            ),
        ),
        migrations.AddConstraint(
            model_name="nameplate",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ends_on__isnull", True)),
                fields=("unit", "name"),
                name="nameplate_once_while_open",
            ),
        ),
    ]
