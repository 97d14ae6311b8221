"""Pages of leadership posts: the list, the ledger of a unit, the entry of lines."""
