"""Spare room of a unit that ends in another goes along: one side's entry takes it back."""

from django.db import migrations

FORWARD = r"""
CREATE OR REPLACE FUNCTION quotas_on_overage() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE shifts quotas_shift[];
BEGIN
  IF TG_OP = 'UPDATE' THEN
    -- moves in the tree rewrite `scope`; the rest of an entry never changes
    IF EXISTS (SELECT 1 FROM new_rows n JOIN old_rows o USING (id)
               WHERE (n.unit_id, n.quota_type_id, n.places, n.kind)
                     IS DISTINCT FROM (o.unit_id, o.quota_type_id, o.places, o.kind)) THEN
      RAISE EXCEPTION 'an overage entry is corrected by another entry, not changed';
    END IF;
    RETURN NULL;
  ELSIF TG_OP = 'INSERT' THEN
    IF EXISTS (SELECT 1 FROM new_rows WHERE kind = 'ratchet') THEN
      IF pg_trigger_depth() >= 2 THEN
        RETURN NULL;  -- quotas_apply has lowered the balance already
      ELSIF coalesce(current_setting('bianzhi.hands_room_over', true), '') <> 'on' THEN
        RAISE EXCEPTION 'ratchet entries are written by the balance alone';
      END IF;
      -- spare room of a unit that ends goes to its successor (apps.quotas.carrying)
    END IF;
    SELECT array_agg(ROW(unit_id, quota_type_id, 0, 0, 0, places)::quotas_shift) INTO shifts FROM new_rows;
  ELSE
    SELECT array_agg(ROW(unit_id, quota_type_id, 0, 0, 0, -places)::quotas_shift) INTO shifts FROM old_rows;
  END IF;
  PERFORM quotas_apply(shifts);
  RETURN NULL;
END $$;
"""

BACKWARD = r"""
CREATE OR REPLACE FUNCTION quotas_on_overage() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE shifts quotas_shift[];
BEGIN
  IF TG_OP = 'UPDATE' THEN
    -- moves in the tree rewrite `scope`; the rest of an entry never changes
    IF EXISTS (SELECT 1 FROM new_rows n JOIN old_rows o USING (id)
               WHERE (n.unit_id, n.quota_type_id, n.places, n.kind)
                     IS DISTINCT FROM (o.unit_id, o.quota_type_id, o.places, o.kind)) THEN
      RAISE EXCEPTION 'an overage entry is corrected by another entry, not changed';
    END IF;
    RETURN NULL;
  ELSIF TG_OP = 'INSERT' THEN
    IF EXISTS (SELECT 1 FROM new_rows WHERE kind = 'ratchet') THEN
      IF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'ratchet entries are written by the balance alone';
      END IF;
      RETURN NULL;  -- quotas_apply has lowered the balance already
    END IF;
    SELECT array_agg(ROW(unit_id, quota_type_id, 0, 0, 0, places)::quotas_shift) INTO shifts FROM new_rows;
  ELSE
    SELECT array_agg(ROW(unit_id, quota_type_id, 0, 0, 0, -places)::quotas_shift) INTO shifts FROM old_rows;
  END IF;
  PERFORM quotas_apply(shifts);
  RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("quotas", "0004_signs_and_days")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
