"""Names of rows, each its own type, so that a grant's id cannot be passed where a user's is meant."""

from typing import NewType
from uuid import UUID

UserId = NewType("UserId", UUID)
"""The row id of a User; never leaves the house (the Subject Identifier is a column of its own)."""

Subject = NewType("Subject", str)
"""The Subject Identifier `sub` (OIDC Core 8): 128 random bits, never reused."""

GroupId = NewType("GroupId", UUID)
ClientId = NewType("ClientId", str)
InteractionId = NewType("InteractionId", UUID)
SessionId = NewType("SessionId", UUID)
GrantId = NewType("GrantId", UUID)
AuthenticatorId = NewType("AuthenticatorId", UUID)
RememberedId = NewType("RememberedId", UUID)
"""Of a browser that is remembered; another one each time that it is remembered anew."""
MailId = NewType("MailId", UUID)
RequestId = NewType("RequestId", str)
"""Names one HTTP request or one command in logs, events and the reference on error pages."""
