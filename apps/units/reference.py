"""Divisions from fixtures/: GB/T 2260 in force, and the codes that went out of force since 1980."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction

from apps.core import reference
from apps.core.reference import BadFixture, Loaded, day_or_none

from .models import Region

LEVELS = ("province", "city", "county")


def load_regions(fixtures_dir: Path = reference.FIXTURES, overwrite: bool = False) -> Loaded:
    """Load regions.csv and regions_historic.csv. Returns counts of divisions."""
    regions: list[Region] = []
    for name, columns in (
        ("regions.csv", "code name level parent"),
        ("regions_historic.csv", "code name level parent valid_from valid_to"),
    ):
        for line, row in reference.rows_of(fixtures_dir / name, columns):
            if row["level"] not in LEVELS:
                raise BadFixture(f"{name} 第{line}行：层级“{row['level']}”应为 {'、'.join(LEVELS)}")
            regions.append(
                Region(
                    code=row["code"],
                    name=row["name"],
                    level=row["level"],
                    parent_id=row["parent"] or None,
                    valid_from=day_or_none(row.get("valid_from", "")),
                    valid_to=day_or_none(row.get("valid_to", "")),
                )
            )
    with transaction.atomic():
        return reference.upsert(regions, overwrite=overwrite)


reference.register_loader("行政区划", load_regions)
