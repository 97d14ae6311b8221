"""Menu entries of messages, of what is late, and of how kinds are handled."""

from __future__ import annotations

from apps.core import menu

from . import rules


def register() -> None:
    """Put the entries into the menu. Called when the app is ready."""
    menu.topbar(
        label="消息",
        url_name="approvals:messages",
        icon="bell",
        badge_url="approvals:messages_badge",
        order=20,
    )
    menu.register(
        group="业务办理",
        label="限时申办",
        url_name="approvals:late",
        perm="view_subtree",
        order=60,
        covers=("approvals:late_unit",),
    )
    menu.register(
        group="系统管理",
        label="流程配置",
        url_name="approvals:kinds",
        predicate=rules.may_see_settings,
        order=45,
        covers=("approvals:kind_edit", "approvals:version"),
    )
