"""Every write of the tree. Each takes the tree lock first, then rows in the order of their keys."""

from .abolish import abolish
from .change import change
from .establish import establish
from .links import link, link_all
from .move import move
from .rename import rename
from .tree import hold_tree

__all__ = ["abolish", "change", "establish", "hold_tree", "link", "link_all", "move", "rename"]
