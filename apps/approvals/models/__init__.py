from .applications import Application, Attachment, Confirmation, Line, Step, Typed
from .desk import Batch, BatchItem, Copy, Phrase
from .notices import Notice, Slot
from .settings import KindVersion

__all__ = [
    "Application",
    "Attachment",
    "Batch",
    "BatchItem",
    "Confirmation",
    "Copy",
    "KindVersion",
    "Line",
    "Notice",
    "Phrase",
    "Slot",
    "Step",
    "Typed",
]
