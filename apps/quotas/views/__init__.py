"""Pages of quotas: the tab and ledger of a unit, lists, and the entry of ledger lines."""
