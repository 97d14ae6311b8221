"""What the database keeps and refuses: scopes, open lines, a trail nobody rewrites."""

from django.db import migrations

FORWARD = r"""
CREATE SEQUENCE approvals_number;

CREATE TRIGGER b_scope BEFORE INSERT OR UPDATE OF unit_id, scope ON approvals_notice
  FOR EACH ROW EXECUTE FUNCTION units_set_scope();

CREATE FUNCTION approvals_set_scopes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  SELECT path INTO NEW.scope FROM units_unit WHERE id = NEW.unit_id FOR KEY SHARE;
  NEW.other_scope := '';
  IF NEW.other_unit_id IS NOT NULL THEN
    SELECT path INTO NEW.other_scope FROM units_unit WHERE id = NEW.other_unit_id FOR KEY SHARE;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER b_scope
  BEFORE INSERT OR UPDATE OF unit_id, other_unit_id, scope, other_scope ON approvals_application
  FOR EACH ROW EXECUTE FUNCTION approvals_set_scopes();

-- A confirmation lies where its application lies.
CREATE FUNCTION approvals_set_confirmation_scope() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  SELECT scope INTO NEW.scope FROM approvals_application WHERE id = NEW.application_id;
  RETURN NEW;
END $$;
CREATE TRIGGER b_scope BEFORE INSERT OR UPDATE OF application_id, scope ON approvals_confirmation
  FOR EACH ROW EXECUTE FUNCTION approvals_set_confirmation_scope();

CREATE FUNCTION approvals_on_unit_move() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  moved bigint[];
BEGIN
  EXECUTE 'SELECT array_agg(n.id)
             FROM new_rows n JOIN old_rows o USING (id) WHERE n.path <> o.path' INTO moved;
  IF moved IS NULL THEN RETURN NULL; END IF;
  UPDATE approvals_application SET scope = ''
   WHERE unit_id = ANY (moved) OR other_unit_id = ANY (moved);
  UPDATE approvals_notice SET scope = '' WHERE unit_id = ANY (moved);
  UPDATE approvals_confirmation c SET scope = ''
    FROM approvals_application a WHERE a.id = c.application_id AND a.unit_id = ANY (moved);
  RETURN NULL;
END $$;
CREATE TRIGGER d_approvals_move AFTER UPDATE ON units_unit
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION approvals_on_unit_move();

-- A line is open while its application is filed and not ended (choices.OPEN), by whatever road.
CREATE FUNCTION approvals_is_open(state text) RETURNS boolean LANGUAGE sql IMMUTABLE AS
  $$ SELECT state NOT IN ('draft', 'done', 'refused', 'withdrawn') $$;
CREATE FUNCTION approvals_set_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  SELECT approvals_is_open(state) AND NEW.verdict <> 'refused' INTO NEW.is_open
    FROM approvals_application WHERE id = NEW.application_id FOR SHARE;
  RETURN NEW;
END $$;
CREATE TRIGGER b_open BEFORE INSERT OR UPDATE ON approvals_line
  FOR EACH ROW EXECUTE FUNCTION approvals_set_open();
CREATE FUNCTION approvals_lines_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF approvals_is_open(NEW.state) <> approvals_is_open(OLD.state) THEN
    UPDATE approvals_line SET is_open = approvals_is_open(NEW.state)
     WHERE application_id = NEW.id;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER c_lines_follow AFTER UPDATE OF state ON approvals_application
  FOR EACH ROW EXECUTE FUNCTION approvals_lines_follow();

-- The trail: who filed comes from the application, and nothing of it is ever rewritten.
CREATE FUNCTION approvals_set_applicant() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  SELECT applicant_id INTO NEW.applicant_id FROM approvals_application
   WHERE id = NEW.application_id;
  RETURN NEW;
END $$;
CREATE TRIGGER b_applicant BEFORE INSERT ON approvals_step
  FOR EACH ROW EXECUTE FUNCTION approvals_set_applicant();
CREATE FUNCTION approvals_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% keeps what was said', TG_TABLE_NAME
    USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_is_kept';
END $$;
CREATE TRIGGER a_kept BEFORE UPDATE OR DELETE ON approvals_step
  FOR EACH ROW EXECUTE FUNCTION approvals_refuse_change();
CREATE TRIGGER a_kept BEFORE UPDATE OR DELETE ON approvals_kindversion
  FOR EACH ROW EXECUTE FUNCTION approvals_refuse_change();
-- An application that was filed stays.
CREATE TRIGGER a_kept BEFORE DELETE ON approvals_application
  FOR EACH ROW WHEN (OLD.state <> 'draft') EXECUTE FUNCTION approvals_refuse_change();
"""

BACKWARD = """
DROP TRIGGER d_approvals_move ON units_unit;
DROP FUNCTION approvals_set_scopes(), approvals_set_confirmation_scope(),
  approvals_on_unit_move(), approvals_set_open(), approvals_lines_follow(),
  approvals_set_applicant(), approvals_refuse_change() CASCADE;
DROP FUNCTION approvals_is_open(text);
DROP TRIGGER b_scope ON approvals_notice;
DROP SEQUENCE approvals_number;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("approvals", "0001_applications"),
        ("units", "0009_permissions_of_applications"),
    ]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
