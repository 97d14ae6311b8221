"""Search of people by one character: the grams of a name tell the first character from the others.

“王” begins every fifteenth name of a province and stands inside none. Names that begin with a
character are read in the order they are shown, off person_by_surname; those that hold it further
on are found by its gram where they are few, and met soon on a walk along person_by_reading where
they are many (staff.finding). Pairs of characters are what core_grams made of them.

And spells by the days on which they begin and end and by their documents, for what asks who came
and left in a month and what rests on a document.
"""

from django.db import migrations, models
from django.db.models.functions import Left

FORWARD = r"""
CREATE FUNCTION staff_name_grams(t text) RETURNS text[] LANGUAGE plpgsql IMMUTABLE
  PARALLEL SAFE AS $$
DECLARE
  chars text[] := string_to_array(lower(t), NULL);
  last int := coalesce(cardinality(chars), 0);
  grams text[] := '{}';
BEGIN
  FOR i IN 1 .. last LOOP
    grams := grams || CASE WHEN i = 1 THEN '^' || chars[i] ELSE chars[i] END;
    IF i < last THEN
      grams := grams || (chars[i] || chars[i + 1]);
    END IF;
  END LOOP;
  RETURN grams;
END $$;
CREATE INDEX person_name_parts ON staff_person USING gin (staff_name_grams(name));
DROP INDEX person_name_grams;
"""
BACKWARD = """
CREATE INDEX person_name_grams ON staff_person USING gin (core_grams(name));
DROP INDEX person_name_parts;
DROP FUNCTION staff_name_grams(text);
"""


class Migration(migrations.Migration):
    dependencies = [("staff", "0012_dated_marks")]
    operations = [
        migrations.RunSQL(FORWARD, BACKWARD),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(fields=["name_pinyin", "id"], name="person_by_reading"),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(Left("name", 1), "name_pinyin", "id", name="person_by_surname"),
        ),
        migrations.AddIndex(
            model_name="occupancy",
            index=models.Index(fields=["starts_on"], name="occupancy_by_start"),
        ),
        migrations.AddIndex(
            model_name="occupancy",
            index=models.Index(
                fields=["-ends_on", "-id"],
                name="occupancy_by_end",
                condition=models.Q(("ends_on__isnull", False)),
            ),
        ),
        migrations.AddIndex(
            model_name="occupancy",
            index=models.Index(fields=["document", "scope"], name="occupancy_by_document"),
        ),
        migrations.AddIndex(
            model_name="occupancy",
            index=models.Index(
                fields=["exit_document", "scope"],
                name="occupancy_by_exit_document",
                condition=models.Q(("exit_document__isnull", False)),
            ),
        ),
    ]
