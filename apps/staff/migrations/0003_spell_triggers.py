"""Who counts, and how people fill quotas and posts (docs/rules.md S-01, Q-01, L-01)."""

from django.db import migrations

FORWARD = r"""
CREATE INDEX person_name_grams ON staff_person USING gin (core_grams(name));

ALTER TABLE staff_occupancy ADD CONSTRAINT occupancy_is_not_in_future
  CHECK (starts_on <= core_today() AND ends_on <= core_today());
ALTER TABLE staff_postholding ADD CONSTRAINT posting_is_not_in_future
  CHECK (starts_on <= core_today() AND ends_on <= core_today());

-- scope from the unit, counts from the status (attrs.in_quota) and the slot; who left (attrs.left)
-- counted until the day of leaving, so that past days can be counted
CREATE OR REPLACE FUNCTION staff_set_derived() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  SELECT path INTO NEW.scope FROM units_unit WHERE id = NEW.unit_id FOR KEY SHARE;
  NEW.counts := NEW.occupies_slot AND coalesce(
    (SELECT (attrs->>'in_quota')::boolean
            OR (NEW.ends_on IS NOT NULL AND coalesce((attrs->>'left')::boolean, false))
       FROM core_codevalue WHERE key = NEW.status_id), true);
  RETURN NEW;
END $$;
CREATE TRIGGER b_derived
  BEFORE INSERT OR UPDATE OF unit_id, scope, status_id, occupies_slot, counts, ends_on
  ON staff_occupancy
  FOR EACH ROW EXECUTE FUNCTION staff_set_derived();
CREATE TRIGGER b_scope BEFORE INSERT OR UPDATE OF unit_id, scope ON staff_postholding
  FOR EACH ROW EXECUTE FUNCTION units_set_scope();

CREATE OR REPLACE FUNCTION staff_on_occupancy() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE shifts quotas_shift[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT array_agg(ROW(unit_id, quota_type_id, 0, n, 0, 0)::quotas_shift) INTO shifts
      FROM (SELECT unit_id, quota_type_id, count(*) n FROM new_rows
             WHERE counts AND ends_on IS NULL GROUP BY 1, 2) x;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT array_agg(ROW(unit_id, quota_type_id, 0, -n, 0, 0)::quotas_shift) INTO shifts
      FROM (SELECT unit_id, quota_type_id, count(*) n FROM old_rows
             WHERE counts AND ends_on IS NULL GROUP BY 1, 2) x;
  ELSE
    SELECT array_agg(ROW(unit_id, quota_type_id, 0, n, 0, 0)::quotas_shift) INTO shifts
      FROM (SELECT unit_id, quota_type_id, sum(n) n FROM (
              SELECT unit_id, quota_type_id, 1 AS n FROM new_rows WHERE counts AND ends_on IS NULL
              UNION ALL
              SELECT unit_id, quota_type_id, -1 FROM old_rows WHERE counts AND ends_on IS NULL
            ) y GROUP BY 1, 2) x WHERE n <> 0;
  END IF;
  IF shifts IS NOT NULL THEN PERFORM quotas_apply(shifts); END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER c_balance_insert AFTER INSERT ON staff_occupancy
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION staff_on_occupancy();
CREATE TRIGGER c_balance_update AFTER UPDATE ON staff_occupancy
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION staff_on_occupancy();
CREATE TRIGGER c_balance_delete AFTER DELETE ON staff_occupancy
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION staff_on_occupancy();

CREATE OR REPLACE FUNCTION staff_on_posting() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE shifts posts_shift[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT array_agg(ROW(unit_id, post_kind_id, 0, 1)::posts_shift) INTO shifts
      FROM new_rows WHERE counted AND ends_on IS NULL;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT array_agg(ROW(unit_id, post_kind_id, 0, -1)::posts_shift) INTO shifts
      FROM old_rows WHERE counted AND ends_on IS NULL;
  ELSE
    SELECT array_agg(s) INTO shifts FROM (
      SELECT ROW(unit_id, post_kind_id, 0, 1)::posts_shift AS s FROM new_rows
        WHERE counted AND ends_on IS NULL
      UNION ALL SELECT ROW(unit_id, post_kind_id, 0, -1)::posts_shift FROM old_rows
        WHERE counted AND ends_on IS NULL) x;
  END IF;
  IF shifts IS NOT NULL THEN PERFORM posts_apply(shifts); END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER c_balance_insert AFTER INSERT ON staff_postholding
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION staff_on_posting();
CREATE TRIGGER c_balance_update AFTER UPDATE ON staff_postholding
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION staff_on_posting();
CREATE TRIGGER c_balance_delete AFTER DELETE ON staff_postholding
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION staff_on_posting();

-- An administrator changes what a status counts as: every spell follows.
CREATE OR REPLACE FUNCTION staff_on_code() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE staff_occupancy SET status_id = status_id WHERE status_id = NEW.key;
  RETURN NULL;
END $$;
CREATE TRIGGER c_counts AFTER UPDATE OF attrs ON core_codevalue FOR EACH ROW
  WHEN (NEW.table_id = 'person_status'
        AND (OLD.attrs->>'in_quota', OLD.attrs->>'left')
            IS DISTINCT FROM (NEW.attrs->>'in_quota', NEW.attrs->>'left'))
  EXECUTE FUNCTION staff_on_code();

CREATE OR REPLACE FUNCTION staff_on_move() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  moved bigint[];
BEGIN
  -- planned anew each time: a plan kept from a one-row update joins thousands row by row
  EXECUTE 'SELECT array_agg(n.id)
             FROM new_rows n JOIN old_rows o USING (id) WHERE n.path <> o.path' INTO moved;
  IF moved IS NULL THEN RETURN NULL; END IF;
  UPDATE staff_occupancy f SET scope = n.path FROM units_unit n
    WHERE n.id = ANY (moved) AND f.unit_id = n.id;
  UPDATE staff_postholding f SET scope = n.path FROM units_unit n
    WHERE n.id = ANY (moved) AND f.unit_id = n.id;
  RETURN NULL;
END $$;
CREATE TRIGGER c_staff_move AFTER UPDATE ON units_unit
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION staff_on_move();

CREATE SEQUENCE staff_person_no START 100001;
CREATE OR REPLACE FUNCTION staff_next_person_no() RETURNS text LANGUAGE sql VOLATILE AS
  $$ SELECT 'R' || lpad(nextval('staff_person_no')::text, 8, '0') $$;
"""

BACKWARD = """
DROP SEQUENCE staff_person_no CASCADE;
DROP FUNCTION staff_next_person_no(), staff_on_move(), staff_on_code(), staff_on_posting(),
  staff_on_occupancy(), staff_set_derived() CASCADE;
ALTER TABLE staff_postholding DROP CONSTRAINT posting_is_not_in_future;
ALTER TABLE staff_occupancy DROP CONSTRAINT occupancy_is_not_in_future;
DROP INDEX person_name_grams;
DROP TRIGGER b_scope ON staff_postholding;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("staff", "0002_links"),
        ("posts", "0003_post_triggers"),
        ("quotas", "0003_balance_triggers"),
    ]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
