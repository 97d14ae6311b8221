"""Partners and the form on paper."""

from __future__ import annotations

from typing import Any

from .. import errors
from ..choices import Partner
from .asking import sentence


@sentence.register
def _(refusal: errors.NotAPartner, user: Any = None) -> str:
    return "现在没有轮到您所在部门确认的事项，请刷新后查看"


@sentence.register
def _(refusal: errors.PartnerActs, user: Any = None) -> str:
    name = Partner(refusal.partner).label
    return f"{name}在本单位有确认账户，应由对方确认；只有没有账户的部门才由编办凭纸质材料代为确认"


@sentence.register
def _(refusal: errors.PaperMissing, user: Any = None) -> str:
    return "请选择对方签署的纸质材料所登记的文件，作为代为确认的依据"


@sentence.register
def _(refusal: errors.NothingObjected, user: Any = None) -> str:
    return "没有需要答复的异议，可能同事已经答复，请刷新后查看"


@sentence.register
def _(refusal: errors.CollectorMissing, user: Any = None) -> str:
    return "请填写领取人姓名，表单交给谁要有记录"
