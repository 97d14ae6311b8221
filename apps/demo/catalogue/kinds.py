"""What the catalogue says of one organ."""

from __future__ import annotations

from typing import NamedTuple

from .types import ADMIN


class Organ(NamedTuple):
    """A body directly under a grouping.

    before   name until the reform of 2019, "" when it kept its name
    core     also found in a small county
    rank     value of institution_rank
    """

    name: str
    short: str
    weight: float
    quota_type: str = ADMIN
    nature: str = "101"
    rank: str = "41"
    core: bool = True
    before: str = ""
    institutions: str = ""
    duties: str = ""


class Group(NamedTuple):
    name: str
    system: str
    category: str
    organs: tuple[Organ, ...]
