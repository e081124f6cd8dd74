"""What the next page says about the last input: a closed set of kinds, kept on the Interaction; holds no secret."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Self


class NoticeKind(StrEnum):
    """What was wrong with the last input."""

    USERNAME_MISSING = "username_missing"
    PASSWORD_MISSING = "password_missing"
    PASSWORD_WRONG = "password_wrong"
    ACCOUNT_OFF = "account_off"
    OTHER_PERSON = "other_person"
    HELD = "held"
    """Paused until then, or closed where no instant is given."""
    CODE_MISSING = "code_missing"
    CODE_SHAPE = "code_shape"
    CODE_IS_RECOVERY_CODE = "code_is_recovery_code"
    CODE_WRONG = "code_wrong"
    CODE_USED = "code_used"
    CLOCK_DRIFT = "clock_drift"
    RECOVERY_CODE_MISSING = "recovery_code_missing"
    RECOVERY_CODE_WRONG = "recovery_code_wrong"
    RECOVERY_CODE_USED = "recovery_code_used"
    RECOVERY_CODE_IS_APP_CODE = "recovery_code_is_app_code"
    CODES_NOT_SAVED = "codes_not_saved"
    NEW_PASSWORD_REFUSED = "new_password_refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing to correct, with the numbers that its sentence names."""

    kind: NoticeKind
    username: str = ""
    """As typed, to fill the field in again."""
    until: datetime | None = None
    """The end of a pause; or, for a recovery code used before, when that was."""
    failures: int = 0
    """In a row, this one included; from the second on the page speaks of the clock, in the end of tries left."""
    steps: int = 0
    """By how many time steps a phone's clock is ahead (negative: behind)."""
    reason: str = ""
    """Why a new password was refused: a `RefusalKind`, or `same`."""
    minimum: int = 0
    """Characters that a new password must have."""

    def stored(self) -> dict[str, Any]:
        """The form kept in a JSON column; what has its default is left out."""
        texts = {"kind": self.kind.value, "username": self.username, "reason": self.reason}
        numbers = {"failures": self.failures, "steps": self.steps, "minimum": self.minimum}
        until = {"until": self.until.isoformat()} if self.until else {}
        return {name: value for name, value in (texts | numbers).items() if value} | until

    @classmethod
    def restored(cls, stored: dict[str, Any]) -> Self | None:
        """The inverse of `stored`; None for the empty object."""
        if not stored:
            return None
        until = stored.get("until")
        return cls(
            kind=NoticeKind(stored["kind"]),
            username=stored.get("username", ""),
            until=datetime.fromisoformat(until) if until else None,
            failures=stored.get("failures", 0),
            steps=stored.get("steps", 0),
            reason=stored.get("reason", ""),
            minimum=stored.get("minimum", 0),
        )
