"""Work new rows into the search indexes, so that a question need not read them one by one.

GIN keeps what is written in a list that every search reads from end to end: up to 4 MB of it,
some 45 ms a question after a bulk load. Leaving the list off made inserting 100,000 names five
times as slow; emptying it each minute costs next to nothing. The application's login owns no
index, hence SECURITY DEFINER.
"""

from django.db import migrations

FORWARD = r"""
CREATE FUNCTION core_settle_search() RETURNS bigint LANGUAGE sql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(sum(gin_clean_pending_list(c.oid)), 0)::bigint
    FROM pg_class c JOIN pg_am a ON a.oid = c.relam JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE a.amname = 'gin' AND c.relkind = 'i' AND n.nspname = 'public';
$$;
REVOKE ALL ON FUNCTION core_settle_search() FROM PUBLIC;
DO $$ BEGIN
  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'bianzhi_app') THEN
    GRANT EXECUTE ON FUNCTION core_settle_search() TO bianzhi_app;
  END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0004_policy")]
    operations = [migrations.RunSQL(FORWARD, "DROP FUNCTION core_settle_search();")]
