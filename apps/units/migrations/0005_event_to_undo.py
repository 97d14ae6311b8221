"""Past days are rebuilt from the later events: an index of those alone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0001_initial"),
        ("units", "0004_sessions_end_with_grants"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="unitevent",
            index=models.Index(
                condition=models.Q(
                    ("document__isnull", False),
                    models.Q(("kind__in", ["initial", "establish"]), _negated=True),
                ),
                fields=["on", "id"],
                name="unit_event_to_undo",
            ),
        ),
    ]
