"""Parties and their dated names, users with roles, grants, messages and their ways out, and what guards accounts."""

from accounts.models.deliveries import Channel, ChannelChoice, Delivery
from accounts.models.erasures import Erasure
from accounts.models.grants import Grant
from accounts.models.integrations import ApiClient, WebhookDelivery, WebhookEndpoint
from accounts.models.notifications import Notification
from accounts.models.parties import Party, PartyName
from accounts.models.security import AccountClaim, LoginFailure, UsedPassword
from accounts.models.users import ADMINISTRATORS, Role, User, UserRole

__all__ = [
    "ADMINISTRATORS",
    "AccountClaim",
    "ApiClient",
    "Channel",
    "ChannelChoice",
    "Delivery",
    "Erasure",
    "Grant",
    "LoginFailure",
    "Notification",
    "Party",
    "PartyName",
    "Role",
    "UsedPassword",
    "User",
    "UserRole",
    "WebhookDelivery",
    "WebhookEndpoint",
]
