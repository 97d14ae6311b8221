"""Scopes of findings, and the queue of units whose facts changed (docs/rules.md CK-03).

Any road that writes a fact marks its unit in the same transaction: a page, an import, psql. The
marks are rows without a unique key, so that two writers of one unit never wait for each other.
`since` is the first day whose figures may differ: the monthly statistics from then on are stale.
"""

from django.db import migrations

#: table → first day whose figures an inserted or deleted row r touches, and whether an updated
#: row (n from o) does; "" when its facts are no part of the figures
FACTS = {
    "quotas_quotaentry": (
        'r."on"',
        'CASE WHEN (n.unit_id, n.quota_type_id, n.change, n."on") IS DISTINCT FROM '
        '(o.unit_id, o.quota_type_id, o.change, o."on") THEN least(n."on", o."on") END',
    ),
    "staff_occupancy": (
        "r.starts_on",
        "CASE WHEN (n.unit_id, n.quota_type_id, n.starts_on, n.counts) IS DISTINCT FROM "
        "(o.unit_id, o.quota_type_id, o.starts_on, o.counts) THEN least(n.starts_on, o.starts_on) "
        "WHEN n.ends_on IS DISTINCT FROM o.ends_on THEN least(n.ends_on, o.ends_on) END",
    ),
    "posts_leadershipentry": ("NULL::date", "NULL::date"),
    "staff_postholding": ("NULL::date", "NULL::date"),
    "units_unitevent": ("NULL::date", "NULL::date"),
    "units_documentunit": ("NULL::date", "NULL::date"),
}


def marking(table: str, on_row: str, on_change: str) -> str:
    """Return the SQL of the triggers of one table that has unit_id and scope."""
    name = f"checks_mark_{table}"
    return f"""
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO checks_dirtyunit (unit_id, path, since)
      SELECT r.unit_id, r.scope, min({on_row}) FROM new_rows r GROUP BY 1, 2;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO checks_dirtyunit (unit_id, path, since)
      SELECT r.unit_id, r.scope, min({on_row}) FROM old_rows r GROUP BY 1, 2;
  ELSE
    INSERT INTO checks_dirtyunit (unit_id, path, since)
      SELECT unit_id, scope, min(since) FROM (
        SELECT n.unit_id, n.scope, {on_change} AS since FROM new_rows n JOIN old_rows o USING (id)
        UNION ALL
        SELECT o.unit_id, o.scope, {on_change} FROM new_rows n JOIN old_rows o USING (id)
         WHERE o.unit_id <> n.unit_id) x GROUP BY 1, 2;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER d_check_insert AFTER INSERT ON {table} REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION {name}();
CREATE TRIGGER d_check_update AFTER UPDATE ON {table}
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION {name}();
CREATE TRIGGER d_check_delete AFTER DELETE ON {table} REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION {name}();
"""


FORWARD = r"""
CREATE TRIGGER b_scope BEFORE INSERT OR UPDATE OF unit_id, scope ON checks_finding
  FOR EACH ROW EXECUTE FUNCTION units_set_scope();

-- Units: their own attributes, and the tree. A move takes figures from one subtree to another, so
-- both paths are marked, from the first day on.
CREATE OR REPLACE FUNCTION checks_mark_units_unit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO checks_dirtyunit (unit_id, path) SELECT id, path FROM new_rows;
    RETURN NULL;
  END IF;
  INSERT INTO checks_dirtyunit (unit_id, path)
    SELECT n.id, n.path FROM new_rows n JOIN old_rows o USING (id)
     WHERE (n.name, n.status, n.entity_kind, n.nature_id, n.rank_id, n.uscc, n.is_civil_service_ref)
           IS DISTINCT FROM
           (o.name, o.status, o.entity_kind, o.nature_id, o.rank_id, o.uscc, o.is_civil_service_ref);
  INSERT INTO checks_dirtyunit (unit_id, path, since)
    SELECT n.id, p.path, '1900-01-01' FROM new_rows n JOIN old_rows o USING (id)
     CROSS JOIN LATERAL (VALUES (n.path), (o.path)) p (path) WHERE n.path <> o.path;
  UPDATE checks_finding f SET scope = n.path FROM new_rows n JOIN old_rows o USING (id)
   WHERE f.unit_id = n.id AND n.path <> o.path;
  RETURN NULL;
END $$;
CREATE TRIGGER d_check_insert AFTER INSERT ON units_unit REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION checks_mark_units_unit();
CREATE TRIGGER d_check_update AFTER UPDATE ON units_unit
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION checks_mark_units_unit();

-- What is derived goes with a unit that is taken back, and so does a finding nobody has handled.
CREATE OR REPLACE FUNCTION checks_forget_units() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM checks_finding f USING old_rows o WHERE f.unit_id = o.id
     AND NOT EXISTS (SELECT 1 FROM checks_handling h WHERE h.finding_id = f.id);
  DELETE FROM checks_unitactivity a USING old_rows o WHERE a.unit_id = o.id;
  DELETE FROM checks_statisticnode a USING old_rows o WHERE a.unit_id = o.id;
  DELETE FROM checks_monthlyfigure a USING old_rows o WHERE a.unit_id = o.id;
  DELETE FROM checks_monthlyexcess a USING old_rows o WHERE a.unit_id = o.id;
  RETURN NULL;
END $$;
CREATE TRIGGER d_check_delete AFTER DELETE ON units_unit REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION checks_forget_units();

CREATE OR REPLACE FUNCTION checks_mark_persons() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO checks_dirtyunit (unit_id, path)
    SELECT DISTINCT s.unit_id, s.scope FROM new_rows n JOIN staff_occupancy s ON s.person_id = n.id
     WHERE s.ends_on IS NULL;
  RETURN NULL;
END $$;
CREATE TRIGGER d_check_update AFTER UPDATE ON staff_person REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION checks_mark_persons();
CREATE OR REPLACE FUNCTION checks_forget_persons() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM checks_personcheck c USING old_rows o WHERE c.person_id = o.id;
  RETURN NULL;
END $$;
CREATE TRIGGER d_check_delete AFTER DELETE ON staff_person REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION checks_forget_persons();

CREATE OR REPLACE FUNCTION checks_mark_documents() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO checks_dirtyunit (unit_id, path)
    SELECT DISTINCT l.unit_id, l.scope FROM new_rows n JOIN units_documentunit l
        ON l.document_id = n.id;
  RETURN NULL;
END $$;
CREATE TRIGGER d_check_update AFTER UPDATE ON documents_approvaldocument
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION checks_mark_documents();

-- What people did about a finding is never changed nor taken back.
CREATE OR REPLACE FUNCTION checks_handling_is_appended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'what was done about a finding is appended only';
END $$;
CREATE TRIGGER a_appended BEFORE UPDATE OR DELETE ON checks_handling
  FOR EACH ROW EXECUTE FUNCTION checks_handling_is_appended();
""" + "".join(marking(table, *facts) for table, facts in FACTS.items())

BACKWARD = "DROP FUNCTION {} CASCADE;\nDROP TRIGGER b_scope ON checks_finding;".format(
    ", ".join(
        f"{name}()"
        for name in (
            "checks_mark_units_unit",
            "checks_forget_units",
            "checks_mark_persons",
            "checks_forget_persons",
            "checks_mark_documents",
            "checks_handling_is_appended",
            *(f"checks_mark_{table}" for table in FACTS),
        )
    )
)


class Migration(migrations.Migration):
    dependencies = [
        ("checks", "0001_initial"),
        ("quotas", "0003_balance_triggers"),
        ("posts", "0003_post_triggers"),
        ("staff", "0003_spell_triggers"),
        ("units", "0002_tree_triggers"),
    ]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
