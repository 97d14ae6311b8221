"""Post balances feed the buckets, so that a board adds up few rows (performance.md §5)."""

from django.db import migrations

FORWARD = r"""
CREATE TYPE posts_move AS (
  path text, post_kind_id text, due int, filled int, over int, short int
);

CREATE OR REPLACE FUNCTION posts_apply(shifts posts_shift[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  moved posts_move[];
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
  WITH changed AS (
    UPDATE posts_postbalance b SET due = b.due + s.due, filled = b.filled + s.filled
      FROM unnest(shifts) s WHERE b.unit_id = s.unit_id AND b.post_kind_id = s.post_kind_id
    RETURNING left(b.scope, 16) AS path, b.post_kind_id, s.due, s.filled,
      new.over - old.over AS over, new.short - old.short AS short
  )
  -- 16 = Bucket.DEPTH steps of the path
  SELECT array_agg(ROW(path, post_kind_id, d, f, o, s)::posts_move ORDER BY path, post_kind_id)
    INTO moved
    FROM (SELECT path, post_kind_id, sum(due) d, sum(filled) f, sum(over) o, sum(short) s
            FROM changed GROUP BY 1, 2) x;
  INSERT INTO posts_postbucket (path, post_kind_id, due, filled, over, short)
    SELECT m.path, m.post_kind_id, 0, 0, 0, 0 FROM unnest(moved) m
     WHERE NOT EXISTS (SELECT 1 FROM posts_postbucket b
                        WHERE b.path = m.path AND b.post_kind_id = m.post_kind_id)
     ORDER BY 1, 2
    ON CONFLICT (path, post_kind_id) DO NOTHING;
  PERFORM 1 FROM posts_postbucket b JOIN unnest(moved) m
      ON b.path = m.path AND b.post_kind_id = m.post_kind_id
    ORDER BY b.path, b.post_kind_id FOR NO KEY UPDATE OF b;
  UPDATE posts_postbucket b
     SET due = b.due + m.due, filled = b.filled + m.filled, over = b.over + m.over,
         short = b.short + m.short
    FROM unnest(moved) m WHERE b.path = m.path AND b.post_kind_id = m.post_kind_id;
END $$;

-- The buckets at or below `prefix`, computed anew from the balances.
CREATE OR REPLACE FUNCTION posts_rebuild_buckets(prefix text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  low text := left(prefix, 16);
BEGIN
  DELETE FROM posts_postbucket WHERE path >= low AND path < low || '~';
  INSERT INTO posts_postbucket (path, post_kind_id, due, filled, over, short)
  SELECT left(scope, 16), post_kind_id, sum(due), sum(filled), sum(over), sum(short)
    FROM posts_postbalance WHERE scope >= low AND scope < low || '~' GROUP BY 1, 2;
END $$;

CREATE OR REPLACE FUNCTION posts_on_move() RETURNS trigger LANGUAGE plpgsql AS $$
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
  UPDATE posts_leadershipentry f SET scope = n.path FROM units_unit n
    WHERE n.id = ANY (moved) AND f.unit_id = n.id;
  UPDATE posts_postbalance f SET scope = n.path FROM units_unit n
    WHERE n.id = ANY (moved) AND f.unit_id = n.id;
  FOR key IN SELECT DISTINCT k FROM (
      SELECT left(path, 16) AS k FROM units_unit WHERE id = ANY (moved) UNION SELECT unnest(was)
    ) x ORDER BY k LOOP
    CONTINUE WHEN starts_with(key, done);  -- in order, so what lies below the last one is done
    PERFORM posts_rebuild_buckets(key);
    done := key;
  END LOOP;
  RETURN NULL;
END $$;

SELECT posts_rebuild_buckets('');
"""

BACKWARD = r"""
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
DROP FUNCTION posts_rebuild_buckets(text);
DROP TYPE posts_move;
"""


class Migration(migrations.Migration):
    dependencies = [("posts", "0005_buckets")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
