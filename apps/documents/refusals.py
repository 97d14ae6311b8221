"""The sentence of each refusal, for forms, imports and commands alike."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from apps.core import wording

from . import errors, files


@singledispatch
def sentence(refusal: Any, user: Any = None) -> str:
    """Return the Chinese sentence: what was refused and what to do next.

    user   the reader; who may not see the document behind a refusal is not told its title
    """
    raise TypeError(f"no sentence for {type(refusal).__name__}")


@sentence.register
def _(refusal: errors.NumberUnreadable, user: Any = None) -> str:
    return refusal.reason


@sentence.register
def _(refusal: errors.NumberTaken, user: Any = None) -> str:
    first = refusal.first
    visible = user is None or type(first).objects.visible_to(user).filter(pk=first.pk).exists()
    if not visible:
        return f"{refusal.number} 已由其他登记范围登记，请与登记单位联系后引用，不要重复登记"
    return (
        f"{refusal.number} 已登记：《{first.title}》（{first.issuer}，"
        f"{wording.day(first.issued_on)}），请直接引用，不要重复登记"
    )


@sentence.register
def _(refusal: errors.IssuedInFuture, user: Any = None) -> str:
    return f"发文日期 {wording.day(refusal.day)} 晚于今天，请核对批文上的日期"


@sentence.register
def _(refusal: errors.DocumentInUse, user: Any = None) -> str:
    return (
        f"{refusal.document.number} 已是 {refusal.links} 个机构的依据，文号不能再改；"
        "确系登记错误的，请登记正确的批文并在原批文的备注中说明"
    )


@sentence.register
def _(refusal: errors.ClassifiedKeepsNoFile, user: Any = None) -> str:
    if refusal.mark:
        return f"文件名含“{refusal.mark}”。本平台在非涉密网络运行，涉密文件不得上传，请只登记目录"
    return "密级为“涉密”的批文只登记目录。本平台在非涉密网络运行，不得上传原件"


@sentence.register
def _(refusal: errors.FileUnknown, user: Any = None) -> str:
    kinds = "、".join(files.KINDS_IN_WORDS)
    if refusal.content:
        return (
            f"“{refusal.name}”的内容是 {refusal.content}，与文件名的类型不符，"
            "请改正扩展名或重新选择文件"
        )
    return f"“{refusal.name}”不是可以保存的文件，请上传 {kinds} 格式的原件"


@sentence.register
def _(refusal: errors.FileTooLarge, user: Any = None) -> str:
    return (
        f"文件有 {wording.size(refusal.size)}，超过 {wording.size(refusal.limit)}，"
        "请降低扫描分辨率（黑白 300 dpi 即可）后再上传"
    )


@sentence.register
def _(refusal: errors.FileEmpty, user: Any = None) -> str:
    return "文件是空的，请检查后重新选择"


@sentence.register
def _(refusal: errors.FileMissing, user: Any = None) -> str:
    return "原件在存储中没有找到，请联系系统管理员并说明文号，或重新上传原件"
