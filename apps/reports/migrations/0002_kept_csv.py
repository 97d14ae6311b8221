"""A kept answer may also be a csv file."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0001_saved_and_kept"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="keptreport",
            name="kept_report_format_is_known",
        ),
        migrations.AddConstraint(
            model_name="keptreport",
            constraint=models.CheckConstraint(
                condition=models.Q(("fmt__in", ["pdf", "xlsx", "csv"])),
                name="kept_report_format_is_known",
            ),
        ),
    ]
