"""Closed lists the code branches on."""

from django.db import models


class AdministratorKind(models.TextChoices):
    """三员: exclusive of each other and of every grant on units (security.md R10)."""

    SYSTEM = "system", "系统管理员"
    SECURITY = "security", "安全管理员"
    AUDIT = "audit", "审计管理员"
