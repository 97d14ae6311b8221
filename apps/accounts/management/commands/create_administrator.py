"""create_administrator KIND USERNAME NAME: the first three accounts, and a way back in."""

from __future__ import annotations

import getpass
import os
import sys
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.accounts import services
from apps.accounts.choices import AdministratorKind
from apps.accounts.errors import NameTaken

#: The password, or X_FILE with a file that holds it; never an argument, which `ps` would show.
VARIABLE = "BIANZHI_ADMINISTRATOR_PASSWORD"


class Command(BaseCommand):
    help = (
        "建立系统管理员（system）、安全管理员（security）或审计管理员（audit）；账户已有时重设其密码并启用。"
        f"密码在提示时输入，或由环境变量 {VARIABLE}（或 {VARIABLE}_FILE 指明的文件）给出。"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", metavar="KIND", choices=AdministratorKind.values)
        parser.add_argument("username", metavar="USERNAME")
        parser.add_argument("name", metavar="NAME")
        parser.add_argument(
            "--without-factor",
            action="store_true",
            help="同时解除丢失的动态口令，下次登录重新绑定",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        kind = AdministratorKind(options["kind"])
        try:
            user = services.create_administrator(
                kind=kind,
                username=options["username"].strip(),
                name=options["name"].strip(),
                password=_password(),
                without_factor=options["without_factor"],
                by=None,
            )
        except NameTaken as refusal:
            raise CommandError(
                f"用户名 {refusal.username} 已是另一类账户，请换一个用户名。"
            ) from None
        except ValidationError as refusal:
            raise CommandError("；".join(refusal.messages)) from None
        self.stdout.write(f"{kind.label}“{user.name}”可以用用户名 {user.username} 登录了。")


def _password() -> str:
    given = os.environ.get(VARIABLE, "")
    file = os.environ.get(f"{VARIABLE}_FILE", "")
    if file:
        try:
            with open(file, encoding="utf-8") as source:
                given = source.read().rstrip("\r\n")
        except OSError as error:
            raise CommandError(f"读不到密码文件 {file}：{error.strerror}。") from None
    if given:
        return given
    if not sys.stdin.isatty():
        raise CommandError(f"没有给出密码：请在终端里运行，或设置环境变量 {VARIABLE}。")
    password = getpass.getpass("密码：")
    if getpass.getpass("再输入一次：") != password:
        raise CommandError("两次输入的密码不一致，没有建立账户。")
    return password
