"""应配 follows the 职数台账; 实配 is added by the staff app (docs/rules.md L-01)."""

from django.db import migrations

FORWARD = r"""
CREATE TRIGGER b_scope BEFORE INSERT OR UPDATE OF unit_id, scope ON posts_leadershipentry
  FOR EACH ROW EXECUTE FUNCTION units_set_scope();
ALTER TABLE posts_leadershipentry ADD CONSTRAINT leadership_entry_is_not_in_future
  CHECK ("on" <= core_today());

CREATE TYPE posts_shift AS (unit_id bigint, post_kind_id text, due int, filled int);

CREATE OR REPLACE FUNCTION posts_apply(shifts posts_shift[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  SELECT array_agg(ROW(unit_id, post_kind_id, d, f)::posts_shift ORDER BY unit_id, post_kind_id)
    INTO shifts
    FROM (SELECT unit_id, post_kind_id, sum(due) d, sum(filled) f FROM unnest(shifts)
           GROUP BY 1, 2) s
   WHERE (d, f) IS DISTINCT FROM (0::bigint, 0::bigint);
  IF shifts IS NULL THEN RETURN; END IF;
  INSERT INTO posts_postbalance (unit_id, post_kind_id, due, filled, scope)
    SELECT s.unit_id, s.post_kind_id, 0, 0, u.path
      FROM unnest(shifts) s JOIN units_unit u ON u.id = s.unit_id
     WHERE NOT EXISTS (SELECT 1 FROM posts_postbalance b
                        WHERE b.unit_id = s.unit_id AND b.post_kind_id = s.post_kind_id)
     ORDER BY 1, 2
    ON CONFLICT (unit_id, post_kind_id) DO NOTHING;
  PERFORM 1 FROM posts_postbalance b JOIN unnest(shifts) s USING (unit_id, post_kind_id)
    ORDER BY b.unit_id, b.post_kind_id FOR NO KEY UPDATE OF b;
  UPDATE posts_postbalance b SET due = b.due + s.due, filled = b.filled + s.filled
    FROM unnest(shifts) s WHERE b.unit_id = s.unit_id AND b.post_kind_id = s.post_kind_id;
END $$;

CREATE OR REPLACE FUNCTION posts_on_entry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE shifts posts_shift[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT array_agg(ROW(unit_id, post_kind_id, change, 0)::posts_shift) INTO shifts FROM new_rows;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT array_agg(ROW(unit_id, post_kind_id, -change, 0)::posts_shift) INTO shifts FROM old_rows;
  ELSE
    SELECT array_agg(s) INTO shifts FROM (
      SELECT ROW(unit_id, post_kind_id, change, 0)::posts_shift AS s FROM new_rows
      UNION ALL SELECT ROW(unit_id, post_kind_id, -change, 0)::posts_shift FROM old_rows) x;
  END IF;
  PERFORM posts_apply(shifts);
  RETURN NULL;
END $$;
CREATE TRIGGER c_balance_insert AFTER INSERT ON posts_leadershipentry
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION posts_on_entry();
CREATE TRIGGER c_balance_update AFTER UPDATE ON posts_leadershipentry
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION posts_on_entry();
CREATE TRIGGER c_balance_delete AFTER DELETE ON posts_leadershipentry
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION posts_on_entry();

CREATE OR REPLACE FUNCTION posts_on_move() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  moved bigint[];
BEGIN
  -- planned anew each time: a plan kept from a one-row update joins thousands row by row
  EXECUTE 'SELECT array_agg(n.id)
             FROM new_rows n JOIN old_rows o USING (id) WHERE n.path <> o.path' INTO moved;
  IF moved IS NULL THEN RETURN NULL; END IF;
  UPDATE posts_leadershipentry f SET scope = n.path FROM units_unit n
    WHERE n.id = ANY (moved) AND f.unit_id = n.id;
  UPDATE posts_postbalance f SET scope = n.path FROM units_unit n
    WHERE n.id = ANY (moved) AND f.unit_id = n.id;
  RETURN NULL;
END $$;
CREATE TRIGGER c_posts_move AFTER UPDATE ON units_unit
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION posts_on_move();
"""

BACKWARD = """
DROP FUNCTION posts_on_move(), posts_on_entry(), posts_apply(posts_shift[]) CASCADE;
DROP TYPE posts_shift;
ALTER TABLE posts_leadershipentry DROP CONSTRAINT leadership_entry_is_not_in_future;
DROP TRIGGER b_scope ON posts_leadershipentry;
"""


class Migration(migrations.Migration):
    dependencies = [("posts", "0002_links"), ("units", "0002_tree_triggers")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
