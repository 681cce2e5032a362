"""Who may teach search and read what was searched: the finance office."""

from accounts.models import Role, User
from common.errors import NotAllowed


def require_office(user: User) -> None:
    """NotAllowed for everybody but the office's makers and signers."""
    if not user.has_role(Role.OFFICE, Role.OFFICE_SIGNER):
        raise NotAllowed("检索用语由金融办维护，您的账号不是。")
