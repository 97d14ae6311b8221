"""Nightly work of the register of people."""

from __future__ import annotations

from celery import shared_task


@shared_task(name="staff.compact_retirement")
def compact_retirement() -> None:
    """Make one row of many in the sums of retirements. Safe to run twice, and beside writers."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT staff_compact_retirement()")
