"""Pages of the tree: lists, the tree itself, the tabs of a unit, and what is done by document."""
