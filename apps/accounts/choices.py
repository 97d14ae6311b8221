"""Closed lists the code branches on."""

from django.db import models


class AdministratorKind(models.TextChoices):
    """三员: exclusive of each other and of every grant on units (security.md R10)."""

    SYSTEM = "system", "系统管理员"
    SECURITY = "security", "安全管理员"
    AUDIT = "audit", "审计管理员"


class ProposalState(models.TextChoices):
    """What became of a proposal; only an open one can change."""

    OPEN = "open", "待确认"
    CONFIRMED = "confirmed", "已确认生效"
    DECLINED = "declined", "未同意"
    WITHDRAWN = "withdrawn", "已撤回"
    EXPIRED = "expired", "过期失效"
