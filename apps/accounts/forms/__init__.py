"""Forms of the account pages."""

from .accounts import AccountForm
from .proposals import AdministratorForm, OpinionForm, PolicyForm, ReasonForm
from .signing import OwnPasswordForm, SignInForm

__all__ = [
    "AccountForm",
    "AdministratorForm",
    "OpinionForm",
    "OwnPasswordForm",
    "PolicyForm",
    "ReasonForm",
    "SignInForm",
]
