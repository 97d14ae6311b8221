"""What the account services may refuse. Each carries its facts; sentences are in wording.py."""

from __future__ import annotations


class AccountRefused(Exception):
    """Base of all refusals of this app."""


class WrongCredentials(AccountRefused):
    """Unknown name, wrong password or a switched-off account: never said which."""


class TooManyAttempts(AccountRefused):
    """Signing in is slowed down. seconds: how long to wait."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class WrongPassword(AccountRefused):
    """The old password given with a change is not the present one."""


class NotYourself(AccountRefused):
    """Nobody switches off his own account."""


class LastAdministrator(AccountRefused):
    """The last active administrator of his kind stays. label: the kind in words."""

    def __init__(self, label: str) -> None:
        super().__init__(label)
        self.label = label


class AnotherAdministrator(AccountRefused):
    """A system administrator does not touch the accounts of the other two kinds."""

    def __init__(self, label: str) -> None:
        super().__init__(label)
        self.label = label


class NameTaken(AccountRefused):
    """The username is in use, perhaps since a moment ago."""

    def __init__(self, username: str) -> None:
        super().__init__(username)
        self.username = username


class BeatenByColleague(AccountRefused):
    """Somebody else has changed the account in the meantime."""


class ProposalRefused(AccountRefused):
    """Base of what may be refused about proposals; nothing was written."""


class OwnProposal(ProposalRefused):
    """Nobody confirms what he has proposed himself."""


class AboutYourself(ProposalRefused):
    """Nobody proposes or confirms what concerns his own account."""


class NotTheirs(ProposalRefused):
    """This kind of administrator neither proposes nor confirms such a thing."""


class ProposalEnded(ProposalRefused):
    """Confirmed, declined, withdrawn or expired in the meantime. label: the state in words."""

    def __init__(self, label: str) -> None:
        super().__init__(label)
        self.label = label


class AlreadyProposed(ProposalRefused):
    """The same thing waits for confirmation already."""


class CannotApply(ProposalRefused):
    """Confirmed, it could not take effect any more. sentence: why, for the confirmer."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class WrongCode(AccountRefused):
    """No code of this account that may still be used."""


class AlreadyEnrolled(AccountRefused):
    """The account has a second factor; it is taken away before another is bound."""


class FactorIsMandatory(AccountRefused):
    """The policy asks this account for a second factor: it stays."""
