from __future__ import annotations

from django.db import models
from simple_history.models import HistoricalRecords


class Body(models.Model):
    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=120)


class RosterRow(models.Model):
    name = models.CharField(max_length=72)
    id_no = models.CharField(max_length=18, unique=True)
    sex = models.CharField(max_length=20)
    birth_month = models.CharField(max_length=20)
    ethnicity = models.CharField(max_length=40)
    native_place = models.CharField(max_length=60)
    political_status = models.CharField(max_length=40)
    work_started_on = models.DateField()
    education = models.CharField(max_length=40)
    school = models.CharField(max_length=80)
    major = models.CharField(max_length=80)
    phone = models.CharField(max_length=30)
    unit = models.ForeignKey(Body, models.PROTECT)
    unit_name = models.CharField(max_length=120)
    quota_type = models.CharField(max_length=40)
    status = models.CharField(max_length=40)
    identity = models.CharField(max_length=40)
    starts_on = models.DateField()
    entry_mode = models.CharField(max_length=40)
    post_name = models.CharField(max_length=80)
    is_dual = models.CharField(max_length=4)
    on_unified_payroll = models.CharField(max_length=4)

    past = HistoricalRecords()  # not `history`: ours are then not written by our triggers
