"""Pages of the accounts app."""

from .accounts import (
    suggest,
    user_create,
    user_detail,
    user_edit,
    user_list,
    user_password,
    user_reset_password,
    user_switch,
)
from .administrators import (
    administrator_list,
    administrator_propose,
    administrator_remove,
    policy_change,
    policy_page,
)
from .own import own, password_change, sign_in, sign_out
from .proposals import (
    after_proposing,
    proposal_confirm,
    proposal_decline,
    proposal_detail,
    proposal_list,
    proposal_withdraw,
)

__all__ = [
    "administrator_list",
    "administrator_propose",
    "administrator_remove",
    "after_proposing",
    "own",
    "password_change",
    "policy_change",
    "policy_page",
    "proposal_confirm",
    "proposal_decline",
    "proposal_detail",
    "proposal_list",
    "proposal_withdraw",
    "sign_in",
    "sign_out",
    "suggest",
    "user_create",
    "user_detail",
    "user_edit",
    "user_list",
    "user_password",
    "user_reset_password",
    "user_switch",
]
