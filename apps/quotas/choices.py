"""Closed lists the code branches on."""

from django.db import models


class QuotaFamily(models.TextChoices):
    """What leaders add up by. Which quota type belongs where is data (code table, attrs.family)."""

    ADMIN = "ADMIN", "行政"
    INSTITUTION = "INSTITUTION", "事业"
    SUPPORT = "SUPPORT", "工勤"
    OTHER = "OTHER", "其他"


class EntryKind(models.TextChoices):
    """Kinds of movement in the ledger."""

    BASELINE = "baseline", "期初核定"
    GRANT = "grant", "核增"
    CUT = "cut", "核减"
    TRANSFER = "transfer", "划转"
    REALLOCATE = "reallocate", "调剂"
    RECOVER = "recover", "收回"


#: Kinds that can only add places, and kinds that can only take them; the others do either.
RISING = (EntryKind.BASELINE, EntryKind.GRANT)
FALLING = (EntryKind.CUT, EntryKind.RECOVER)


class OverageKind(models.TextChoices):
    LEGACY = "legacy", "历史遗留"
    DOCUMENT = "document", "文件允许"
    RATCHET = "ratchet", "超编消化"
