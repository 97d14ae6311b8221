"""Roles as code: each bundles permissions on the root of a subtree (ux.md §1, design §3).

Source of the list: docs/rules.md A-01.
"""

from __future__ import annotations

from dataclasses import dataclass

#: Permissions on a unit's subtree, with the words the pages show.
PERMISSIONS: dict[str, str] = {
    "view_subtree": "查看本级及下级",
    "file_for": "经办申报",
    "supervise": "主管部门审核",
    "examine": "编办经办",
    "sign": "科长、分管审签",
    "decide": "编办主任、编委决定",
    "lead": "领导看板",
    "override": "放行红色校核",
    "confirm": "联办部门",
    "confirm_organisation": "组织部门确认",
    "confirm_personnel": "人社部门确认",
    "confirm_finance": "财政部门确认",
    "confirm_insurance": "社保经办机构确认",
    "maintain": "维护机构编制数据",
}


@dataclass(frozen=True)
class Role:
    code: str
    label: str
    permissions: frozenset[str]
    home: str  #: URL name of the first page


def _role(code: str, label: str, home: str, *permissions: str) -> Role:
    return Role(code, label, frozenset(permissions), home)


ROLES: dict[str, Role] = {
    role.code: role
    for role in (
        _role(
            "office_clerk",
            "编办经办人",
            "dashboards:workbench",
            "view_subtree",
            "examine",
            "maintain",
        ),
        _role(
            "office_chief",
            "编办科长",
            "dashboards:workbench",
            "view_subtree",
            "examine",
            "sign",
            "maintain",
        ),
        _role(
            "office_director",
            "编办主任",
            "dashboards:workbench",
            "view_subtree",
            "decide",
            "sign",
            "lead",
            "override",
        ),
        _role("leader", "领导", "dashboards:board", "view_subtree", "lead"),
        _role("unit_clerk", "单位经办人", "dashboards:workbench", "view_subtree", "file_for"),
        _role("supervisor", "主管部门审核人", "dashboards:workbench", "view_subtree", "supervise"),
        _role("partner", "联办部门（只查看）", "dashboards:workbench", "view_subtree", "confirm"),
        *(
            _role(
                f"partner_{code}",
                label,
                "approvals:to_confirm",
                "view_subtree",
                "confirm",
                f"confirm_{code}",
            )
            for code, label in (
                ("organisation", "组织部门"),
                ("personnel", "人社部门"),
                ("finance", "财政部门"),
                ("insurance", "社保经办机构"),
            )
        ),
    )
}
