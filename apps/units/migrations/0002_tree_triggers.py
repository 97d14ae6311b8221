"""Scopes kept by the database, search indexes, and the exclusion of administrators from grants."""

from django.db import migrations

FORWARD = r"""
-- Set `scope` from the unit's path; FOR KEY SHARE makes a row wait for a move under way.
CREATE OR REPLACE FUNCTION units_set_scope() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  SELECT path INTO NEW.scope FROM units_unit WHERE id = NEW.unit_id FOR KEY SHARE;
  RETURN NEW;
END $$;

CREATE TRIGGER b_scope BEFORE INSERT OR UPDATE OF unit_id, scope ON units_unitevent
  FOR EACH ROW EXECUTE FUNCTION units_set_scope();
CREATE TRIGGER b_scope BEFORE INSERT OR UPDATE OF unit_id, scope ON units_documentunit
  FOR EACH ROW EXECUTE FUNCTION units_set_scope();

-- The tree moves: scopes follow (rows of this app and documents registered there).
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
CREATE TRIGGER c_units_move AFTER UPDATE ON units_unit
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION units_on_move();

CREATE INDEX unit_name_grams ON units_unit USING gin (core_grams(name));

-- One name once among the living children of one node.
CREATE UNIQUE INDEX unit_name_once_among_siblings
  ON units_unit (left(path, length(path) - 4), name) WHERE status <> 'abolished';

ALTER TABLE units_unitevent ADD CONSTRAINT unit_event_is_not_in_future
  CHECK ("on" <= core_today());

-- 三员 hold no grant on units, and who holds one is no administrator (design §3).
CREATE OR REPLACE FUNCTION units_no_grant_to_administrators() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM accounts_user WHERE id = NEW.user_id AND admin_kind IS NOT NULL
             FOR KEY SHARE) THEN
    RAISE EXCEPTION 'an administrator holds no grant on units'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'administrator_holds_no_grant';
  END IF;
  RETURN NEW;
END $$;
CREATE CONSTRAINT TRIGGER administrator_holds_no_grant
  AFTER INSERT OR UPDATE ON units_unituserpermission
  FOR EACH ROW EXECUTE FUNCTION units_no_grant_to_administrators();

CREATE OR REPLACE FUNCTION units_no_administrator_with_grants() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.admin_kind IS NOT NULL
     AND EXISTS (SELECT 1 FROM units_unituserpermission WHERE user_id = NEW.id) THEN
    RAISE EXCEPTION 'who holds a grant on units is no administrator'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'administrator_holds_no_grant';
  END IF;
  RETURN NEW;
END $$;
CREATE CONSTRAINT TRIGGER administrator_holds_no_grant AFTER UPDATE OF admin_kind ON accounts_user
  FOR EACH ROW EXECUTE FUNCTION units_no_administrator_with_grants();
"""

BACKWARD = """
DROP TRIGGER administrator_holds_no_grant ON accounts_user;
DROP FUNCTION units_no_administrator_with_grants(), units_no_grant_to_administrators() CASCADE;
ALTER TABLE units_unitevent DROP CONSTRAINT unit_event_is_not_in_future;
DROP INDEX unit_name_once_among_siblings, unit_name_grams;
DROP FUNCTION units_on_move(), units_set_scope() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("units", "0001_initial"), ("core", "0001_functions")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
