"""Closed lists the code branches on."""

from django.db import models


class BatchState(models.TextChoices):
    """Where an uploaded workbook is. Only CLEAN can be confirmed, only DONE withdrawn."""

    CHECKING = "checking", "校验中"
    MAPPING = "mapping", "待对照"
    FAULTY = "faulty", "有错误"
    CLEAN = "clean", "待确认"
    WRITING = "writing", "写入中"
    DONE = "done", "已导入"
    UNDOING = "undoing", "撤回中"
    WITHDRAWN = "withdrawn", "已撤回"
    REFUSED = "refused", "文件被拒绝"
    STOPPED = "stopped", "未完成"


class Mode(models.TextChoices):
    """What an import does with rows that are there already, and with those that are not."""

    BOTH = "both", "新增并更新"
    ADD = "add", "只新增"
    UPDATE = "update", "只更新"
