"""The rows that migrations entered get their first history: its triggers came only afterwards."""

from django.db import migrations

TABLES = ("KindVersion", "Phrase", "UseSetting")


def first_history(apps, schema_editor):
    for name in TABLES:
        table = apps.get_model("approvals", name)._meta
        history = apps.get_model("approvals", f"Historical{name}")._meta
        kept = {field.column for field in history.concrete_fields}
        names = ", ".join(f'"{f.column}"' for f in table.concrete_fields if f.column in kept)
        schema_editor.execute(
            f'INSERT INTO "{history.db_table}" ({names}, history_date, history_type) '
            f"SELECT {names}, now(), '+' FROM \"{table.db_table}\" t "
            f'WHERE NOT EXISTS (SELECT 1 FROM "{history.db_table}" h WHERE h.id = t.id)'
        )


class Migration(migrations.Migration):
    dependencies = [("approvals", "0010_applications_of_a_person")]
    operations = [migrations.RunPython(first_history, migrations.RunPython.noop)]
