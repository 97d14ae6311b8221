"""Fact statements mark the cells whose past they change (docs/adr/0008).

One set-based statement per fact statement, rows only added: a writer never waits for another here.
The triggers of the tables above (占编, 任职, 职数台账) are in their apps and call the same function.
"""

from django.db import migrations

FORWARD = r"""
-- Arguments: column of the kind; SQL of the first day; SQL of the day it ends ('NULL' for none);
-- SQL of "does it count"; SQL of what it adds.
CREATE OR REPLACE FUNCTION quotas_mark_stale() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  kind text := TG_ARGV[0];
  begins text := TG_ARGV[1];
  ends text := TG_ARGV[2];
  counts text := TG_ARGV[3];
  adds text := TG_ARGV[4];
BEGIN
  IF TG_OP = 'UPDATE' THEN
    -- only days on which the sums differ: a row whose note or scope changed marks nothing
    EXECUTE format($q$
      WITH steps AS (
        SELECT unit_id, %1$s AS kind, %2$s AS day, %5$s AS n FROM new_rows WHERE %4$s
        UNION ALL SELECT unit_id, %1$s, %3$s, -(%5$s) FROM new_rows WHERE %4$s
        UNION ALL SELECT unit_id, %1$s, %2$s, -(%5$s) FROM old_rows WHERE %4$s
        UNION ALL SELECT unit_id, %1$s, %3$s, %5$s FROM old_rows WHERE %4$s
      )
      INSERT INTO quotas_stalecell (unit_id, kind, from_on)
      SELECT unit_id, kind, min(day) FROM (
        SELECT unit_id, kind, day FROM steps WHERE day IS NOT NULL GROUP BY 1, 2, 3
        HAVING sum(n) <> 0) x GROUP BY 1, 2$q$, kind, begins, ends, counts, adds);
  ELSE
    EXECUTE format($q$
      INSERT INTO quotas_stalecell (unit_id, kind, from_on)
      SELECT unit_id, %1$s, min(%2$s) FROM %4$s WHERE %3$s GROUP BY 1, 2$q$,
      kind, begins, counts, CASE WHEN TG_OP = 'INSERT' THEN 'new_rows' ELSE 'old_rows' END);
  END IF;
  RETURN NULL;
END $$;

-- Make the three triggers of one fact table, and mark what it holds already.
CREATE OR REPLACE FUNCTION quotas_mark_table(
  fact text, kind text, begins text, ends text, counts text, adds text
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  verb text;
  rows text;
BEGIN
  FOR verb, rows IN VALUES ('insert', 'NEW TABLE AS new_rows'), ('delete', 'OLD TABLE AS old_rows'),
                           ('update', 'OLD TABLE AS old_rows NEW TABLE AS new_rows') LOOP
    EXECUTE format('CREATE TRIGGER d_past_%1$s AFTER %1$s ON %2$I REFERENCING %3$s
                    FOR EACH STATEMENT EXECUTE FUNCTION quotas_mark_stale(%4$L, %5$L, %6$L, %7$L, %8$L)',
                   verb, fact, rows, kind, begins, ends, counts, adds);
  END LOOP;
  EXECUTE format('INSERT INTO quotas_stalecell (unit_id, kind, from_on)
                  SELECT unit_id, %s, min(%s) FROM %I WHERE %s GROUP BY 1, 2',
                 kind, begins, fact, counts);
END $$;

CREATE OR REPLACE FUNCTION quotas_unmark_table(fact text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE verb text;
BEGIN
  FOREACH verb IN ARRAY ARRAY['insert', 'delete', 'update'] LOOP
    EXECUTE format('DROP TRIGGER d_past_%s ON %I', verb, fact);
  END LOOP;
END $$;

SELECT quotas_mark_table('quotas_quotaentry', 'quota_type_id', '"on"', 'NULL::date', 'TRUE', 'change');
SELECT quotas_mark_table(
  'quotas_reservation', 'quota_type_id', '(created_at AT TIME ZONE ''Asia/Shanghai'')::date',
  '(released_at AT TIME ZONE ''Asia/Shanghai'')::date', 'TRUE', 'places');

-- The tree moves: the spans keep the path they were made with until they are made anew.
CREATE OR REPLACE FUNCTION quotas_mark_moved() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE moved bigint[];
BEGIN
  -- planned anew each time: a plan kept from a one-row update joins thousands row by row
  EXECUTE 'SELECT array_agg(n.id)
             FROM new_rows n JOIN old_rows o USING (id) WHERE n.path <> o.path' INTO moved;
  IF moved IS NULL THEN RETURN NULL; END IF;
  INSERT INTO quotas_stalecell (unit_id, kind, from_on)
  SELECT DISTINCT unit_id, kind, '0001-01-01'::date FROM quotas_cellspan
   WHERE unit_id = ANY (moved);
  RETURN NULL;
END $$;
CREATE TRIGGER d_past_move AFTER UPDATE ON units_unit
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION quotas_mark_moved();
"""

BACKWARD = """
DROP FUNCTION quotas_mark_moved() CASCADE;
SELECT quotas_unmark_table('quotas_reservation');
SELECT quotas_unmark_table('quotas_quotaentry');
DROP FUNCTION quotas_unmark_table(text);
DROP FUNCTION quotas_mark_table(text, text, text, text, text, text);
DROP FUNCTION quotas_mark_stale();
"""


class Migration(migrations.Migration):
    dependencies = [("quotas", "0006_dated_cells")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
