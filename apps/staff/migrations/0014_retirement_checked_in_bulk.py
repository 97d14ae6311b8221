"""The check of estimates is planned for the rows at hand.

A plan of the first call serves the session: made for an empty table, it read the new rows once for
each person (100,000 people: minutes, in a worker that had looked before).
"""

from django.db import migrations

WRONG = """SELECT EXISTS (
    SELECT FROM new_rows n JOIN staff_person p ON p.id = n.person_id
      LEFT JOIN staff_retirementchoice c ON c.person_id = n.person_id
     WHERE n.retires_as IS DISTINCT FROM staff_retires_as(p.sex_id, n.identity_id)
        OR n.retires_on IS DISTINCT FROM
           coalesce(c.month, staff_retires_on(n.retires_as, p.birth_month)))"""


def function(asked: str) -> str:
    return f"""
CREATE OR REPLACE FUNCTION staff_check_retirement() RETURNS trigger LANGUAGE plpgsql AS $f$
DECLARE wrong boolean;
BEGIN
  {asked}
  IF wrong THEN
    RAISE EXCEPTION 'the month of retirement follows from sex, birth and identity' USING
      ERRCODE = 'check_violation', CONSTRAINT = 'occupancy_retires_by_the_rule',
      TABLE = 'staff_occupancy';
  END IF;
  RETURN NULL;
END $f$;
"""


class Migration(migrations.Migration):
    dependencies = [("staff", "0013_names_in_order")]
    operations = [
        migrations.RunSQL(
            function(f"EXECUTE $q${WRONG}$q$ INTO wrong;"), function(f"wrong := ({WRONG});")
        )
    ]
