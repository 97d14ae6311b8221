"""Partners' confirmations and the form on paper."""

from __future__ import annotations

from .base import ApprovalRefused


class NotAPartner(ApprovalRefused):
    """The user confirms for no partner whose turn it is."""


class PartnerActs(ApprovalRefused):
    """The office confirms on paper only for a partner nobody has an account for there.

    partner   a value of choices.Partner
    """

    field = "partner"

    def __init__(self, partner: str) -> None:
        super().__init__(partner)
        self.partner = partner


class PaperMissing(ApprovalRefused):
    """Confirming for a partner needs the document it signed."""

    field = "document"


class NothingObjected(ApprovalRefused):
    """No objection of this partner waits for an answer."""


class CollectorMissing(ApprovalRefused):
    """A paper form is handed to somebody with a name."""

    field = "collector"
