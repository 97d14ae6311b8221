"""Settings and Word templates."""

from __future__ import annotations

from typing import Any

from apps.core import wording

from .. import errors
from .asking import sentence


@sentence.register
def _(refusal: errors.SettingUnfit, user: Any = None) -> str:
    return refusal.text


@sentence.register
def _(refusal: errors.SettingChanged, user: Any = None) -> str:
    version = refusal.version
    who = version.made_by or "系统"
    return (
        f"{who}在 {wording.moment(version.made_at)} 已存为第 {version.number} 版，"
        "您看到的不是最新的。没有保存，请看过最新一版再修改"
    )


@sentence.register
def _(refusal: errors.SettingSame, user: Any = None) -> str:
    return "没有改动任何内容，不必另存新版本"


@sentence.register
def _(refusal: errors.UnknownPlaceholders, user: Any = None) -> str:
    names = "、".join(f"{{{{ {name} }}}}" for name in refusal.names[:10])
    more = f" 等 {len(refusal.names)} 个" if len(refusal.names) > 10 else ""
    return f"模板里有本表没有的占位符：{names}{more}；请对照下方的占位符清单修改后再上传"


@sentence.register
def _(refusal: errors.SameTemplate, user: Any = None) -> str:
    return f"这个文件与现行的第 {refusal.number} 版完全相同，没有产生新版本"
