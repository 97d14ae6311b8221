"""The planner learns the sizes of the dated cells too after a bulk load."""

from django.db import migrations

FORWARD = r"""
CREATE OR REPLACE FUNCTION demo_analyze() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp AS $$
BEGIN
  ANALYZE units_unit, units_unitevent, units_documentunit, documents_approvaldocument,
    quotas_quotaentry, quotas_balance, quotas_unittotal, quotas_bucket, posts_leadershipentry,
    posts_postbalance, staff_person, staff_occupancy, staff_postholding, quotas_cellspan,
    quotas_periodsum, quotas_stalecell;
END $$;
"""

BACKWARD = r"""
CREATE OR REPLACE FUNCTION demo_analyze() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp AS $$
BEGIN
  ANALYZE units_unit, units_unitevent, units_documentunit, documents_approvaldocument,
    quotas_quotaentry, quotas_balance, quotas_unittotal, quotas_bucket, posts_leadershipentry,
    posts_postbalance, staff_person, staff_occupancy, staff_postholding;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("demo", "0001_analyze"), ("quotas", "0006_dated_cells")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
