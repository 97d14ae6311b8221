"""A further version of 跨单位划转 with the step of the giving office (docs/rules.md TR-04).

What an office has set stays as it is; cases on their way keep their version. An office that does
not want the step takes it out again on the settings page.
"""

from django.db import migrations

RELEASING = {"state": "releasing", "label": "划出方编办同意", "limit": 3}


def next_version(apps, schema_editor):
    table = apps.get_model("approvals", "KindVersion")
    newest = table.objects.filter(kind="transfer").order_by("-number").first()
    if newest is None or any(one["state"] == "releasing" for one in newest.steps):
        return
    steps = list(newest.steps)
    place = 1 if steps and steps[0]["state"] == "supervising" else 0
    steps.insert(place, RELEASING)
    table.objects.create(
        kind="transfer",
        number=newest.number + 1,
        steps=steps,
        materials=newest.materials,
        partners=newest.partners,
        paper=newest.paper,
        options=newest.options,
        note="系统升级：两个单位分属不同编办的，先由划出方编办同意",
    )


class Migration(migrations.Migration):
    dependencies = [("approvals", "0012_giving_office")]
    operations = [migrations.RunPython(next_version, migrations.RunPython.noop)]
