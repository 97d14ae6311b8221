from .applications import Application, Attachment, Line, Step, Typed
from .clients import Calls, Client, ClientKey
from .confirmations import Confirmation
from .desk import Batch, BatchItem, Copy, Phrase
from .notices import Notice, Slot
from .planning import PlanLine, UseControl, UsePlan, UseSetting, UseSheet
from .pool import Loan, LoanStep, Pool, PoolEntry
from .settings import KindVersion

__all__ = [
    "Application",
    "Attachment",
    "Batch",
    "BatchItem",
    "Calls",
    "Client",
    "ClientKey",
    "Confirmation",
    "Copy",
    "KindVersion",
    "Line",
    "Loan",
    "LoanStep",
    "Notice",
    "Phrase",
    "PlanLine",
    "Pool",
    "PoolEntry",
    "Slot",
    "Step",
    "Typed",
    "UseControl",
    "UsePlan",
    "UseSetting",
    "UseSheet",
]
