"""An index for the people registered last in a part of the tree (apps/staff/latest.py)."""

from django.db import migrations

FORWARD = """
CREATE INDEX occupancy_latest_by_part ON staff_occupancy ((left(scope, 12)) COLLATE "C", id DESC);
"""
BACKWARD = "DROP INDEX occupancy_latest_by_part;"


class Migration(migrations.Migration):
    dependencies = [("staff", "0004_document_numbers")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
