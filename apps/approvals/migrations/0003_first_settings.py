"""The settings each kind begins with (docs/rules.md AP-10). An office changes them in versions."""

from django.db import migrations

SUPERVISING = {"state": "supervising", "label": "主管部门审核", "limit": 3}
EXAMINING = {"state": "examining", "label": "编办经办审核", "limit": 3}
SIGNING = {"state": "signing", "label": "科长审签", "limit": 2}
DECIDING = {"state": "deciding", "label": "主任审定", "limit": 2}

ALL_PARTNERS = [
    {"code": "organisation", "order": 1, "limit": 3},
    {"code": "personnel", "order": 1, "limit": 3},
    {"code": "finance", "order": 2, "limit": 3},
    {"code": "insurance", "order": 2, "limit": 3},
]
PAY = [
    {"code": "personnel", "order": 1, "limit": 3},
    {"code": "finance", "order": 2, "limit": 3},
    {"code": "insurance", "order": 2, "limit": 3},
]
ORGANISATION = [{"code": "organisation", "order": 1, "limit": 3}]

BASIS = {"code": "basis", "required": True, "reviewed_by": "编办", "sealed_by": "发文机关"}
#: kind, steps, materials, partners, options
FIRST = [
    (
        "quota_use",
        [SUPERVISING, {**EXAMINING, "limit": 5}, {**SIGNING, "limit": 3}, {**DECIDING, "limit": 5}],
        [
            {**BASIS, "code": "letter", "label": "用编请示（来文）", "sealed_by": "用编单位"},
            {"code": "plan", "label": "岗位条件和拟用人员说明"},
        ],
        [],
        {"formula": "reserves", "valid_months": 12},
    ),
    (
        "entry",
        [SUPERVISING, EXAMINING, SIGNING, DECIDING],
        [
            {**BASIS, "label": "录用、聘用、调动或任职文件"},
            {"code": "archive", "label": "干部人事档案审核表", "reviewed_by": "组织、人社部门"},
            {"code": "identity", "label": "身份证复印件"},
        ],
        ALL_PARTNERS,
        {
            "slot_required": True,
            # 军转、退役士兵、政策性安置、选举任命 come without 用编 in advance (domain.md §4.1, §5.5)
            "slot_exempt_modes": [
                "entry_mode.10",
                "entry_mode.11",
                "entry_mode.13",
                "entry_mode.14",
            ],
        },
    ),
    (
        "exit",
        [SUPERVISING, EXAMINING, SIGNING],
        [{**BASIS, "label": "退休、调出、辞职、辞退等文件"}],
        PAY,
        {"freeze_on_exit": True},
    ),
    (
        "transfer",
        [SUPERVISING, EXAMINING, SIGNING, DECIDING],
        [{**BASIS, "label": "划转文件或调令"}],
        ALL_PARTNERS,
        {},
    ),
    ("adjust", [EXAMINING], [], [], {}),
    (
        "retype",
        [EXAMINING, SIGNING, DECIDING],
        [{**BASIS, "label": "编制类型修改依据"}],
        PAY,
        {},
    ),
    ("correct", [EXAMINING], [{"code": "basis", "label": "更正依据"}], [], {}),
    (
        "post_take",
        [EXAMINING, SIGNING],
        [{**BASIS, "label": "任职文件"}],
        ORGANISATION,
        {},
    ),
    (
        "post_leave",
        [EXAMINING, SIGNING],
        [{**BASIS, "label": "免职文件"}],
        ORGANISATION,
        {},
    ),
]


def first_versions(apps, schema_editor):
    table = apps.get_model("approvals", "KindVersion")
    table.objects.bulk_create(
        table(
            kind=kind,
            number=1,
            steps=steps,
            materials=materials,
            partners=partners,
            options=options,
            note="系统初始设置",
        )
        for kind, steps, materials, partners, options in FIRST
    )


class Migration(migrations.Migration):
    dependencies = [("approvals", "0002_guarantees")]
    operations = [migrations.RunPython(first_versions, migrations.RunPython.noop)]
