"""Levels and methods: how strong a sign-in can be, and the ways a person proves who they are."""

from enum import IntEnum, StrEnum


class Level(IntEnum):
    """Strength of a set of proofs; comparisons are meant: a higher level meets a lower demand."""

    NONE = 0
    ONE = 1
    """One factor; `acr` `1fa`; SP 800-63B AAL1."""
    TWO = 2
    """Two different factors; `acr` `2fa`; SP 800-63B AAL2."""


class Factor(StrEnum):
    """The kind of thing an authenticator proves (SP 800-63B 2)."""

    KNOWLEDGE = "knowledge"
    POSSESSION = "possession"


class Method(StrEnum):
    """A way of proving; the value is the one that `amr` shows."""

    PASSWORD = "pwd"
    APP_CODE = "otp"
    RECOVERY_CODE = "recovery_code"
    """RFC 8176 has no value for a look-up secret, and it is not `otp`."""

    @property
    def factor(self) -> Factor:
        """What the method proves: two methods of one factor are still one factor."""
        return Factor.KNOWLEDGE if self is Method.PASSWORD else Factor.POSSESSION


SECOND_FACTORS = frozenset({Method.APP_CODE, Method.RECOVERY_CODE})
