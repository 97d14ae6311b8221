"""The forms of people, in the order of the office's paper forms (domain.md §6.5)."""

from .corrections import CorrectionForm, UndoForm
from .edits import EndPostingForm, PersonForm, PostingForm, SpellForm
from .fields import PERSONAL, open_typed, seal_typed
from .moves import EnterForm, LeaveForm, TransferForm
from .retirement import RetirementForm

__all__ = [
    "PERSONAL",
    "CorrectionForm",
    "EndPostingForm",
    "EnterForm",
    "LeaveForm",
    "PersonForm",
    "PostingForm",
    "RetirementForm",
    "SpellForm",
    "TransferForm",
    "UndoForm",
    "open_typed",
    "seal_typed",
]
