"""System checks of the accounts."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import Error as DatabaseError


@register(Tags.security, deploy=True)
def no_demo_account_is_open(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """`check --deploy`: nobody may sign in with a password that is printed in public."""
    from . import demo

    if settings.DEMO:
        return [
            Error(
                "BIANZHI_DEMO 已打开，演示账户可以登录",
                hint="生产环境请去掉 BIANZHI_DEMO",
                id="accounts.E001",
            )
        ]
    try:
        found = demo.open_demo_accounts()
    except DatabaseError:
        return [Warning("没有连上数据库，无法检查演示账户", id="accounts.W001")]
    return [
        Error(
            f"账户 {user.username} 仍在使用演示密码",
            hint="请停用这个账户，或由系统管理员重设密码",
            id="accounts.E002",
        )
        for user in found
    ]
