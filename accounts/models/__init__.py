"""Parties and their dated names, users with roles, grants, messages and their ways out."""

from accounts.models.deliveries import Channel, ChannelChoice, Delivery
from accounts.models.grants import Grant
from accounts.models.notifications import Notification
from accounts.models.parties import Party, PartyName
from accounts.models.users import Role, User, UserRole

__all__ = [
    "Channel",
    "ChannelChoice",
    "Delivery",
    "Grant",
    "Notification",
    "Party",
    "PartyName",
    "Role",
    "User",
    "UserRole",
]
