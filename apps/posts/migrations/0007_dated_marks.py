"""The ledger of leadership posts marks the cells whose past it changes (docs/adr/0008)."""

from django.db import migrations

FORWARD = """
SELECT quotas_mark_table(
  'posts_leadershipentry', 'post_kind_id', '"on"', 'NULL::date', 'TRUE', 'change');
"""

BACKWARD = "SELECT quotas_unmark_table('posts_leadershipentry');"


class Migration(migrations.Migration):
    dependencies = [("posts", "0006_bucket_triggers"), ("quotas", "0007_dated_marks")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
