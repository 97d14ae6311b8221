"""Numbers of documents that nobody has registered, and two indexes of the people list."""

import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0002_tables"),
        ("documents", "0001_initial"),
        ("staff", "0003_spell_triggers"),
        ("units", "0002_tree_triggers"),
    ]

    operations = [
        migrations.AddField(
            model_name="historicaloccupancy",
            name="document_no",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=80,
                verbose_name="入编文号（未登记）",
            ),
        ),
        migrations.AddField(
            model_name="historicaloccupancy",
            name="exit_document_no",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=80,
                verbose_name="出编文号（未登记）",
            ),
        ),
        migrations.AddField(
            model_name="historicalpostholding",
            name="document_no",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=80,
                verbose_name="任职文号（未登记）",
            ),
        ),
        migrations.AddField(
            model_name="occupancy",
            name="document_no",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=80,
                verbose_name="入编文号（未登记）",
            ),
        ),
        migrations.AddField(
            model_name="occupancy",
            name="exit_document_no",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=80,
                verbose_name="出编文号（未登记）",
            ),
        ),
        migrations.AddField(
            model_name="postholding",
            name="document_no",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=80,
                verbose_name="任职文号（未登记）",
            ),
        ),
        migrations.AddIndex(
            model_name="occupancy",
            index=models.Index(
                condition=models.Q(("ends_on__isnull", True)),
                fields=["scope", "sort", "id"],
                name="occupancy_open_by_scope",
            ),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                django.db.models.functions.text.Replace(
                    models.F("name_pinyin"), models.Value(" "), models.Value("")
                ),
                name="person_by_pinyin",
            ),
        ),
    ]
