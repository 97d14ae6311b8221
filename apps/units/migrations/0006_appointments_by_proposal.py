"""A role somebody signed in gives or takes rests on a confirmed proposal (rule A-13)."""

import django.db.models.deletion
from django.db import migrations, models

FORWARD = r"""
CREATE FUNCTION units_appointment_was_confirmed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM accounts_user WHERE id = core_actor()) THEN
    RETURN NEW;  -- the server's own commands
  END IF;
  IF TG_OP = 'INSERT' THEN
    IF NOT EXISTS (SELECT 1 FROM accounts_proposal
                    WHERE id = NEW.proposal_id AND state = 'confirmed'
                      AND kind = 'appointment.grant' AND subject_id = NEW.user_id) THEN
      RAISE EXCEPTION 'a role is given by two'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'appointment_was_confirmed';
    END IF;
  ELSIF NOT EXISTS (SELECT 1 FROM accounts_proposal
                     WHERE kind = 'appointment.revoke' AND state = 'confirmed'
                       AND subject_id = NEW.user_id
                       AND payload ->> 'appointment' = NEW.id::text) THEN
    RAISE EXCEPTION 'a role is taken by two'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'appointment_was_confirmed';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER b_confirmed_insert BEFORE INSERT ON units_appointment
  FOR EACH ROW EXECUTE FUNCTION units_appointment_was_confirmed();
CREATE TRIGGER b_confirmed_update BEFORE UPDATE ON units_appointment FOR EACH ROW
  WHEN (OLD.user_id IS DISTINCT FROM NEW.user_id OR OLD.unit_id IS DISTINCT FROM NEW.unit_id
        OR OLD.role IS DISTINCT FROM NEW.role OR OLD.ends_at IS DISTINCT FROM NEW.ends_at)
  EXECUTE FUNCTION units_appointment_was_confirmed();
"""

BACKWARD = "DROP FUNCTION units_appointment_was_confirmed() CASCADE;"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_proposals_sessions_factors"),
        ("units", "0005_event_to_undo"),
    ]

    operations = [
        migrations.AddField(
            model_name="appointment",
            name="proposal",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.proposal",
            ),
        ),
        migrations.AddField(
            model_name="historicalappointment",
            name="proposal",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="accounts.proposal",
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
