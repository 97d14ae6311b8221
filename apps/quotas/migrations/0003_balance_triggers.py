"""The balances keep themselves (docs/rules.md Q-01…Q-05; design §4, performance.md §5).

Chain of one fact statement: fact trigger → quotas_apply → balance → unit total → bucket. Every
level locks its rows in key order before it changes them, so two writers queue and never deadlock
on one level; the CHECK on the balance is the guarantee.
"""

from django.db import migrations

FORWARD = r"""
CREATE TRIGGER b_scope BEFORE INSERT OR UPDATE OF unit_id, scope ON quotas_quotaentry
  FOR EACH ROW EXECUTE FUNCTION units_set_scope();
CREATE TRIGGER b_scope BEFORE INSERT OR UPDATE OF unit_id, scope ON quotas_overageentry
  FOR EACH ROW EXECUTE FUNCTION units_set_scope();
CREATE TRIGGER b_scope BEFORE INSERT OR UPDATE OF unit_id, scope ON quotas_reservation
  FOR EACH ROW EXECUTE FUNCTION units_set_scope();

ALTER TABLE quotas_quotaentry ADD CONSTRAINT quota_entry_is_not_in_future
  CHECK ("on" <= core_today());

-- What one statement asks of a cell, and what it did to it (sums carry quota_type_id '').
CREATE TYPE quotas_shift AS (
  unit_id bigint, quota_type_id text, approved int, actual int, reserved int, over_allowed int
);
CREATE TYPE quotas_move AS (
  unit_id bigint, quota_type_id text, scope text, approved int, actual int, reserved int,
  excess int, vacant int, over_cells int, over_units int
);

-- Does this quota type count in totals? (attrs.in_total, default yes)
CREATE OR REPLACE FUNCTION quotas_in_total(key text) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT coalesce((SELECT (attrs->>'in_total')::boolean FROM core_codevalue c WHERE c.key = $1), true)
$$;

CREATE OR REPLACE FUNCTION quotas_apply(shifts quotas_shift[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  moved quotas_move[];
  refused text;
  broken text;
BEGIN
  -- one shift per cell, nothing that cancels out
  SELECT array_agg(ROW(unit_id, quota_type_id, a, c, r, o)::quotas_shift ORDER BY unit_id, quota_type_id)
    INTO shifts
    FROM (SELECT unit_id, quota_type_id, sum(approved) a, sum(actual) c, sum(reserved) r,
                 sum(over_allowed) o
          FROM unnest(shifts) GROUP BY 1, 2) s
   WHERE (a, c, r, o) IS DISTINCT FROM (0::bigint, 0::bigint, 0::bigint, 0::bigint);
  IF shifts IS NULL THEN RETURN; END IF;

  INSERT INTO quotas_balance (unit_id, quota_type_id, approved, actual, reserved, over_allowed, scope)
    SELECT s.unit_id, s.quota_type_id, 0, 0, 0, 0, u.path
      FROM unnest(shifts) s JOIN units_unit u ON u.id = s.unit_id
     WHERE NOT EXISTS (SELECT 1 FROM quotas_balance b
                        WHERE b.unit_id = s.unit_id AND b.quota_type_id = s.quota_type_id)
     ORDER BY s.unit_id, s.quota_type_id
    ON CONFLICT (unit_id, quota_type_id) DO NOTHING;
  PERFORM 1 FROM quotas_balance b JOIN unnest(shifts) s USING (unit_id, quota_type_id)
    ORDER BY b.unit_id, b.quota_type_id FOR NO KEY UPDATE OF b;

  -- The CHECKs below are the guarantee; this says first, for all cells at once, which ones and why.
  SELECT CASE WHEN bool_or(b.approved + s.approved < 0) THEN 'balance_is_never_negative'
              ELSE 'balance_has_room' END,
         json_agg(json_build_object(
           'unit', b.unit_id, 'quota_type', b.quota_type_id, 'approved', b.approved,
           'actual', b.actual, 'reserved', b.reserved, 'over_allowed', b.over_allowed,
           'asked', s.actual + s.reserved - s.approved - s.over_allowed)
           ORDER BY b.unit_id, b.quota_type_id)::text
    INTO broken, refused
    FROM quotas_balance b JOIN unnest(shifts) s USING (unit_id, quota_type_id)
   WHERE b.approved + s.approved < 0
      OR (s.actual + s.reserved - s.approved - s.over_allowed > 0
          AND b.actual + s.actual + b.reserved + s.reserved
              > b.approved + s.approved + b.over_allowed + s.over_allowed);
  IF refused IS NOT NULL THEN
    RAISE EXCEPTION 'no room in the quota: %', refused
      USING ERRCODE = 'check_violation', CONSTRAINT = broken, TABLE = 'quotas_balance',
            DETAIL = refused;
  END IF;

  WITH changed AS (
    UPDATE quotas_balance b
       SET approved = b.approved + s.approved,
           actual = b.actual + s.actual,
           reserved = b.reserved + s.reserved,
           -- the ratchet: room above the approved places goes when the need for it goes
           over_allowed = CASE
             WHEN s.actual + s.reserved - s.approved < 0 THEN
               least(b.over_allowed + s.over_allowed,
                     greatest(0, b.actual + s.actual + b.reserved + s.reserved
                                 - b.approved - s.approved))
             ELSE b.over_allowed + s.over_allowed END
      FROM unnest(shifts) s
     WHERE b.unit_id = s.unit_id AND b.quota_type_id = s.quota_type_id
    RETURNING b.unit_id, b.quota_type_id, b.scope, s.approved, s.actual, s.reserved,
      new.excess - old.excess AS excess, new.vacant - old.vacant AS vacant,
      (new.excess > 0)::int - (old.excess > 0)::int AS over_cells,
      old.over_allowed + s.over_allowed - new.over_allowed AS ratchet
  ), ratcheted AS (
    INSERT INTO quotas_overageentry (unit_id, quota_type_id, places, kind, "on", reason, scope)
      SELECT unit_id, quota_type_id, -ratchet, 'ratchet', core_today(), '超编消化', scope
        FROM changed WHERE ratchet > 0
    RETURNING 1
  )
  SELECT array_agg(ROW(unit_id, quota_type_id, scope, approved, actual, reserved, excess, vacant,
                       over_cells, 0)::quotas_move) INTO moved FROM changed;
  PERFORM quotas_roll_up(moved);
END $$;

CREATE OR REPLACE FUNCTION quotas_roll_up(moved quotas_move[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  totals quotas_move[];
  sums quotas_move[];
BEGIN
  SELECT array_agg(ROW(unit_id, '', scope, a, c, r, e, v, o, 0)::quotas_move ORDER BY unit_id)
    INTO totals
    FROM (SELECT unit_id, scope, sum(approved) a, sum(actual) c, sum(reserved) r, sum(excess) e,
                 sum(vacant) v, sum(over_cells) o
            FROM unnest(moved) WHERE quotas_in_total(quota_type_id) GROUP BY 1, 2) s;
  IF totals IS NOT NULL THEN
    INSERT INTO quotas_unittotal (unit_id, approved, actual, reserved, excess, vacant, over_types, scope)
      SELECT t.unit_id, 0, 0, 0, 0, 0, 0, t.scope FROM unnest(totals) t
       WHERE NOT EXISTS (SELECT 1 FROM quotas_unittotal u WHERE u.unit_id = t.unit_id)
       ORDER BY t.unit_id
      ON CONFLICT (unit_id) DO NOTHING;
    PERFORM 1 FROM quotas_unittotal u JOIN unnest(totals) t USING (unit_id)
      ORDER BY u.unit_id FOR NO KEY UPDATE OF u;
    WITH changed AS (
      UPDATE quotas_unittotal u
         SET approved = u.approved + t.approved, actual = u.actual + t.actual,
             reserved = u.reserved + t.reserved, excess = u.excess + t.excess,
             vacant = u.vacant + t.vacant, over_types = u.over_types + t.over_cells
        FROM unnest(totals) t WHERE u.unit_id = t.unit_id
      RETURNING u.unit_id, u.scope, t.approved, t.actual, t.reserved, t.excess, t.vacant,
        t.over_cells, (new.over_types > 0)::int - (old.over_types > 0)::int AS over_units
    )
    SELECT array_agg(ROW(unit_id, '', scope, approved, actual, reserved, excess, vacant,
                         over_cells, over_units)::quotas_move) INTO totals FROM changed;
  END IF;

  -- 16 = Bucket.DEPTH steps of the path
  SELECT array_agg(ROW(0, quota_type_id, key, a, c, r, e, v, o, u)::quotas_move
                   ORDER BY key, quota_type_id)
    INTO sums
    FROM (SELECT left(scope, 16) AS key, quota_type_id, sum(approved) a, sum(actual) c,
                 sum(reserved) r, sum(excess) e, sum(vacant) v, sum(over_cells) o,
                 sum(over_units) u
            FROM unnest(moved || totals) GROUP BY 1, 2) s;
  INSERT INTO quotas_bucket (path, quota_type_id, approved, actual, reserved, excess, vacant,
                             over_cells, over_units)
    SELECT s.scope, s.quota_type_id, 0, 0, 0, 0, 0, 0, 0 FROM unnest(sums) s
     WHERE NOT EXISTS (SELECT 1 FROM quotas_bucket b
                        WHERE b.path = s.scope AND b.quota_type_id = s.quota_type_id)
     ORDER BY s.scope, s.quota_type_id
    ON CONFLICT (path, quota_type_id) DO NOTHING;
  PERFORM 1 FROM quotas_bucket b JOIN unnest(sums) s
      ON b.path = s.scope AND b.quota_type_id = s.quota_type_id
    ORDER BY b.path, b.quota_type_id FOR NO KEY UPDATE OF b;
  UPDATE quotas_bucket b
     SET approved = b.approved + s.approved, actual = b.actual + s.actual,
         reserved = b.reserved + s.reserved, excess = b.excess + s.excess,
         vacant = b.vacant + s.vacant, over_cells = b.over_cells + s.over_cells,
         over_units = b.over_units + s.over_units
    FROM unnest(sums) s WHERE b.path = s.scope AND b.quota_type_id = s.quota_type_id;
END $$;

-- Fact triggers: what each statement asks of the cells.
CREATE OR REPLACE FUNCTION quotas_on_entry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE shifts quotas_shift[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT array_agg(ROW(unit_id, quota_type_id, change, 0, 0, 0)::quotas_shift) INTO shifts FROM new_rows;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT array_agg(ROW(unit_id, quota_type_id, -change, 0, 0, 0)::quotas_shift) INTO shifts FROM old_rows;
  ELSE
    SELECT array_agg(s) INTO shifts FROM (
      SELECT ROW(unit_id, quota_type_id, change, 0, 0, 0)::quotas_shift AS s FROM new_rows
      UNION ALL SELECT ROW(unit_id, quota_type_id, -change, 0, 0, 0)::quotas_shift FROM old_rows) x;
  END IF;
  PERFORM quotas_apply(shifts);
  RETURN NULL;
END $$;

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

CREATE OR REPLACE FUNCTION quotas_on_reservation() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE shifts quotas_shift[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT array_agg(ROW(unit_id, quota_type_id, 0, 0, places, 0)::quotas_shift) INTO shifts
      FROM new_rows WHERE released_at IS NULL;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT array_agg(ROW(unit_id, quota_type_id, 0, 0, -places, 0)::quotas_shift) INTO shifts
      FROM old_rows WHERE released_at IS NULL;
  ELSE
    SELECT array_agg(s) INTO shifts FROM (
      SELECT ROW(unit_id, quota_type_id, 0, 0, places, 0)::quotas_shift AS s
        FROM new_rows WHERE released_at IS NULL
      UNION ALL SELECT ROW(unit_id, quota_type_id, 0, 0, -places, 0)::quotas_shift
        FROM old_rows WHERE released_at IS NULL) x;
  END IF;
  IF shifts IS NOT NULL THEN PERFORM quotas_apply(shifts); END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER c_balance_insert AFTER INSERT ON quotas_quotaentry REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION quotas_on_entry();
CREATE TRIGGER c_balance_update AFTER UPDATE ON quotas_quotaentry
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION quotas_on_entry();
CREATE TRIGGER c_balance_delete AFTER DELETE ON quotas_quotaentry REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION quotas_on_entry();
CREATE TRIGGER c_balance_insert AFTER INSERT ON quotas_overageentry REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION quotas_on_overage();
CREATE TRIGGER c_balance_update AFTER UPDATE ON quotas_overageentry
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION quotas_on_overage();
CREATE TRIGGER c_balance_delete AFTER DELETE ON quotas_overageentry REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION quotas_on_overage();
CREATE TRIGGER c_balance_insert AFTER INSERT ON quotas_reservation REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION quotas_on_reservation();
CREATE TRIGGER c_balance_update AFTER UPDATE ON quotas_reservation
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION quotas_on_reservation();
CREATE TRIGGER c_balance_delete AFTER DELETE ON quotas_reservation REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION quotas_on_reservation();

-- The sums of the buckets at or below `prefix`, computed anew from the balances.
CREATE OR REPLACE FUNCTION quotas_rebuild_buckets(prefix text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  low text := left(prefix, 16);
BEGIN
  DELETE FROM quotas_bucket WHERE path >= low AND path < low || '~';
  INSERT INTO quotas_bucket (path, quota_type_id, approved, actual, reserved, excess, vacant,
                             over_cells, over_units)
  SELECT left(scope, 16), quota_type_id, sum(approved), sum(actual), sum(reserved), sum(excess),
         sum(vacant), count(*) FILTER (WHERE excess > 0), 0
    FROM quotas_balance WHERE scope >= low AND scope < low || '~' GROUP BY 1, 2
  UNION ALL
  SELECT left(scope, 16), '', sum(approved), sum(actual), sum(reserved), sum(excess), sum(vacant),
         sum(over_types), count(*) FILTER (WHERE over_types > 0)
    FROM quotas_unittotal WHERE scope >= low AND scope < low || '~' GROUP BY 1;
END $$;

-- Everything derived, computed anew: after a code value's in_total changes.
CREATE OR REPLACE FUNCTION quotas_rebuild_totals() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  -- the balances too: a writer between its balance and its total has read the old in_total
  LOCK TABLE quotas_balance, quotas_unittotal, quotas_bucket IN EXCLUSIVE MODE;
  DELETE FROM quotas_unittotal;
  INSERT INTO quotas_unittotal (unit_id, approved, actual, reserved, excess, vacant, over_types, scope)
  SELECT unit_id, sum(approved), sum(actual), sum(reserved), sum(excess), sum(vacant),
         count(*) FILTER (WHERE excess > 0), min(scope)
    FROM quotas_balance WHERE quotas_in_total(quota_type_id) GROUP BY unit_id;
  PERFORM quotas_rebuild_buckets('');
END $$;

CREATE OR REPLACE FUNCTION quotas_on_code() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM quotas_rebuild_totals();
  RETURN NULL;
END $$;
CREATE TRIGGER c_totals AFTER UPDATE OF attrs ON core_codevalue FOR EACH ROW
  WHEN (NEW.table_id = 'quota_type'
        AND (OLD.attrs->>'in_total') IS DISTINCT FROM (NEW.attrs->>'in_total'))
  EXECUTE FUNCTION quotas_on_code();

-- The tree moves: scopes follow (rows of this app).
CREATE OR REPLACE FUNCTION quotas_on_move() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  key text;
  done text := '~';
  moved bigint[];
  was text[];
BEGIN
  -- planned anew each time: a plan kept from a one-row update joins thousands row by row
  EXECUTE 'SELECT array_agg(n.id), array_agg(DISTINCT left(o.path, 16))
             FROM new_rows n JOIN old_rows o USING (id) WHERE n.path <> o.path' INTO moved, was;
  IF moved IS NULL THEN RETURN NULL; END IF;
  UPDATE quotas_quotaentry f SET scope = n.path FROM units_unit n
    WHERE n.id = ANY (moved) AND f.unit_id = n.id;
  UPDATE quotas_overageentry f SET scope = n.path FROM units_unit n
    WHERE n.id = ANY (moved) AND f.unit_id = n.id;
  UPDATE quotas_reservation f SET scope = n.path FROM units_unit n
    WHERE n.id = ANY (moved) AND f.unit_id = n.id;
  UPDATE quotas_balance f SET scope = n.path FROM units_unit n
    WHERE n.id = ANY (moved) AND f.unit_id = n.id;
  UPDATE quotas_unittotal f SET scope = n.path FROM units_unit n
    WHERE n.id = ANY (moved) AND f.unit_id = n.id;
  FOR key IN SELECT DISTINCT k FROM (
      SELECT left(path, 16) AS k FROM units_unit WHERE id = ANY (moved) UNION SELECT unnest(was)
    ) x ORDER BY k LOOP
    CONTINUE WHEN starts_with(key, done);  -- in order, so what lies below the last one is done
    PERFORM quotas_rebuild_buckets(key);
    done := key;
  END LOOP;
  RETURN NULL;
END $$;
CREATE TRIGGER c_quotas_move AFTER UPDATE ON units_unit
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION quotas_on_move();
"""

BACKWARD = """
DROP FUNCTION quotas_on_move(), quotas_on_code(), quotas_on_reservation(), quotas_on_overage(),
  quotas_on_entry() CASCADE;
DROP FUNCTION quotas_rebuild_totals(), quotas_rebuild_buckets(text),
  quotas_roll_up(quotas_move[]), quotas_apply(quotas_shift[]), quotas_in_total(text);
DROP TYPE quotas_move;
DROP TYPE quotas_shift;
ALTER TABLE quotas_quotaentry DROP CONSTRAINT quota_entry_is_not_in_future;
DROP TRIGGER b_scope ON quotas_reservation;
DROP TRIGGER b_scope ON quotas_overageentry;
DROP TRIGGER b_scope ON quotas_quotaentry;
"""


class Migration(migrations.Migration):
    dependencies = [("quotas", "0002_links"), ("units", "0002_tree_triggers")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
