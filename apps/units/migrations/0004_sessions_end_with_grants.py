"""Whose grants change, by whatever road, signs in again (security.md R05)."""

from django.db import migrations

FORWARD = r"""
CREATE FUNCTION units_end_sessions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    UPDATE accounts_user SET session_epoch = session_epoch + 1
      WHERE id IN (SELECT user_id FROM new_rows);
  ELSIF TG_OP = 'DELETE' THEN
    UPDATE accounts_user SET session_epoch = session_epoch + 1
      WHERE id IN (SELECT user_id FROM old_rows);
  ELSE
    UPDATE accounts_user SET session_epoch = session_epoch + 1
      WHERE id IN (SELECT user_id FROM old_rows UNION SELECT user_id FROM new_rows);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER c_end_sessions_insert AFTER INSERT ON units_unituserpermission
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION units_end_sessions();
CREATE TRIGGER c_end_sessions_update AFTER UPDATE ON units_unituserpermission
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION units_end_sessions();
CREATE TRIGGER c_end_sessions_delete AFTER DELETE ON units_unituserpermission
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION units_end_sessions();
"""

BACKWARD = "DROP FUNCTION units_end_sessions() CASCADE;"


class Migration(migrations.Migration):
    dependencies = [
        ("units", "0003_search_indexes"),
        ("accounts", "0002_sessions_and_slow_down"),
    ]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
