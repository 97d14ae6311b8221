"""Which fields of this app tell something about a person (PIPL; as staff/personal.py)."""

from apps.core import changes

APPLICATION = ("summary", "values", "contact", "phone_ct", "override_reason")
LINE = ("name", "person", "person_key", "id_no_ct", "phone_ct", "values", "reason")
SLOT = ("name",)
CONFIRMATION = ("opinion", "answer")
ATTACHMENT = ("name",)


def register() -> None:
    """Tell the history pages. Called when the app is ready."""
    changes.register_personal("approvals.application", *APPLICATION)
    changes.register_personal("approvals.line", *LINE)
    changes.register_personal("approvals.slot", *SLOT)
    changes.register_personal("approvals.confirmation", *CONFIRMATION)
    changes.register_personal("approvals.attachment", *ATTACHMENT)
