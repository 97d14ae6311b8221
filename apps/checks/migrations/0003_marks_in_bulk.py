"""Marks of bulk writes are planned for the rows at hand.

A trigger's plan of its first call serves the session. Made for one row it met old and new rows of
a bulk update by reading the one for each of the other: minutes for 20,000 rows, in a worker that
had written a single one before. Marks that join only those two are hashed; what joins tables is
planned anew each time.
"""

from importlib import import_module

from django.db import migrations

before = import_module("apps.checks.migrations.0002_triggers")

FORWARD = r"""
CREATE OR REPLACE FUNCTION checks_mark_units_unit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO checks_dirtyunit (unit_id, path) SELECT id, path FROM new_rows;
    RETURN NULL;
  END IF;
  EXECUTE $q$INSERT INTO checks_dirtyunit (unit_id, path)
    SELECT n.id, n.path FROM new_rows n JOIN old_rows o USING (id)
     WHERE (n.name, n.status, n.entity_kind, n.nature_id, n.rank_id, n.uscc, n.is_civil_service_ref)
           IS DISTINCT FROM
           (o.name, o.status, o.entity_kind, o.nature_id, o.rank_id, o.uscc, o.is_civil_service_ref)
  $q$;
  EXECUTE $q$INSERT INTO checks_dirtyunit (unit_id, path, since)
    SELECT n.id, p.path, '1900-01-01' FROM new_rows n JOIN old_rows o USING (id)
     CROSS JOIN LATERAL (VALUES (n.path), (o.path)) p (path) WHERE n.path <> o.path$q$;
  EXECUTE $q$UPDATE checks_finding f SET scope = n.path FROM new_rows n JOIN old_rows o USING (id)
   WHERE f.unit_id = n.id AND n.path <> o.path$q$;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION checks_forget_units() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE $q$DELETE FROM checks_finding f USING old_rows o WHERE f.unit_id = o.id
     AND NOT EXISTS (SELECT 1 FROM checks_handling h WHERE h.finding_id = f.id)$q$;
  EXECUTE 'DELETE FROM checks_unitactivity a USING old_rows o WHERE a.unit_id = o.id';
  EXECUTE 'DELETE FROM checks_statisticnode a USING old_rows o WHERE a.unit_id = o.id';
  EXECUTE 'DELETE FROM checks_monthlyfigure a USING old_rows o WHERE a.unit_id = o.id';
  EXECUTE 'DELETE FROM checks_monthlyexcess a USING old_rows o WHERE a.unit_id = o.id';
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION checks_mark_persons() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE $q$INSERT INTO checks_dirtyunit (unit_id, path)
    SELECT DISTINCT s.unit_id, s.scope FROM new_rows n JOIN staff_occupancy s ON s.person_id = n.id
     WHERE s.ends_on IS NULL$q$;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION checks_forget_persons() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE 'DELETE FROM checks_personcheck c USING old_rows o WHERE c.person_id = o.id';
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION checks_mark_documents() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE $q$INSERT INTO checks_dirtyunit (unit_id, path)
    SELECT DISTINCT l.unit_id, l.scope FROM new_rows n JOIN units_documentunit l
        ON l.document_id = n.id$q$;
  RETURN NULL;
END $$;
"""


def _functions_before() -> str:
    """Return the functions of 0002 that are replaced here, without their triggers."""
    parts = before.FORWARD.split("CREATE ")
    names = ("units_unit()", "forget_units()", "mark_persons()", "forget_persons()", "documents()")
    return "".join(
        "CREATE " + part
        for part in parts
        if part.startswith("OR REPLACE FUNCTION checks_")
        and part.split(" RETURNS")[0].endswith(names)
    )


MARKED = [f"ALTER FUNCTION checks_mark_{table}() " for table in before.FACTS]


class Migration(migrations.Migration):
    dependencies = [("checks", "0002_triggers")]
    operations = [
        migrations.RunSQL(FORWARD, _functions_before()),
        migrations.RunSQL(
            [name + "SET enable_nestloop = off" for name in MARKED],
            [name + "RESET enable_nestloop" for name in MARKED],
        ),
    ]
