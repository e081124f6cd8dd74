"""Permissions: what an actor may be allowed to do. Each use case names the one it needs.

Which roles hold which permissions comes with the roles; the command line acts as the owner and holds them all.
"""

from enum import StrEnum


class Permission(StrEnum):
    """Reading and writing are apart, so that a role can look without touching."""

    USERS_READ = "users:read"
    USERS_WRITE = "users:write"
    GROUPS_READ = "groups:read"
    GROUPS_WRITE = "groups:write"
    CLIENTS_READ = "clients:read"
    CLIENTS_WRITE = "clients:write"
    POLICY_READ = "policy:read"
    POLICY_WRITE = "policy:write"
    SESSIONS_READ = "sessions:read"
    SESSIONS_WRITE = "sessions:write"
    CONFIGURATION_READ = "configuration:read"
    CONFIGURATION_WRITE = "configuration:write"
    KEYS_READ = "keys:read"
    KEYS_WRITE = "keys:write"
    SERVICE_READ = "service:read"
