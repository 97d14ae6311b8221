"""Every write of the tree. Each takes the tree lock first, then rows in the order of their keys."""

from .abolish import abolish
from .change import change
from .establish import establish
from .links import link, link_all
from .move import move
from .plates import hang, recognise, take_off
from .reform import NewUnit, Part, hand_over, merge, split
from .rename import rename
from .tree import hold_tree

__all__ = [
    "NewUnit",
    "Part",
    "abolish",
    "change",
    "establish",
    "hand_over",
    "hang",
    "hold_tree",
    "link",
    "link_all",
    "merge",
    "move",
    "recognise",
    "rename",
    "split",
    "take_off",
]
