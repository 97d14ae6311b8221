"""Sums of who retires when, for the nodes near the root (R-05); kept by every statement."""

from django.db import migrations

FORWARD = r"""
-- levels: the whole tree and its first three steps (RetirementShift.DEPTH)
CREATE OR REPLACE FUNCTION staff_on_retirement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO staff_retirementshift (path, quota_type_id, month, number)
    SELECT left(x.scope, d.n), x.quota_type_id, x.retires_on, sum(x.n)
      FROM (SELECT scope, quota_type_id, retires_on, count(*) AS n FROM new_rows
             WHERE counts AND ends_on IS NULL AND retires_on IS NOT NULL GROUP BY 1, 2, 3) x
     CROSS JOIN (VALUES (0), (4), (8), (12)) d(n) WHERE length(x.scope) >= d.n
     GROUP BY 1, 2, 3;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO staff_retirementshift (path, quota_type_id, month, number)
    SELECT left(x.scope, d.n), x.quota_type_id, x.retires_on, -sum(x.n)
      FROM (SELECT scope, quota_type_id, retires_on, count(*) AS n FROM old_rows
             WHERE counts AND ends_on IS NULL AND retires_on IS NOT NULL GROUP BY 1, 2, 3) x
     CROSS JOIN (VALUES (0), (4), (8), (12)) d(n) WHERE length(x.scope) >= d.n
     GROUP BY 1, 2, 3;
  ELSE
    INSERT INTO staff_retirementshift (path, quota_type_id, month, number)
    SELECT left(x.scope, d.n), x.quota_type_id, x.retires_on, sum(x.n)
      FROM (SELECT scope, quota_type_id, retires_on, sum(n) AS n FROM (
              SELECT scope, quota_type_id, retires_on, 1 AS n FROM new_rows
               WHERE counts AND ends_on IS NULL AND retires_on IS NOT NULL
              UNION ALL
              SELECT scope, quota_type_id, retires_on, -1 FROM old_rows
               WHERE counts AND ends_on IS NULL AND retires_on IS NOT NULL) y
             GROUP BY 1, 2, 3 HAVING sum(n) <> 0) x
     CROSS JOIN (VALUES (0), (4), (8), (12)) d(n) WHERE length(x.scope) >= d.n
     GROUP BY 1, 2, 3 HAVING sum(x.n) <> 0;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER d_retirement_insert AFTER INSERT ON staff_occupancy
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION staff_on_retirement();
CREATE TRIGGER d_retirement_update AFTER UPDATE ON staff_occupancy
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION staff_on_retirement();
CREATE TRIGGER d_retirement_delete AFTER DELETE ON staff_occupancy
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION staff_on_retirement();

-- many rows of one sum become one; rows that writers add meanwhile stay as they are
CREATE OR REPLACE FUNCTION staff_compact_retirement() RETURNS void LANGUAGE sql AS $$
  WITH gone AS (DELETE FROM staff_retirementshift RETURNING path, quota_type_id, month, number)
  INSERT INTO staff_retirementshift (path, quota_type_id, month, number)
  SELECT path, quota_type_id, month, sum(number) FROM gone GROUP BY 1, 2, 3
  HAVING sum(number) <> 0
$$;

-- what is there already
INSERT INTO staff_retirementshift (path, quota_type_id, month, number)
SELECT left(o.scope, d.n), o.quota_type_id, o.retires_on, count(*)
  FROM staff_occupancy o CROSS JOIN (VALUES (0), (4), (8), (12)) d(n)
 WHERE o.counts AND o.ends_on IS NULL AND o.retires_on IS NOT NULL AND length(o.scope) >= d.n
 GROUP BY 1, 2, 3;
"""

BACKWARD = """
DROP FUNCTION staff_compact_retirement(), staff_on_retirement() CASCADE;
DELETE FROM staff_retirementshift;
"""


class Migration(migrations.Migration):
    dependencies = [("staff", "0010_retirement_shifts")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
