"""Parties and their dated names, users with roles, and grants."""

from accounts.models.grants import Grant
from accounts.models.notifications import Notification
from accounts.models.parties import Party, PartyName
from accounts.models.users import Role, User, UserRole

__all__ = ["Grant", "Notification", "Party", "PartyName", "Role", "User", "UserRole"]
