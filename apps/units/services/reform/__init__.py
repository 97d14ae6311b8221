"""合并, 分立, 划转: people, quotas and posts go along in one transaction (rules U-24 to U-27)."""

from .divide import Part, hand_over, split
from .merge import merge
from .parts import NewUnit

__all__ = ["NewUnit", "Part", "hand_over", "merge", "split"]
