"""Demo accounts: one per role and the administrators (two for security: one proposes, one
confirms). Names and offices are invented.

Their password is printed at the start of `make run`, so it opens nothing unless BIANZHI_DEMO=1,
and a production server refuses to start while such accounts exist (security.md R01).
"""

from __future__ import annotations

import hmac
from typing import Any, NamedTuple

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from apps.audit import services as audit
from apps.core.writes import write

from .choices import AdministratorKind
from .models import User
from .roles import ROLES

PASSWORD = "Yunshang-Bianban-2026"  # noqa: S105 - public on purpose, see above


class DemoAccount(NamedTuple):
    """role: a code of roles.ROLES, or an AdministratorKind."""

    role: str
    username: str
    name: str
    title: str

    @property
    def label(self) -> str:
        if self.role in ROLES:
            return ROLES[self.role].label
        return AdministratorKind(self.role).label


DEMO_ACCOUNTS = (
    DemoAccount("office_clerk", "jingban", "陈思远", "县委编办 机构编制科"),
    DemoAccount("office_chief", "kezhang", "林静宜", "县委编办 机构编制科科长"),
    DemoAccount("office_director", "zhuren", "周明川", "县委编办主任"),
    DemoAccount("leader", "lingdao", "沈怀瑾", "县委编委领导"),
    DemoAccount("unit_clerk", "danwei", "许念慈", "县教育局 人事科"),
    DemoAccount("supervisor", "zhuguan", "何映雪", "县教育局 办公室"),
    DemoAccount("partner", "lianban", "蒋致远", "县人力资源和社会保障局"),
    DemoAccount("partner_organisation", "zuzhi", "温如言", "县委组织部 干部科"),
    DemoAccount("partner_personnel", "renshe", "叶知秋", "县人力资源和社会保障局 工资福利科"),
    DemoAccount("partner_finance", "caizheng", "秦书白", "县财政局 行政事业科"),
    DemoAccount("partner_insurance", "shebao", "白芷若", "县社会保险中心"),
    DemoAccount(AdministratorKind.SYSTEM, "xitong", "魏清和", "系统管理员"),
    DemoAccount(AdministratorKind.SECURITY, "anquan", "顾行之", "安全管理员"),
    DemoAccount(AdministratorKind.SECURITY, "anquan2", "苏闻道", "安全管理员（确认）"),
    DemoAccount(AdministratorKind.AUDIT, "shenji", "纪文澜", "审计管理员"),
)


def is_demo_password(password: str) -> bool:
    return hmac.compare_digest(password.encode(), PASSWORD.encode())


def demo_accounts() -> list[tuple[str, str, str]]:
    """Return (role, username, password) of the demo accounts that exist; none unless DEMO."""
    if not settings.DEMO:
        return []
    known = set(
        User.objects.filter(
            username__in=[a.username for a in DEMO_ACCOUNTS], is_active=True
        ).values_list("username", flat=True)
    )
    return [(a.label, a.username, PASSWORD) for a in DEMO_ACCOUNTS if a.username in known]


@write
def create_demo_accounts(*, by: Any = None) -> dict[str, User]:
    """Make the demo accounts that are missing. Returns the first of each role by role.

    Appointments are the caller's work: they belong to units.
    """
    made: dict[str, User] = {}
    for account in DEMO_ACCOUNTS:
        user = User.objects.filter(username=account.username).first()
        if user is None:
            kind = None if account.role in ROLES else AdministratorKind(account.role)
            user = User.objects.create_user(
                account.username, PASSWORD, name=account.name, title=account.title, admin_kind=kind
            )
            audit.record("user.create", target=user, by=by, note="演示账户")
        made.setdefault(str(account.role), user)
    return made


def open_demo_accounts() -> list[User]:
    """Return the accounts, demo or not, that still carry a demo name and the demo password."""
    named = User.objects.filter(username__in=[a.username for a in DEMO_ACCOUNTS], is_active=True)
    return [user for user in named.order_by("username") if user.check_password(PASSWORD)]


def refuse_in_production() -> None:
    """Refuse to serve while demo accounts are open. The web server calls it at start."""
    if settings.DEMO or settings.DEBUG:
        return
    found = open_demo_accounts()
    if found:
        names = "、".join(user.username for user in found)
        raise ImproperlyConfigured(
            f"数据库里有使用演示密码的账户（{names}），生产环境不能启动。请停用这些账户或重设密码后再启动。"
        )
