from .applications import Application, Attachment, Line, Step, Typed
from .clients import Calls, Client, ClientKey, Nonce
from .confirmations import Confirmation
from .desk import Batch, BatchItem, Copy, Phrase
from .messages import (
    Delivery,
    LateFiling,
    Message,
    Reach,
    Reminder,
    RetirementDraft,
    Switch,
    Template,
)
from .notices import Notice, Slot
from .papers import TEMPLATED, Paper, PaperKind, PaperTemplate, SheetKind, VerifyTry
from .planning import PlanLine, UseControl, UsePlan, UseSetting, UseSheet
from .pool import Loan, LoanStep, Pool, PoolEntry
from .settings import KindVersion

__all__ = [
    "TEMPLATED",
    "Application",
    "Attachment",
    "Batch",
    "BatchItem",
    "Calls",
    "Client",
    "ClientKey",
    "Confirmation",
    "Copy",
    "Delivery",
    "KindVersion",
    "LateFiling",
    "Line",
    "Loan",
    "LoanStep",
    "Message",
    "Nonce",
    "Notice",
    "Paper",
    "PaperKind",
    "PaperTemplate",
    "Phrase",
    "PlanLine",
    "Pool",
    "PoolEntry",
    "Reach",
    "Reminder",
    "RetirementDraft",
    "SheetKind",
    "Slot",
    "Step",
    "Switch",
    "Template",
    "Typed",
    "UseControl",
    "UsePlan",
    "UseSetting",
    "UseSheet",
    "VerifyTry",
]
