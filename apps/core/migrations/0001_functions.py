"""Functions the schema of every app leans on."""

from django.db import migrations

FORWARD = r"""
CREATE EXTENSION IF NOT EXISTS btree_gist;

-- Today in the office's zone, whatever the zone of the connection.
CREATE OR REPLACE FUNCTION core_today() RETURNS date LANGUAGE sql STABLE
  AS $$ SELECT (now() AT TIME ZONE 'Asia/Shanghai')::date $$;

-- Who is writing, why, and as part of which change: set per transaction by apps.core.writes.
CREATE OR REPLACE FUNCTION core_actor() RETURNS bigint LANGUAGE sql STABLE
  AS $$ SELECT nullif(current_setting('bianzhi.actor', true), '')::bigint $$;
CREATE OR REPLACE FUNCTION core_reason() RETURNS text LANGUAGE sql STABLE
  AS $$ SELECT nullif(current_setting('bianzhi.reason', true), '') $$;
CREATE OR REPLACE FUNCTION core_change_id() RETURNS uuid LANGUAGE plpgsql VOLATILE AS $$
DECLARE known text := nullif(current_setting('bianzhi.change_id', true), '');
BEGIN
  IF known IS NULL THEN
    known := gen_random_uuid()::text;
    PERFORM set_config('bianzhi.change_id', known, true);
  END IF;
  RETURN known::uuid;
END $$;

-- Search: every character and every pair of neighbouring characters, lower case.
CREATE OR REPLACE FUNCTION core_grams(t text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS $$
  SELECT coalesce(array_agg(DISTINCT g), '{}') FROM (
    SELECT substr(s, i, n) AS g
    FROM (SELECT lower(t) AS s) w, generate_series(1, length(t)) AS i, generate_series(1, 2) AS n
    WHERE i + n - 1 <= length(t)
  ) x $$;
-- What a query must find: its pairs, or its one character.
CREATE OR REPLACE FUNCTION core_grams_asked(t text) RETURNS text[] LANGUAGE sql IMMUTABLE
  PARALLEL SAFE AS $$
  SELECT CASE WHEN length(t) = 1 THEN ARRAY[lower(t)] ELSE (
    SELECT array_agg(DISTINCT substr(lower(t), i, 2)) FROM generate_series(1, length(t) - 1) AS i
  ) END $$;
"""

BACKWARD = """
DROP FUNCTION IF EXISTS core_grams_asked(text), core_grams(text), core_change_id(), core_reason(),
  core_actor(), core_today();
"""


class Migration(migrations.Migration):
    initial = True
    dependencies: list = []
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
