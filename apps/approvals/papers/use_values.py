"""What the papers of 用编 hold: 编制使用申请表, 审议表, 编制使用核准通知单."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.urls import reverse

from apps.core import wording
from apps.core.masking import mask_phone
from apps.core.prints import Code

from .. import sealed
from ..models import Application, Line, Notice
from . import verifying
from .saying import Said, Value, label, unit_of
from .trail import day


def _cited(title: str, number: str) -> str:
    """Return a letter as an answer cites it: 《关于…的请示》（嵊教〔2026〕8号）."""
    named = f"《{title.strip('《》')}》" if title else ""
    return f"{named}（{number}）" if named and number else named or number


def use(application: Application, line: Line | None, full: bool) -> Said:
    values = application.values
    rows: list[dict[str, Value]] = []
    lines = list(application.lines.select_related("quota_type").order_by("place", "pk"))
    for number, one in enumerate(lines, start=1):
        purpose = one.values.get("purpose", {})
        rows.append(
            {
                "序号": str(number),
                "编制类型": label(one.quota_type),
                "编制用途": purpose.get("purpose", ""),
                "详细用途": purpose.get("detail", ""),
                "申报数": str(one.asked),
                "批准数": "" if one.granted is None else str(one.granted),
            }
        )
    granted = [one.granted for one in lines if one.granted is not None]
    letter_title = values.get("letter_title", "")
    return Said(
        {
            **unit_of(application),
            "来文文件名": letter_title,
            "来文文号": values.get("letter_no", ""),
            "来文时间": day(values.get("letter_on", "")),
            "联系人": application.contact,
            "联系电话": sealed.contact(application) if full else _phone(application),
            "年度用编": "是" if values.get("is_annual") else "否",
            "人员来源": values.get("source_label", ""),
            "申报总数": str(sum(one.asked for one in lines)),
            "批准总数": str(sum(granted)) if granted else "",
            "备注": "",
        },
        rows,
    )


def _phone(application: Application) -> str:
    phone = sealed.contact(application)
    return mask_phone(phone) if phone else ""


def sheet(application: Application, line: Line | None, full: bool) -> Said:
    """审议表: the rows as they were laid before who decided, every operand in its column."""
    sheet = application.sheet
    rows: list[dict[str, Value]] = [
        {
            "单位": row["unit"],
            "主管": row["supervisor"],
            "级别": row["rank"],
            "类别": row["category"],
            "参公": row["civil"],
            "编制类型": row["quota_type"],
            **{one["label"]: _figure(one["value"]) for one in row["operands"]},
            "可用": _figure(row["usable"]),
            "申报数": _figure(row["asked"]),
            "建议数": _figure(row["suggested"]),
            "理由": row["reason"],
            "备注": row["note"],
            "算式": row["said"],
        }
        for row in sheet.rows
    ]
    return Said(
        {
            **unit_of(application),
            "审议表号": sheet.number,
            "会议": sheet.meeting,
            "制表日期": day(sheet.made_at),
            "来文文号": application.values.get("letter_no", ""),
        },
        rows,
    )


def _figure(value: Any) -> str:
    return wording.whole(int(value))


def notice(application: Application, line: Line | None, full: bool) -> Said:
    notice = Notice.objects.get(application=application)
    slots = list(notice.slots.select_related("quota_type").order_by("no"))
    rows: list[dict[str, Value]] = [
        {
            "用编序号": str(one.no),
            "编制类型": label(one.quota_type),
            "用途": one.purpose,
            "二维码": Code(reverse("approvals:slot", args=[one.token])),
        }
        for one in slots
    ]
    values = application.values
    letter = _cited(values.get("letter_title", ""), values.get("letter_no", ""))
    kinds = Counter(label(one.quota_type) for one in slots)
    return Said(
        {
            **unit_of(application),
            "发文机关": verifying.office(),
            "收悉": f"你单位{letter}收悉。" if letter else "",
            "编制明细": "、".join(f"{kind}{n}名" for kind, n in kinds.items()),
            "来源说明": f"，人员来源：{notice.source}" if notice.source else "",
            "通知单号": notice.number,
            "批准总数": str(len(slots)),
            "来文": letter,
            "人员来源": notice.source,
            "年度用编": "是" if notice.is_annual else "否",
            "下达日期": notice.issued_on.isoformat(),
            "有效期至": day(notice.valid_until),
        },
        rows,
    )
