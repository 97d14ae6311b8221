from django.db import models


class Level(models.TextChoices):
    RED = "red", "红"
    YELLOW = "yellow", "黄"


class State(models.TextChoices):
    """What people have decided about a finding; that it is gone the check alone decides."""

    OPEN = "open", "待处理"
    EXPLAINED = "explained", "已说明"
    CONFIRMED = "confirmed", "已确认"
    CLAIMED = "claimed", "报称已改"
    MUTED = "muted", "暂不提示"


class Gone(models.TextChoices):
    """Why a finding is no longer there."""

    FIXED = "fixed", "已消除"
    OFF = "off", "规则停用"


class RunKind(models.TextChoices):
    WRITES = "writes", "数据变动后"
    NIGHTLY = "nightly", "每日全面校核"
    ASKED = "asked", "手动校核"
