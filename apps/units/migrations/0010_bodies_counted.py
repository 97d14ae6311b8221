"""Bodies of a subtree on a day are counted from an index alone."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("units", "0009_permissions_of_applications")]
    operations = [
        migrations.AddIndex(
            "unit",
            models.Index(
                fields=["path"],
                include=["status", "nature", "established_on", "abolished_on"],
                name="unit_bodies",
                condition=Q(entity_kind="body"),
            ),
        )
    ]
