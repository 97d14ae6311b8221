"""Where the sums of retirements lie."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("staff", "0009_retirement_estimates"),
    ]

    operations = [
        migrations.CreateModel(
            name="RetirementShift",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("path", models.CharField(db_collation="C", max_length=255)),
                ("quota_type_id", models.CharField(db_collation="C", max_length=80)),
                ("month", models.DateField()),
                ("number", models.IntegerField()),
            ],
            options={
                "verbose_name": "退休推算变动",
                "indexes": [
                    models.Index(
                        fields=["path", "month"],
                        include=("quota_type_id", "number"),
                        name="retirement_shift_by_node",
                    )
                ],
            },
        ),
    ]
