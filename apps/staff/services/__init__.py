"""Every write of people and their spells. Source: docs/rules.md S-01 to S-12.

Lock order, here and everywhere: person, spell, balances in key order (apps.quotas). Two clerks at
the last vacancy queue at the balance for a kind answer; the CHECK on it is the guarantee.
"""

from .corrections import correct_own, refuse_key_fields, undo_correction
from .looks import note_found, note_found_elsewhere, note_view
from .persons import change_person, register_person
from .postings import end_posting, start_posting
from .retirement import choose_retirement, withdraw_retirement
from .retyping import retype
from .reveals import REVEALS_A_DAY, reveal, reveals_today
from .spells import change_spell, enter, leave, transfer

__all__ = [
    "REVEALS_A_DAY",
    "change_person",
    "change_spell",
    "choose_retirement",
    "correct_own",
    "end_posting",
    "enter",
    "leave",
    "note_found",
    "note_found_elsewhere",
    "note_view",
    "refuse_key_fields",
    "register_person",
    "retype",
    "reveal",
    "reveals_today",
    "start_posting",
    "transfer",
    "undo_correction",
    "withdraw_retirement",
]
