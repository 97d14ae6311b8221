from .applications import Application, Attachment, Confirmation, Line, Step, Typed
from .notices import Notice, Slot
from .settings import KindVersion

__all__ = [
    "Application",
    "Attachment",
    "Confirmation",
    "KindVersion",
    "Line",
    "Notice",
    "Slot",
    "Step",
    "Typed",
]
