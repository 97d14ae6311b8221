"""实名人员: people and their places, and what offices and units write about them."""

from .corrections import Correction
from .people import (
    PINYIN_RUN,
    Occupancy,
    Person,
    PersonQuerySet,
    PostHolding,
    Spell,
    SpellQuerySet,
)
from .publicity import Objection, Publicity
from .retirement import RetirementChoice, RetirementShift

__all__ = [
    "PINYIN_RUN",
    "Correction",
    "Objection",
    "Occupancy",
    "Person",
    "PersonQuerySet",
    "PostHolding",
    "Publicity",
    "RetirementChoice",
    "RetirementShift",
    "Spell",
    "SpellQuerySet",
]
