"""Events about something by its name: the usual question “what was done to 张三”."""

from django.db import migrations

FORWARD = """
-- Read by prefix (LIKE '张三%'), whatever the collation of the database.
CREATE INDEX audit_by_label ON audit_auditevent (target_label text_pattern_ops, at DESC)
  WHERE target_label <> '';
"""

BACKWARD = "DROP INDEX audit_by_label;"


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_seals_and_alerts")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
