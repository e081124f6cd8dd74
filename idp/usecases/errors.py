"""Failures that any use case may raise and that every edge answers alike: 503 with Retry-After.

Refusals that must be remembered are values, and protocol faults are `oidc.errors`; neither stands here.
"""

from idp.storage.unavailable import DatabaseUnavailable as Unavailable
from idp.usecases.hashing import Busy

__all__ = ["Busy", "Unavailable"]
