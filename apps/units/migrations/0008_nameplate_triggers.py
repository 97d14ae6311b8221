"""Nameplates carry their unit's path; they and former names are found by their parts."""

from django.db import migrations

FORWARD = r"""
CREATE TRIGGER b_scope BEFORE INSERT OR UPDATE OF unit_id, scope ON units_nameplate
  FOR EACH ROW EXECUTE FUNCTION units_set_scope();

CREATE OR REPLACE FUNCTION units_on_move() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  moved bigint[];
BEGIN
  -- planned anew each time: a plan kept from a one-row update joins thousands row by row
  EXECUTE 'SELECT array_agg(n.id)
             FROM new_rows n JOIN old_rows o USING (id) WHERE n.path <> o.path' INTO moved;
  IF moved IS NULL THEN RETURN NULL; END IF;
  UPDATE units_unitevent f SET scope = n.path FROM units_unit n
    WHERE n.id = ANY (moved) AND f.unit_id = n.id;
  UPDATE units_documentunit f SET scope = n.path FROM units_unit n
    WHERE n.id = ANY (moved) AND f.unit_id = n.id;
  UPDATE units_nameplate f SET scope = n.path FROM units_unit n
    WHERE n.id = ANY (moved) AND f.unit_id = n.id;
  EXECUTE 'UPDATE documents_approvaldocument d SET scope = n.path
             FROM new_rows n JOIN old_rows o USING (id)
            WHERE d.scope = o.path AND n.path <> o.path';
  RETURN NULL;
END $$;

CREATE INDEX nameplate_name_grams ON units_nameplate USING gin (core_grams(name));
CREATE INDEX unit_event_former_name_grams ON units_unitevent
  USING gin (core_grams((before ->> 'name'))) WHERE before ? 'name';
"""

BACKWARD = r"""
DROP INDEX unit_event_former_name_grams, nameplate_name_grams;
CREATE OR REPLACE FUNCTION units_on_move() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  moved bigint[];
BEGIN
  -- planned anew each time: a plan kept from a one-row update joins thousands row by row
  EXECUTE 'SELECT array_agg(n.id)
             FROM new_rows n JOIN old_rows o USING (id) WHERE n.path <> o.path' INTO moved;
  IF moved IS NULL THEN RETURN NULL; END IF;
  UPDATE units_unitevent f SET scope = n.path FROM units_unit n
    WHERE n.id = ANY (moved) AND f.unit_id = n.id;
  UPDATE units_documentunit f SET scope = n.path FROM units_unit n
    WHERE n.id = ANY (moved) AND f.unit_id = n.id;
  EXECUTE 'UPDATE documents_approvaldocument d SET scope = n.path
             FROM new_rows n JOIN old_rows o USING (id)
            WHERE d.scope = o.path AND n.path <> o.path';
  RETURN NULL;
END $$;
DROP TRIGGER b_scope ON units_nameplate;
"""


class Migration(migrations.Migration):
    dependencies = [("units", "0007_nameplates"), ("core", "0001_functions")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
