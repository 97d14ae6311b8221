"""Estimate the retirement of everybody who is there already. Safe to run again."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("staff", "0008_retirement_triggers")]
    operations = [
        migrations.RunSQL(
            "UPDATE staff_occupancy SET identity_id = identity_id WHERE retires_on IS NULL",
            migrations.RunSQL.noop,
        )
    ]
