"""Code keys, scope and `counts` of people and spells: checked once per statement (docs/adr/0013).

A foreign key asks once per row and column, fourteen times for one line of a roster. The triggers
here refuse the same things with the same locks: a key that does not exist, and the end of a key
that is in use. Each distinct key is locked FOR KEY SHARE, so that it cannot go meanwhile.
"""

import django.db.models.deletion
from django.db import migrations

import apps.core.fields

FORWARD = r"""
CREATE FUNCTION staff_require_codes(used text[], named text, holder text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE known text[];
BEGIN
  SELECT array_agg(key) INTO known FROM (
    SELECT key FROM core_codevalue WHERE key = ANY (used) ORDER BY key FOR KEY SHARE) k;
  IF cardinality(known) IS DISTINCT FROM cardinality(used) THEN
    RAISE EXCEPTION 'no such code: %',
        (SELECT string_agg(u, ', ') FROM unnest(used) u WHERE u <> ALL (coalesce(known, '{}')))
      USING ERRCODE = 'foreign_key_violation', CONSTRAINT = named, TABLE = holder;
  END IF;
END $$;

CREATE FUNCTION staff_person_codes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE used text[];
BEGIN
  SELECT array_agg(DISTINCT key) INTO used FROM (
    SELECT DISTINCT sex_id, ethnicity_id, political_status_id, education_id, degree_id
      FROM new_rows) r CROSS JOIN LATERAL (VALUES
        (sex_id), (ethnicity_id), (political_status_id), (education_id), (degree_id)) v(key)
   WHERE key IS NOT NULL;
  IF TG_OP = 'UPDATE' THEN  -- what these rows held before is there
    SELECT array_agg(key) INTO used FROM (
      SELECT unnest(used) AS key EXCEPT SELECT key FROM (
        SELECT DISTINCT sex_id, ethnicity_id, political_status_id, education_id, degree_id
          FROM old_rows) r CROSS JOIN LATERAL (VALUES
            (sex_id), (ethnicity_id), (political_status_id), (education_id), (degree_id)) v(key)
    ) k;
  END IF;
  IF used IS NOT NULL THEN
    PERFORM staff_require_codes(used, 'person_codes_exist', TG_TABLE_NAME);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER b_codes_insert AFTER INSERT ON staff_person
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION staff_person_codes();
CREATE TRIGGER b_codes_update AFTER UPDATE ON staff_person
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION staff_person_codes();

CREATE FUNCTION staff_occupancy_codes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE used text[];
BEGIN
  SELECT array_agg(DISTINCT key) INTO used FROM (
    SELECT DISTINCT quota_type_id, status_id, identity_id, entry_mode_id, exit_mode_id,
           post_level_id, civil_rank_id, position_class_id, position_grade_id
      FROM new_rows) r CROSS JOIN LATERAL (VALUES
        (quota_type_id), (status_id), (identity_id), (entry_mode_id), (exit_mode_id),
        (post_level_id), (civil_rank_id), (position_class_id), (position_grade_id)) v(key)
   WHERE key IS NOT NULL;
  IF TG_OP = 'UPDATE' THEN  -- what these rows held before is there
    SELECT array_agg(key) INTO used FROM (
      SELECT unnest(used) AS key EXCEPT SELECT key FROM (
        SELECT DISTINCT quota_type_id, status_id, identity_id, entry_mode_id, exit_mode_id,
               post_level_id, civil_rank_id, position_class_id, position_grade_id
          FROM old_rows) r CROSS JOIN LATERAL (VALUES
            (quota_type_id), (status_id), (identity_id), (entry_mode_id), (exit_mode_id),
            (post_level_id), (civil_rank_id), (position_class_id), (position_grade_id)) v(key)
    ) k;
  END IF;
  IF used IS NOT NULL THEN
    PERFORM staff_require_codes(used, 'occupancy_codes_exist', TG_TABLE_NAME);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER b_codes_insert AFTER INSERT ON staff_occupancy
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION staff_occupancy_codes();
CREATE TRIGGER b_codes_update AFTER UPDATE ON staff_occupancy
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION staff_occupancy_codes();

-- the other side: a key in use neither goes nor changes
CREATE FUNCTION staff_keep_code() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE key text := OLD.key;
BEGIN
  IF EXISTS (SELECT FROM staff_person p WHERE key IN (
       p.sex_id, p.ethnicity_id, p.political_status_id, p.education_id, p.degree_id)) THEN
    RAISE EXCEPTION 'code % is in use', key
      USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'person_codes_exist',
            TABLE = 'staff_person';
  END IF;
  IF EXISTS (SELECT FROM staff_occupancy o WHERE key IN (
       o.quota_type_id, o.status_id, o.identity_id, o.entry_mode_id, o.exit_mode_id,
       o.post_level_id, o.civil_rank_id, o.position_class_id, o.position_grade_id)) THEN
    RAISE EXCEPTION 'code % is in use', key
      USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'occupancy_codes_exist',
            TABLE = 'staff_occupancy';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER b_staff_keeps_deleted AFTER DELETE ON core_codevalue
  FOR EACH ROW EXECUTE FUNCTION staff_keep_code();
CREATE TRIGGER b_staff_keeps_renamed AFTER UPDATE OF key ON core_codevalue
  FOR EACH ROW WHEN (OLD.key <> NEW.key) EXECUTE FUNCTION staff_keep_code();

-- Scope and counts: a bulk load brings them along, all others leave the scope empty and have them
-- set row by row. Whoever brought them, they are looked at once per statement.
CREATE FUNCTION staff_in_quota(attrs jsonb, ended boolean) RETURNS boolean LANGUAGE sql IMMUTABLE AS
  $$ SELECT coalesce((attrs->>'in_quota')::boolean
                     OR (ended AND coalesce((attrs->>'left')::boolean, false)), true) $$;
DROP TRIGGER b_derived ON staff_occupancy;
CREATE TRIGGER b_derived BEFORE UPDATE OF unit_id, scope, status_id, occupies_slot, counts, ends_on
  ON staff_occupancy FOR EACH ROW EXECUTE FUNCTION staff_set_derived();
CREATE TRIGGER b_derived_insert BEFORE INSERT ON staff_occupancy
  FOR EACH ROW WHEN (NEW.scope = '') EXECUTE FUNCTION staff_set_derived();
CREATE FUNCTION staff_check_derived() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM units_unit WHERE id IN (SELECT DISTINCT unit_id FROM new_rows)
    ORDER BY id FOR KEY SHARE;
  IF EXISTS (SELECT FROM (SELECT DISTINCT unit_id, scope FROM new_rows) n
               JOIN units_unit u ON u.id = n.unit_id WHERE u.path <> n.scope) THEN
    RAISE EXCEPTION 'the scope of a spell is the path of its unit'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'occupancy_scope_is_of_its_unit',
            TABLE = 'staff_occupancy';
  END IF;
  IF EXISTS (SELECT FROM (SELECT DISTINCT status_id, occupies_slot, counts,
                                 ends_on IS NOT NULL AS ended FROM new_rows) n
               LEFT JOIN core_codevalue c ON c.key = n.status_id
              WHERE n.counts <> (n.occupies_slot AND staff_in_quota(c.attrs, n.ended))) THEN
    RAISE EXCEPTION 'whether a spell counts follows from its status'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'occupancy_counts_by_its_status',
            TABLE = 'staff_occupancy';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER b_derived_check AFTER INSERT ON staff_occupancy
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION staff_check_derived();
"""

BACKWARD = """
DROP FUNCTION staff_check_derived() CASCADE;
DROP TRIGGER b_derived_insert ON staff_occupancy;
DROP TRIGGER b_derived ON staff_occupancy;
CREATE TRIGGER b_derived
  BEFORE INSERT OR UPDATE OF unit_id, scope, status_id, occupies_slot, counts, ends_on
  ON staff_occupancy
  FOR EACH ROW EXECUTE FUNCTION staff_set_derived();
DROP FUNCTION staff_keep_code(), staff_occupancy_codes(), staff_person_codes() CASCADE;
DROP FUNCTION staff_require_codes(text[], text, text), staff_in_quota(jsonb, boolean);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0003_grams_in_a_loop"),
        ("staff", "0005_latest_by_part"),
    ]

    operations = [
        migrations.AlterField(
            model_name="occupancy",
            name="civil_rank",
            field=apps.core.fields.CodeField(
                blank=True,
                db_constraint=False,
                db_index=False,
                limit_choices_to={"table_id": "civil_rank"},
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                table="civil_rank",
                to="core.codevalue",
                verbose_name="职级",
            ),
        ),
        migrations.AlterField(
            model_name="occupancy",
            name="entry_mode",
            field=apps.core.fields.CodeField(
                blank=True,
                db_constraint=False,
                db_index=False,
                limit_choices_to={"table_id": "entry_mode"},
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                table="entry_mode",
                to="core.codevalue",
                verbose_name="进入方式",
            ),
        ),
        migrations.AlterField(
            model_name="occupancy",
            name="exit_mode",
            field=apps.core.fields.CodeField(
                blank=True,
                db_constraint=False,
                db_index=False,
                limit_choices_to={"table_id": "exit_mode"},
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                table="exit_mode",
                to="core.codevalue",
                verbose_name="退出方式",
            ),
        ),
        migrations.AlterField(
            model_name="occupancy",
            name="identity",
            field=apps.core.fields.CodeField(
                blank=True,
                db_constraint=False,
                db_index=False,
                limit_choices_to={"table_id": "person_identity"},
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                table="person_identity",
                to="core.codevalue",
                verbose_name="人员身份",
            ),
        ),
        migrations.AlterField(
            model_name="occupancy",
            name="position_class",
            field=apps.core.fields.CodeField(
                blank=True,
                db_constraint=False,
                db_index=False,
                limit_choices_to={"table_id": "position_class"},
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                table="position_class",
                to="core.codevalue",
                verbose_name="岗位类别",
            ),
        ),
        migrations.AlterField(
            model_name="occupancy",
            name="position_grade",
            field=apps.core.fields.CodeField(
                blank=True,
                db_constraint=False,
                db_index=False,
                limit_choices_to={"table_id": "position_grade"},
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                table="position_grade",
                to="core.codevalue",
                verbose_name="岗位等级",
            ),
        ),
        migrations.AlterField(
            model_name="occupancy",
            name="post_level",
            field=apps.core.fields.CodeField(
                blank=True,
                db_constraint=False,
                db_index=False,
                limit_choices_to={"table_id": "post_level"},
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                table="post_level",
                to="core.codevalue",
                verbose_name="职务层次",
            ),
        ),
        migrations.AlterField(
            model_name="occupancy",
            name="quota_type",
            field=apps.core.fields.CodeField(
                db_constraint=False,
                db_index=False,
                limit_choices_to={"table_id": "quota_type"},
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                table="quota_type",
                to="core.codevalue",
                verbose_name="编制类型",
            ),
        ),
        migrations.AlterField(
            model_name="occupancy",
            name="status",
            field=apps.core.fields.CodeField(
                db_constraint=False,
                db_index=False,
                limit_choices_to={"table_id": "person_status"},
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                table="person_status",
                to="core.codevalue",
                verbose_name="人员状态",
            ),
        ),
        migrations.AlterField(
            model_name="person",
            name="degree",
            field=apps.core.fields.CodeField(
                blank=True,
                db_constraint=False,
                db_index=False,
                limit_choices_to={"table_id": "degree"},
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                table="degree",
                to="core.codevalue",
                verbose_name="学位",
            ),
        ),
        migrations.AlterField(
            model_name="person",
            name="education",
            field=apps.core.fields.CodeField(
                blank=True,
                db_constraint=False,
                db_index=False,
                limit_choices_to={"table_id": "education"},
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                table="education",
                to="core.codevalue",
                verbose_name="学历",
            ),
        ),
        migrations.AlterField(
            model_name="person",
            name="ethnicity",
            field=apps.core.fields.CodeField(
                blank=True,
                db_constraint=False,
                db_index=False,
                limit_choices_to={"table_id": "ethnicity"},
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                table="ethnicity",
                to="core.codevalue",
                verbose_name="民族",
            ),
        ),
        migrations.AlterField(
            model_name="person",
            name="political_status",
            field=apps.core.fields.CodeField(
                blank=True,
                db_constraint=False,
                db_index=False,
                limit_choices_to={"table_id": "political_status"},
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                table="political_status",
                to="core.codevalue",
                verbose_name="政治面貌",
            ),
        ),
        migrations.AlterField(
            model_name="person",
            name="sex",
            field=apps.core.fields.CodeField(
                db_constraint=False,
                db_index=False,
                limit_choices_to={"table_id": "sex"},
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                table="sex",
                to="core.codevalue",
                verbose_name="性别",
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
