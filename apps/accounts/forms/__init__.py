"""Forms of the account pages."""

from .accounts import AccountForm
from .factors import CodeForm, PasswordForm, RecoveryForm
from .proposals import AdministratorForm, OpinionForm, PolicyForm, ReasonForm
from .signing import OwnPasswordForm, SignInForm

__all__ = [
    "AccountForm",
    "AdministratorForm",
    "CodeForm",
    "OpinionForm",
    "OwnPasswordForm",
    "PasswordForm",
    "PolicyForm",
    "ReasonForm",
    "RecoveryForm",
    "SignInForm",
]
