"""How common grams are, for the portal's own login.

pg_stats shows statistics of an index to the index's owner alone; the portal signs in as another
role, saw none of them, and took every gram for a rare one. Hence SECURITY DEFINER.
"""

from django.db import migrations

FORWARD = r"""
CREATE FUNCTION core_common_grams(of_index text) RETURNS TABLE (gram text, found float8)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT common.gram, common.share * greatest(c.reltuples, 0)
    FROM pg_stats s
    JOIN pg_class c ON c.relname = s.tablename AND c.relkind = 'i'
    JOIN pg_am a ON a.oid = c.relam AND a.amname = 'gin'
    JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = s.schemaname
   CROSS JOIN unnest(s.most_common_elems::text::text[], s.most_common_elem_freqs)
           AS common(gram, share)
   WHERE s.schemaname = 'public' AND s.tablename = of_index AND common.gram IS NOT NULL;
$$;
REVOKE ALL ON FUNCTION core_common_grams(text) FROM PUBLIC;
DO $$ BEGIN
  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'bianzhi_app') THEN
    GRANT EXECUTE ON FUNCTION core_common_grams(text) TO bianzhi_app;
  END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0005_settle_search")]
    operations = [migrations.RunSQL(FORWARD, "DROP FUNCTION core_common_grams(text);")]
