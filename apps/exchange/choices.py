"""Closed lists the code branches on."""

from django.db import models


class BatchState(models.TextChoices):
    """Where an uploaded workbook is. Only CLEAN can be confirmed."""

    CHECKING = "checking", "校验中"
    FAULTY = "faulty", "有错误"
    CLEAN = "clean", "待确认"
    WRITING = "writing", "写入中"
    DONE = "done", "已导入"
    REFUSED = "refused", "文件被拒绝"
    STOPPED = "stopped", "未完成"
