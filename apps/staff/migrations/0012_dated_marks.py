"""Spells and postings mark the cells whose past they change (docs/adr/0008)."""

from django.db import migrations

FORWARD = """
SELECT quotas_mark_table('staff_occupancy', 'quota_type_id', 'starts_on', 'ends_on', 'counts', '1');
SELECT quotas_mark_table('staff_postholding', 'post_kind_id', 'starts_on', 'ends_on', 'counted', '1');
"""

BACKWARD = """
SELECT quotas_unmark_table('staff_postholding');
SELECT quotas_unmark_table('staff_occupancy');
"""


class Migration(migrations.Migration):
    dependencies = [("staff", "0011_retirement_sums"), ("quotas", "0007_dated_marks")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
