"""Closed lists the code branches on."""

from django.db import models


class Secrecy(models.TextChoices):
    """密级. Files above 内部 are refused at upload: the portal runs on a non-classified network."""

    PUBLIC = "public", "公开"
    INTERNAL = "internal", "内部"
    CLASSIFIED = "classified", "涉密（仅登记目录，不得上传原件）"
