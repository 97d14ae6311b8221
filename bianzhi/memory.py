"""When Python looks for rings of objects nobody can reach any more.

A full look walks every object there is: with the code, models and templates of the portal loaded
some 160,000, which is 0.1 to 0.2 s in the middle of somebody's page. What start-up made never
becomes garbage, so it is taken out of the walk; and a page that makes tens of thousands of objects
lets go of nearly all of them by itself, so the looks are made less often.
"""

from __future__ import annotations

import gc

#: objects made before a look at the youngest (700 is Python's own), looks before one at the next
THRESHOLDS = (20_000, 10, 10)


def settle() -> None:
    """Call once, when everything that stays is loaded: in a web process, before its first page."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
