"""Closed lists the code branches on."""

from django.db import models


class EntityKind(models.TextChoices):
    """法人标识 B01094: a legal body, a department inside one, or a grouping of the tree."""

    BODY = "body", "法人单位"
    DEPARTMENT = "department", "内设机构"
    GROUPING = "grouping", "机构分组"


class UnitStatus(models.TextChoices):
    NORMAL = "normal", "正常"
    ABOLISHED = "abolished", "已撤销"


class EventKind(models.TextChoices):
    """What can happen to a unit (沿革). INITIAL is the state taken over at first entry."""

    INITIAL = "initial", "初始录入"
    ESTABLISH = "establish", "设立"
    RENAME = "rename", "更名"
    ABOLISH = "abolish", "撤销"
    MERGE = "merge", "合并"
    SPLIT = "split", "分立"
    TRANSFER = "transfer", "划转"
    RANK = "rank", "规格调整"
    NAMEPLATE = "nameplate", "挂牌"
    PLATE_OFF = "plate_off", "摘牌"
    MOVE = "move", "隶属关系调整"
    ATTRIBUTE = "attribute", "信息变更"


class EventRole(models.TextChoices):
    SUBJECT = "subject", "本机构"
    PREDECESSOR = "predecessor", "前身"
    SUCCESSOR = "successor", "继任"


class PlateKind(models.TextChoices):
    """How another name stands beside the unit's own."""

    ADDED = "added", "加挂牌子"
    JOINT = "joint", "合署办公"
    OTHER = "other", "其他名称"
