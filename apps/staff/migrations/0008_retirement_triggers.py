"""The estimate of every spell's retirement (R-01 to R-03); what holds of notices (PB-01 to PB-03)."""

from django.db import migrations

FORWARD = r"""
CREATE OR REPLACE FUNCTION staff_retires_as(sex text, identity text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE sex
    WHEN 'sex.1' THEN 'M'
    WHEN 'sex.2' THEN CASE
      WHEN identity IN ('person_identity.5', 'person_identity.6', 'person_identity.7') THEN 'F50'
      ELSE 'F55' END
  END
$$;

-- months since year 0; the rule itself is written in apps/staff/retirement.py
CREATE OR REPLACE FUNCTION staff_retires_on(category text, born date) RETURNS date
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
DECLARE
  months int := extract(year FROM born)::int * 12 + extract(month FROM born)::int - 1;
BEGIN
  months := months + CASE category
    WHEN 'M' THEN 720 + CASE WHEN months < 23580 THEN 0
      ELSE least(36, (months - 23580) / 4 + 1) END
    WHEN 'F55' THEN 660 + CASE WHEN months < 23640 THEN 0
      ELSE least(36, (months - 23640) / 4 + 1) END
    WHEN 'F50' THEN 600 + CASE WHEN months < 23700 THEN 0
      ELSE least(60, (months - 23700) / 2 + 1) END
  END;
  RETURN make_date(months / 12, months % 12 + 1, 1);
END $$;

CREATE OR REPLACE FUNCTION staff_set_retirement() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  sex text;
  born date;
  chosen date;
BEGIN
  -- FOR SHARE: who corrects sex or birth at this moment is waited for, then read
  SELECT p.sex_id, p.birth_month, c.month INTO sex, born, chosen
    FROM staff_person p LEFT JOIN staff_retirementchoice c ON c.person_id = p.id
   WHERE p.id = NEW.person_id FOR SHARE OF p;
  NEW.retires_as := staff_retires_as(sex, NEW.identity_id);
  NEW.retires_on := coalesce(chosen, staff_retires_on(NEW.retires_as, born));
  RETURN NEW;
END $$;
CREATE TRIGGER b_retirement
  BEFORE UPDATE OF person_id, identity_id, retires_on, retires_as ON staff_occupancy
  FOR EACH ROW EXECUTE FUNCTION staff_set_retirement();
-- a bulk load may bring the estimate along (docs/adr/0013); it is looked at once per statement
CREATE TRIGGER b_retirement_insert BEFORE INSERT ON staff_occupancy
  FOR EACH ROW WHEN (NEW.retires_as IS NULL OR NEW.retires_on IS NULL)
  EXECUTE FUNCTION staff_set_retirement();
CREATE OR REPLACE FUNCTION staff_check_retirement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM new_rows n JOIN staff_person p ON p.id = n.person_id
      LEFT JOIN staff_retirementchoice c ON c.person_id = n.person_id
     WHERE n.retires_as IS DISTINCT FROM staff_retires_as(p.sex_id, n.identity_id)
        OR n.retires_on IS DISTINCT FROM
           coalesce(c.month, staff_retires_on(n.retires_as, p.birth_month))) THEN
    RAISE EXCEPTION 'the month of retirement follows from sex, birth and identity' USING
      ERRCODE = 'check_violation', CONSTRAINT = 'occupancy_retires_by_the_rule',
      TABLE = 'staff_occupancy';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER b_retirement_check AFTER INSERT ON staff_occupancy
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION staff_check_retirement();

CREATE OR REPLACE FUNCTION staff_on_person_age() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE staff_occupancy SET identity_id = identity_id WHERE person_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER c_retirement AFTER UPDATE OF sex_id, birth_month ON staff_person FOR EACH ROW
  WHEN ((OLD.sex_id, OLD.birth_month) IS DISTINCT FROM (NEW.sex_id, NEW.birth_month))
  EXECUTE FUNCTION staff_on_person_age();

CREATE OR REPLACE FUNCTION staff_on_choice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE staff_occupancy SET identity_id = identity_id
   WHERE person_id IN (OLD.person_id, NEW.person_id);
  RETURN NULL;
END $$;
CREATE TRIGGER c_retirement AFTER INSERT OR UPDATE OR DELETE ON staff_retirementchoice
  FOR EACH ROW EXECUTE FUNCTION staff_on_choice();

-- scopes of what units wrote
CREATE TRIGGER b_scope BEFORE INSERT OR UPDATE OF unit_id, scope ON staff_correction
  FOR EACH ROW EXECUTE FUNCTION units_set_scope();
CREATE TRIGGER b_scope BEFORE INSERT OR UPDATE OF unit_id, scope ON staff_publicity
  FOR EACH ROW EXECUTE FUNCTION units_set_scope();
CREATE OR REPLACE FUNCTION staff_on_move_of_papers() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  moved bigint[];
BEGIN
  EXECUTE 'SELECT array_agg(n.id)
             FROM new_rows n JOIN old_rows o USING (id) WHERE n.path <> o.path' INTO moved;
  IF moved IS NULL THEN RETURN NULL; END IF;
  UPDATE staff_correction f SET scope = n.path FROM units_unit n
    WHERE n.id = ANY (moved) AND f.unit_id = n.id;
  UPDATE staff_publicity f SET scope = n.path FROM units_unit n
    WHERE n.id = ANY (moved) AND f.unit_id = n.id;
  RETURN NULL;
END $$;
CREATE TRIGGER c_staff_papers_move AFTER UPDATE ON units_unit
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION staff_on_move_of_papers();

-- a notice stays as it hung; nothing is objected to, or handled, after it was closed
CREATE OR REPLACE FUNCTION staff_keep_publicity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF (SELECT is_classified FROM units_unit WHERE id = NEW.unit_id) THEN
      RAISE EXCEPTION 'a classified unit hangs out nothing' USING
        ERRCODE = 'check_violation', CONSTRAINT = 'publicity_of_open_units_only';
    END IF;
    RETURN NEW;
  END IF;
  IF (OLD.unit_id, OLD.kind, OLD.place, OLD.starts_on, OLD.days, OLD.ends_on, OLD.people)
      IS DISTINCT FROM
     (NEW.unit_id, NEW.kind, NEW.place, NEW.starts_on, NEW.days, NEW.ends_on, NEW.people)
     OR OLD.content IS DISTINCT FROM NEW.content THEN
    RAISE EXCEPTION 'a notice stays as it hung' USING
      ERRCODE = 'check_violation', CONSTRAINT = 'publicity_stays_as_it_hung';
  END IF;
  IF OLD.closed_on IS NOT NULL AND
     (OLD.closed_on, OLD.closed_by_id, OLD.summary, OLD.evidence_key) IS DISTINCT FROM
     (NEW.closed_on, NEW.closed_by_id, NEW.summary, NEW.evidence_key) THEN
    RAISE EXCEPTION 'a closed notice stays closed' USING
      ERRCODE = 'check_violation', CONSTRAINT = 'publicity_closed_stays_closed';
  END IF;
  IF OLD.closed_on IS NULL AND NEW.closed_on IS NOT NULL AND EXISTS (
       SELECT 1 FROM staff_objection WHERE publicity_id = NEW.id AND handled_on IS NULL) THEN
    RAISE EXCEPTION 'objections are open' USING
      ERRCODE = 'check_violation', CONSTRAINT = 'publicity_closed_without_open_objections';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER b_stays BEFORE INSERT OR UPDATE ON staff_publicity
  FOR EACH ROW EXECUTE FUNCTION staff_keep_publicity();

CREATE OR REPLACE FUNCTION staff_keep_objection() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  notice staff_publicity;
BEGIN
  -- FOR SHARE: who closes the notice at this moment is waited for
  SELECT * INTO notice FROM staff_publicity WHERE id = NEW.publicity_id FOR SHARE;
  IF notice.closed_on IS NOT NULL THEN
    RAISE EXCEPTION 'the notice is closed' USING
      ERRCODE = 'check_violation', CONSTRAINT = 'objection_before_the_notice_is_closed';
  END IF;
  IF NEW.raised_on < notice.starts_on OR NEW.raised_on > core_today() THEN
    RAISE EXCEPTION 'raised outside the notice' USING
      ERRCODE = 'check_violation', CONSTRAINT = 'objection_raised_since_the_notice_began';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER b_open BEFORE INSERT OR UPDATE ON staff_objection
  FOR EACH ROW EXECUTE FUNCTION staff_keep_objection();
"""

BACKWARD = """
DROP TRIGGER b_retirement ON staff_occupancy;
DROP TRIGGER b_retirement_insert ON staff_occupancy;
DROP FUNCTION staff_check_retirement() CASCADE;
DROP TRIGGER c_retirement ON staff_person;
DROP TRIGGER c_retirement ON staff_retirementchoice;
DROP TRIGGER b_scope ON staff_correction;
DROP TRIGGER b_scope ON staff_publicity;
DROP FUNCTION staff_keep_objection(), staff_keep_publicity(), staff_on_move_of_papers(),
  staff_on_choice(), staff_on_person_age(), staff_set_retirement() CASCADE;
DROP FUNCTION staff_retires_on(text, date), staff_retires_as(text, text);
"""


class Migration(migrations.Migration):
    dependencies = [("staff", "0007_people_kept")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
