"""Find the applications of a person by the blind index of the number, closed ones too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("approvals", "0009_papers")]
    operations = [
        migrations.AddIndex(
            model_name="line",
            index=models.Index(
                fields=["person_key"],
                name="line_by_person_key",
                condition=models.Q(("person_key__isnull", False)),
            ),
        ),
    ]
