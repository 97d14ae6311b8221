"""The office over the unit people leave agrees first: a step, and which cases take it."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("approvals", "0011_signed_requests"),
        ("documents", "0001_initial"),
        ("units", "0011_nodes_below_and_latest_events"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="application",
            name="application_state_is_known",
        ),
        migrations.RemoveIndex(
            model_name="application",
            name="application_waiting",
        ),
        migrations.RemoveIndex(
            model_name="application",
            name="application_urgent",
        ),
        migrations.AddField(
            model_name="application",
            name="releases",
            field=models.BooleanField(default=False, verbose_name="须划出方编办同意"),
        ),
        migrations.AddField(
            model_name="historicalapplication",
            name="releases",
            field=models.BooleanField(default=False, verbose_name="须划出方编办同意"),
        ),
        migrations.AlterField(
            model_name="application",
            name="state",
            field=models.CharField(
                choices=[
                    ("draft", "草稿"),
                    ("supervising", "主管部门审核"),
                    ("releasing", "划出方编办同意"),
                    ("examining", "编办经办审核"),
                    ("signing", "科长审签"),
                    ("deciding", "主任审定"),
                    ("issuing", "待下达通知单"),
                    ("registered", "已登记"),
                    ("collected", "已领取"),
                    ("brought_back", "已交回"),
                    ("confirming", "部门联办"),
                    ("done", "已办结"),
                    ("returned", "退回补正"),
                    ("refused", "不予通过"),
                    ("withdrawn", "已撤回"),
                ],
                db_collation="C",
                default="draft",
                max_length=14,
                verbose_name="状态",
            ),
        ),
        migrations.AlterField(
            model_name="historicalapplication",
            name="state",
            field=models.CharField(
                choices=[
                    ("draft", "草稿"),
                    ("supervising", "主管部门审核"),
                    ("releasing", "划出方编办同意"),
                    ("examining", "编办经办审核"),
                    ("signing", "科长审签"),
                    ("deciding", "主任审定"),
                    ("issuing", "待下达通知单"),
                    ("registered", "已登记"),
                    ("collected", "已领取"),
                    ("brought_back", "已交回"),
                    ("confirming", "部门联办"),
                    ("done", "已办结"),
                    ("returned", "退回补正"),
                    ("refused", "不予通过"),
                    ("withdrawn", "已撤回"),
                ],
                default="draft",
                max_length=14,
                verbose_name="状态",
            ),
        ),
        migrations.AlterField(
            model_name="step",
            name="from_state",
            field=models.CharField(
                choices=[
                    ("draft", "草稿"),
                    ("supervising", "主管部门审核"),
                    ("releasing", "划出方编办同意"),
                    ("examining", "编办经办审核"),
                    ("signing", "科长审签"),
                    ("deciding", "主任审定"),
                    ("issuing", "待下达通知单"),
                    ("registered", "已登记"),
                    ("collected", "已领取"),
                    ("brought_back", "已交回"),
                    ("confirming", "部门联办"),
                    ("done", "已办结"),
                    ("returned", "退回补正"),
                    ("refused", "不予通过"),
                    ("withdrawn", "已撤回"),
                ],
                db_collation="C",
                max_length=14,
            ),
        ),
        migrations.AlterField(
            model_name="step",
            name="to_state",
            field=models.CharField(
                choices=[
                    ("draft", "草稿"),
                    ("supervising", "主管部门审核"),
                    ("releasing", "划出方编办同意"),
                    ("examining", "编办经办审核"),
                    ("signing", "科长审签"),
                    ("deciding", "主任审定"),
                    ("issuing", "待下达通知单"),
                    ("registered", "已登记"),
                    ("collected", "已领取"),
                    ("brought_back", "已交回"),
                    ("confirming", "部门联办"),
                    ("done", "已办结"),
                    ("returned", "退回补正"),
                    ("refused", "不予通过"),
                    ("withdrawn", "已撤回"),
                ],
                db_collation="C",
                max_length=14,
            ),
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(
                condition=models.Q(
                    (
                        "state__in",
                        (
                            "supervising",
                            "releasing",
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
                fields=["state", "due_at", "id"],
                include=("scope", "handler", "kind"),
                name="application_waiting",
            ),
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(
                condition=models.Q(
                    (
                        "state__in",
                        (
                            "supervising",
                            "releasing",
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
        migrations.AddIndex(
            model_name="application",
            index=models.Index(
                condition=models.Q(("state__in", ("releasing",))),
                fields=["other_scope"],
                name="application_at_giving",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "draft",
                            "supervising",
                            "releasing",
                            "examining",
                            "signing",
                            "deciding",
                            "issuing",
                            "registered",
                            "collected",
                            "brought_back",
                            "confirming",
                            "done",
                            "returned",
                            "refused",
                            "withdrawn",
                        ],
                    )
                ),
                name="application_state_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("releases", False),
                    models.Q(("kind", "transfer"), ("other_unit__isnull", False)),
                    _connector="OR",
                ),
                name="application_releases_from_another_unit",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ("releasing",)), _negated=True),
                    ("releases", True),
                    _connector="OR",
                ),
                name="application_at_the_giving_office_releases",
            ),
        ),
    ]
