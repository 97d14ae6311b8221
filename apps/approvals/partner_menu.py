"""Menu entries of 部门联办: the partners' own pages, and the office's beside them."""

from __future__ import annotations

from typing import Any

from apps.core import administrators, menu

from .choices import PARTNER_PERMISSIONS

PARTNERS = tuple(PARTNER_PERMISSIONS.values())


def register() -> None:
    """Called when the app is ready."""
    from .queries import joint
    from .services import clients

    clients.register()

    def waiting(user: Any) -> int | None:
        return joint.counts(user).waiting or None

    menu.register(
        label="待确认",
        url_name="approvals:to_confirm",
        icon="clipboard-check",
        perm=PARTNERS,
        badge=waiting,
        order=2,
        covers=("approvals:slip", "approvals:slip_confirm", "approvals:slip_object"),
    )
    menu.register(
        label="已确认", url_name="approvals:confirmed", icon="check-circle", perm=PARTNERS, order=3
    )
    menu.register(
        label="人员入出编清单",
        url_name="approvals:payroll",
        icon="arrow-left-right",
        perm=PARTNERS,
        order=4,
    )
    menu.register(
        label="对账差异",
        url_name="approvals:differences",
        icon="list-check",
        perm=PARTNERS,
        order=5,
    )
    menu.register(
        group="数据交换",
        label="对账差异",
        url_name="approvals:differences",
        perm="examine",
        order=32,
    )
    menu.register(
        group="实名人员",
        label="人员入出编清单",
        url_name="approvals:payroll",
        perm="examine",
        order=45,
    )
    menu.register(
        group="数据交换",
        label="部门联办",
        url_name="approvals:joint",
        perm="examine",
        order=30,
        covers=("approvals:joint_case", "approvals:answer", "approvals:confirm_for"),
    )
    menu.register(
        group="数据交换",
        label="纸质流转",
        url_name="approvals:paper",
        perm="examine",
        order=35,
        covers=("approvals:paper_form",),
    )
    menu.register(
        group="授权管理",
        label="接口客户端",
        url_name="approvals:clients",
        icon="key",
        predicate=administrators.is_security,
        order=60,
        covers=(
            "approvals:client",
            "approvals:client_propose",
            "approvals:client_take",
            "approvals:client_key",
            "approvals:client_sign",
            "approvals:client_stop",
        ),
    )
    menu.register(label="接口说明", url_name="api:handbook", icon="book", perm=PARTNERS, order=900)
