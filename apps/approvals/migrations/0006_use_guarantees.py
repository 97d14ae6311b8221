"""Scopes of plans, reserves and the pool; what was set or lent stays; slots and open cases."""

from django.db import migrations

SCOPED = ("usecontrol", "useplan", "planline", "pool", "poolentry", "loan")

FORWARD = r"""
CREATE FUNCTION approvals_plans_on_unit_move() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  moved bigint[];
BEGIN
  EXECUTE 'SELECT array_agg(n.id)
             FROM new_rows n JOIN old_rows o USING (id) WHERE n.path <> o.path' INTO moved;
  IF moved IS NULL THEN RETURN NULL; END IF;
  UPDATE approvals_usecontrol SET scope = '' WHERE unit_id = ANY (moved);
  UPDATE approvals_useplan SET scope = '' WHERE unit_id = ANY (moved);
  UPDATE approvals_planline SET scope = '' WHERE unit_id = ANY (moved);
  UPDATE approvals_pool SET scope = '' WHERE unit_id = ANY (moved);
  UPDATE approvals_poolentry SET scope = '' WHERE unit_id = ANY (moved);
  UPDATE approvals_loan SET scope = '' WHERE unit_id = ANY (moved);
  RETURN NULL;
END $$;
CREATE TRIGGER d_approvals_plans_move AFTER UPDATE ON units_unit
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION approvals_plans_on_unit_move();

CREATE TRIGGER a_kept BEFORE UPDATE OR DELETE ON approvals_usesetting
  FOR EACH ROW EXECUTE FUNCTION approvals_refuse_change();
CREATE TRIGGER a_kept BEFORE UPDATE OR DELETE ON approvals_loanstep
  FOR EACH ROW EXECUTE FUNCTION approvals_refuse_change();

-- A line that becomes open takes a free slot; whoever takes the slot away meanwhile waits here.
CREATE FUNCTION approvals_line_takes_slot() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT NEW.is_open OR NEW.slot_id IS NULL THEN RETURN NEW; END IF;
  IF TG_OP = 'UPDATE' THEN
    IF OLD.is_open AND OLD.slot_id IS NOT DISTINCT FROM NEW.slot_id THEN RETURN NEW; END IF;
  END IF;
  PERFORM 1 FROM approvals_slot WHERE id = NEW.slot_id AND state = 'free' FOR SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'slot % is not free', NEW.slot_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'line_slot_is_free';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER c_slot BEFORE INSERT OR UPDATE ON approvals_line
  FOR EACH ROW EXECUTE FUNCTION approvals_line_takes_slot();

CREATE FUNCTION approvals_slot_stays_in_use() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state IN ('returned', 'expired', 'revoked') AND OLD.state <> NEW.state AND EXISTS (
      SELECT 1 FROM approvals_line WHERE slot_id = NEW.id AND is_open) THEN
    RAISE EXCEPTION 'slot % is in an open application', NEW.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'slot_in_an_open_case_stays';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER b_in_use BEFORE UPDATE OF state ON approvals_slot
  FOR EACH ROW EXECUTE FUNCTION approvals_slot_stays_in_use();
""" + "".join(
    f"""
CREATE TRIGGER b_scope BEFORE INSERT OR UPDATE OF unit_id, scope ON approvals_{table}
  FOR EACH ROW EXECUTE FUNCTION units_set_scope();
"""
    for table in SCOPED
)

BACKWARD = """
DROP TRIGGER d_approvals_plans_move ON units_unit;
DROP TRIGGER a_kept ON approvals_usesetting;
DROP TRIGGER a_kept ON approvals_loanstep;
DROP FUNCTION approvals_plans_on_unit_move(), approvals_line_takes_slot(),
  approvals_slot_stays_in_use() CASCADE;
""" + "".join(f"DROP TRIGGER b_scope ON approvals_{table};\n" for table in SCOPED)


class Migration(migrations.Migration):
    dependencies = [("approvals", "0005_quota_use")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
