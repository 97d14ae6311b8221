"""Division codes of GB/T 2260, in force and historic, for checks that need no database.

The register's own table is units.Region; this module only answers “has this code ever existed”.
"""

from __future__ import annotations

import csv
from functools import lru_cache
from pathlib import Path

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"

#: Residence permits for people from Hong Kong, Macao and Taiwan (港澳台居民居住证).
RESIDENCE_PERMITS = {"810000": "香港居民", "820000": "澳门居民", "830000": "台湾居民"}


@lru_cache(maxsize=1)
def known_codes() -> frozenset[str]:
    """Return every code the fixtures know, historic ones included.

    Source: fixtures/regions.csv and fixtures/regions_historic.csv.
    """
    codes: set[str] = set()
    for name in ("regions.csv", "regions_historic.csv"):
        with open(FIXTURES / name, encoding="utf-8", newline="") as file:
            codes.update(row["code"] for row in csv.DictReader(file))
    return frozenset(codes)


def is_known(code: str) -> bool:
    """Say whether the six digits are or once were a division.

    County digits 01 stand for 市辖区 under any known prefecture.
    """
    codes = known_codes()
    return code in codes or (code[4:] == "01" and code[:4] + "00" in codes)
