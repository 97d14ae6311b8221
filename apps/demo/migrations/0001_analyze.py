"""Statistics for the planner right after a bulk load: the application's login owns no table."""

from django.db import migrations

FORWARD = r"""
CREATE FUNCTION demo_analyze() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp AS $$
BEGIN
  ANALYZE units_unit, units_unitevent, units_documentunit, documents_approvaldocument,
    quotas_quotaentry, quotas_balance, quotas_unittotal, quotas_bucket, posts_leadershipentry,
    posts_postbalance, staff_person, staff_occupancy, staff_postholding;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("units", "0001_initial"),
        ("documents", "0001_initial"),
        ("quotas", "0001_initial"),
        ("posts", "0001_initial"),
        ("staff", "0001_initial"),
    ]
    operations = [migrations.RunSQL(FORWARD, "DROP FUNCTION demo_analyze();")]
