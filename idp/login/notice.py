"""What the next page says about the last input: a closed set of kinds, kept on the Interaction; holds no secret."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pydantic import TypeAdapter

from idp.authenticators.totp import DEFAULT


class NoticeKind(StrEnum):
    """What was wrong with the last input."""

    USERNAME_MISSING = "username_missing"
    PASSWORD_MISSING = "password_missing"
    PASSWORD_WRONG = "password_wrong"
    CURRENT_PASSWORD_WRONG = "current_password_wrong"
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
    PASS_MISSING = "pass_missing"
    PASS_SHAPE = "pass_shape"
    PASS_WRONG = "pass_wrong"
    PASS_EXPIRED = "pass_expired"
    KEY_MISSING = "key_missing"
    KEY_REFUSED = "key_refused"
    KEY_STALE = "key_stale"
    """It answered an earlier try."""
    KEY_SUSPENDED = "key_suspended"
    KEY_COPIED = "key_copied"
    PASSKEY_REFUSED = "passkey_refused"
    KEY_NOT_MADE = "key_not_made"
    """None answered."""
    KEY_NOT_ADDED = "key_not_added"
    KEY_KNOWN = "key_known"
    KEYS_ENOUGH = "keys_enough"
    CODES_NOT_SAVED = "codes_not_saved"
    NEW_PASSWORD_REFUSED = "new_password_refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing to correct, with the numbers that its sentence names."""

    kind: NoticeKind
    username: str = ""
    """As typed, to fill the field in again."""
    method: str = ""
    """Which way is paused or closed: a `Method`; other kinds name their own."""
    until: datetime | None = None
    """The end of a pause; or, for a recovery code used before, when that was."""
    failures: int = 0
    """In a row, this one included; from the second on the page speaks of the clock, in the end of tries left."""
    steps: int = 0
    """By how many time steps a phone's clock is ahead (negative: behind)."""
    period: int = DEFAULT.period
    """Seconds of a time step of the app whose code it was."""
    digits: tuple[int, ...] = (DEFAULT.digits,)
    """How many the codes have that were asked for: several where the person's apps differ."""
    reason: str = ""
    """Why a new password was refused: a `RefusalKind`, or `same`."""
    minimum: int = 0
    """Characters that a new password must have."""

    def stored(self) -> dict[str, object]:
        """The form kept in a JSON column; what has its default is left out."""
        members: dict[str, object] = _STORED.dump_python(self, mode="json", exclude_defaults=True)
        return members

    @staticmethod
    def restored(stored: Mapping[str, object]) -> "Notice | None":
        """The inverse of `stored`; None for the empty object."""
        return _STORED.validate_python(stored) if stored else None


_STORED = TypeAdapter(Notice)
