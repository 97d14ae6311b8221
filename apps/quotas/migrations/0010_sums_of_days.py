"""Sums of days beside months and years, so that a board reads no span; fewer indexes on spans."""

from django.db import migrations, models
from django.db.models import F, Q

FIGURES = ("places", "taken", "reserved", "vacant", "excess", "over_cells")

# Made anew from the spans as they are: a marked cell is in both with what is kept of it.
FILL = r"""
-- a province has some seven million steps to sort
SET LOCAL work_mem = '256MB';
SET LOCAL jit = off;
WITH steps AS (
  SELECT kind, scope, starts_on AS day, 1 AS n, places, taken, reserved FROM quotas_cellspan
  UNION ALL
  SELECT kind, scope, ends_on, -1, places, taken, reserved FROM quotas_cellspan
   WHERE ends_on IS NOT NULL
), lowest AS (
  SELECT left(scope, 12) AS path, kind, day, sum(n * places)::int AS places,
         sum(n * taken)::int AS taken, sum(n * reserved)::int AS reserved,
         sum(n * greatest(places - taken, 0))::int AS vacant,
         sum(n * greatest(taken - places, 0))::int AS excess,
         sum(n * (taken > places)::int)::int AS over_cells
    FROM steps GROUP BY 1, 2, 3
), days AS (
  SELECT depth, left(path, depth * 4) AS path, kind, day AS starts_on,
         sum(places)::int AS places, sum(taken)::int AS taken, sum(reserved)::int AS reserved,
         sum(vacant)::int AS vacant, sum(excess)::int AS excess, sum(over_cells)::int AS over_cells
    FROM lowest, generate_series(1, 3) depth
   WHERE (places, taken, reserved, vacant, excess, over_cells) IS DISTINCT FROM (0, 0, 0, 0, 0, 0)
   GROUP BY 1, 2, 3, 4
), months AS (
  SELECT depth, path, kind, date_trunc('month', starts_on)::date AS starts_on,
         sum(places)::int AS places, sum(taken)::int AS taken, sum(reserved)::int AS reserved,
         sum(vacant)::int AS vacant, sum(excess)::int AS excess, sum(over_cells)::int AS over_cells
    FROM days GROUP BY 1, 2, 3, 4
), years AS (
  SELECT depth, path, kind, date_trunc('year', starts_on)::date AS starts_on,
         sum(places)::int AS places, sum(taken)::int AS taken, sum(reserved)::int AS reserved,
         sum(vacant)::int AS vacant, sum(excess)::int AS excess, sum(over_cells)::int AS over_cells
    FROM months GROUP BY 1, 2, 3, 4
)
INSERT INTO quotas_periodsum (depth, period, starts_on, path, kind,
                              places, taken, reserved, vacant, excess, over_cells)
SELECT depth, period, starts_on, path, kind, places, taken, reserved, vacant, excess, over_cells
  FROM (SELECT 'd' AS period, * FROM days UNION ALL SELECT 'm', * FROM months
        UNION ALL SELECT 'y', * FROM years) sums
 WHERE (places, taken, reserved, vacant, excess, over_cells) IS DISTINCT FROM (0, 0, 0, 0, 0, 0)
 ORDER BY 1, 2, 3, 4, 5;

-- Pages are read from the indexes alone as long as vacuum keeps up with the refreshes.
ALTER TABLE quotas_cellspan SET (autovacuum_vacuum_insert_scale_factor = 0.02,
                                 autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE quotas_periodsum SET (autovacuum_vacuum_insert_scale_factor = 0.02,
                                  autovacuum_vacuum_scale_factor = 0.02);
"""

# The sums of before cannot be made from here: everything is counted from the facts until the next
# refresh has made it anew.
EMPTY = r"""
ALTER TABLE quotas_cellspan RESET (autovacuum_vacuum_insert_scale_factor,
                                   autovacuum_vacuum_scale_factor);
ALTER TABLE quotas_periodsum RESET (autovacuum_vacuum_insert_scale_factor,
                                    autovacuum_vacuum_scale_factor);
INSERT INTO quotas_stalecell (unit_id, kind, from_on)
SELECT DISTINCT unit_id, kind, '0001-01-01'::date FROM quotas_cellspan;
TRUNCATE quotas_cellspan, quotas_periodsum;
"""


class Migration(migrations.Migration):
    dependencies = [("quotas", "0009_uneven_sets")]
    operations = [
        migrations.RunSQL("TRUNCATE quotas_periodsum", migrations.RunSQL.noop),
        migrations.RemoveConstraint("periodsum", "period_sum_once"),
        migrations.RemoveField("periodsum", "whole_year"),
        migrations.AddField(
            "periodsum",
            "period",
            models.CharField(
                choices=[("y", "年"), ("m", "月"), ("d", "日")],
                max_length=1,
                db_collation="C",
                default="y",
            ),
            preserve_default=False,
        ),
        *(migrations.AlterField("periodsum", name, models.IntegerField()) for name in FIGURES),
        migrations.RemoveIndex("cellspan", "cell_span_over"),
        migrations.RemoveIndex("cellspan", "cell_span_began"),
        migrations.RemoveIndex("cellspan", "cell_span_ended"),
        migrations.AddIndex(
            "cellspan",
            models.Index(
                fields=["ends_on", "starts_on"],
                include=["unit", "kind", "places", "taken", "scope"],
                name="cell_span_over",
                condition=Q(taken__gt=F("places")),
            ),
        ),
        migrations.RunSQL(FILL, EMPTY),
        migrations.AddConstraint(
            "periodsum",
            models.UniqueConstraint(
                fields=["depth", "period", "starts_on", "path", "kind"],
                include=list(FIGURES),
                name="period_sum_once",
            ),
        ),
        migrations.AddIndex(
            "periodsum",
            models.Index(
                fields=["depth"],
                name="period_sum_empty",
                condition=Q(places=0, taken=0, reserved=0, vacant=0, excess=0, over_cells=0),
            ),
        ),
    ]
