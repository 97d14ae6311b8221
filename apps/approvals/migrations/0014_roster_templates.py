"""Word templates of the two rosters beside those of the papers."""

from django.db import migrations, models

PAPERS = [
    ("entry", "人员入编登记表"),
    ("exit", "人员出编登记表"),
    ("use", "编制使用申请表"),
    ("sheet", "编制使用审议表"),
    ("notice", "编制使用核准通知单"),
    ("card", "列编卡"),
    ("flow", "业务流转单"),
]
ROSTERS = [("roster", "在编人员花名册"), ("leavers", "减少人员花名册")]


class Migration(migrations.Migration):
    dependencies = [("approvals", "0013_giving_step")]
    operations = [
        migrations.RemoveConstraint(
            model_name="papertemplate", name="paper_template_kind_is_known"
        ),
        migrations.AlterField(
            model_name="papertemplate",
            name="kind",
            field=models.CharField(
                choices=[*PAPERS, *ROSTERS],
                db_collation="C",
                max_length=8,
                verbose_name="表单",
            ),
        ),
        migrations.AddConstraint(
            model_name="papertemplate",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", [key for key, _ in [*PAPERS, *ROSTERS]])),
                name="paper_template_kind_is_known",
            ),
        ),
    ]
