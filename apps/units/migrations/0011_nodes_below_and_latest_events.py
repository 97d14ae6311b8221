"""The nodes right below a node, and what happened last in a large subtree, from an index each."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("units", "0010_bodies_counted")]

    operations = [
        migrations.AddIndex(
            model_name="unit",
            index=models.Index(fields=["depth", "path"], name="unit_by_depth"),
        ),
        migrations.AddIndex(
            model_name="unitevent",
            index=models.Index(
                condition=models.Q(
                    ("on__isnull", False), models.Q(("kind__in", ["initial"]), _negated=True)
                ),
                fields=["-on", "-id"],
                name="unit_event_latest",
            ),
        ),
    ]
