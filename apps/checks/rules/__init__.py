"""The rules: `for_units` asks them without writing anything. See catalogue.py."""

from .base import Asked, Hit, Rule, Scope, Side, Threshold
from .catalogue import BY_NUMBER, RULES

__all__ = ["BY_NUMBER", "RULES", "Asked", "Hit", "Rule", "Scope", "Side", "Threshold"]
