"""Who does a thing, and from where: part of every security event."""

from dataclasses import dataclass
from typing import Literal

from idp.values.ids import ClientId, RequestId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The doer: a person, a client, somebody at the command line, the scheduled work, or nobody known yet."""

    kind: Literal["user", "client", "command", "job", "anonymous"]
    user: UserId | None = None
    client: ClientId | None = None
    name: str | None = None
    """For commands: the operating system's name of who ran it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a request came from: address and agent are personal data and are sealed in security events."""

    address: str
    """Client address as the one trusted function found it; empty for commands and jobs."""
    agent: str
    """User-Agent, at most 300 characters, control characters dropped."""
    request_id: RequestId
