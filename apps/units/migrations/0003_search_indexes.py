"""Indexes for search by short name, initials and pinyin (UnitQuerySet.found_by)."""

from django.db import migrations

FORWARD = """
CREATE INDEX unit_short_name_grams ON units_unit USING gin (core_grams(short_name));
CREATE INDEX unit_initials_grams ON units_unit USING gin (core_grams(name_initials));
CREATE INDEX unit_pinyin_grams ON units_unit USING gin (core_grams(replace(name_pinyin, ' ', '')));
"""
BACKWARD = "DROP INDEX unit_short_name_grams, unit_initials_grams, unit_pinyin_grams;"


class Migration(migrations.Migration):
    dependencies = [("units", "0002_tree_triggers"), ("core", "0001_functions")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
