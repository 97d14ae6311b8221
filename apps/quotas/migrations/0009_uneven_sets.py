"""Units over and short are kept as sets of kinds; the days of a month are found by subtree."""

from django.db import migrations, models
from django.db.models import Q

FORWARD = r"""
-- The planner learns the sizes after many cells were made anew; the app owns no table.
CREATE OR REPLACE FUNCTION quotas_analyze_dated() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp AS $$
BEGIN
  ANALYZE quotas_cellspan, quotas_periodsum, quotas_stalecell;
END $$;

-- Until the next refresh everything is counted from the facts, the sets too.
INSERT INTO quotas_stalecell (unit_id, kind, from_on)
SELECT DISTINCT unit_id, kind, '0001-01-01'::date FROM quotas_cellspan;
"""

BACKWARD = r"""
DELETE FROM quotas_cellspan WHERE kind LIKE 'over.%' OR kind LIKE 'short.%';
DELETE FROM quotas_periodsum WHERE kind LIKE 'over.%' OR kind LIKE 'short.%';
DELETE FROM quotas_stalecell WHERE kind LIKE 'over.%' OR kind LIKE 'short.%';
DROP FUNCTION quotas_analyze_dated();
"""


class Migration(migrations.Migration):
    dependencies = [("quotas", "0008_past_balances")]
    operations = [
        *(
            migrations.AlterField(
                model, "kind", models.CharField(max_length=1000, db_collation="C")
            )
            for model in ("cellspan", "periodsum", "stalecell")
        ),
        migrations.RemoveIndex("cellspan", "cell_span_begins"),
        migrations.RemoveIndex("cellspan", "cell_span_ends"),
        migrations.RemoveIndex("cellspan", "cell_span_short"),
        migrations.AddIndex(
            "cellspan", models.Index(fields=["starts_on", "scope"], name="cell_span_began")
        ),
        migrations.AddIndex(
            "cellspan",
            models.Index(
                fields=["ends_on", "scope"],
                name="cell_span_ended",
                condition=Q(ends_on__isnull=False),
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
