"""Many changed overage entries meet their old rows hashed, whatever was planned for the first."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("quotas", "0010_sums_of_days")]
    operations = [
        migrations.RunSQL(
            "ALTER FUNCTION quotas_on_overage() SET enable_nestloop = off",
            "ALTER FUNCTION quotas_on_overage() RESET enable_nestloop",
        )
    ]
