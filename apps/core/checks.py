"""System checks: what must hold before a command or process goes on."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register

from . import crypto


@register(Tags.security)
def cryptography_holds(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """SM4, SM3 and SM4-GCM give the standards' answers, and the keys are there."""
    try:
        crypto.start()
    except crypto.CryptoBroken as broken:
        return [
            Error(str(broken), hint="请按 requirements.txt 重新安装 cryptography", id="core.E001")
        ]
    except crypto.KeysRefused as refusal:
        return [Error(str(refusal), id="core.E002")]
    return []
