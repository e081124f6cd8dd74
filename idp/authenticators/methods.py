"""Levels and methods: how strong a sign-in can be, and the ways a person proves who they are."""

from enum import IntEnum, StrEnum


class Level(IntEnum):
    """Strength of a set of proofs; comparisons are meant: a higher level meets a lower demand."""

    NONE = 0
    ONE = 1
    """One factor; `acr` `1fa`; SP 800-63B AAL1."""
    TWO = 2
    """Two different factors; `acr` `2fa`; SP 800-63B AAL2."""
    PHISHING_RESISTANT = 3
    """Two different factors, one of them a key that answers this site alone; `acr` `phr`."""


class Factor(StrEnum):
    """The kind of thing an authenticator proves (SP 800-63B 2)."""

    KNOWLEDGE = "knowledge"
    POSSESSION = "possession"
    VERIFICATION = "verification"
    """The authenticator itself has checked whose it is, by a PIN or a finger (WebAuthn 4, user verification)."""


class Counter(StrEnum):
    """What failures in a row are counted under (SP 800-63B 3.2.2): one counter per account and kind of secret."""

    PASSWORD = "pwd"
    APP_CODE = "otp"
    RECOVERY_CODE = "recovery_code"
    KEY = "key"
    """All keys of a person together."""
    ENROLMENT_PASS = "enrolment_pass"
    """It proves nothing, so it is no `Method`, and is guessed at all the same."""


class Method(StrEnum):
    """A way of proving; the value is the one that stored evidence has, and for the first three the one in `amr`."""

    PASSWORD = "pwd"
    APP_CODE = "otp"
    RECOVERY_CODE = "recovery_code"
    """RFC 8176 has no value for a look-up secret, and it is not `otp`."""
    HARDWARE_KEY = "hwk"
    """A key that is bound to one device; somebody was there and touched it, whoever that was."""
    SYNCED_KEY = "swk"
    """The same of a key that is copied between a person's devices."""
    HARDWARE_PASSKEY = "hwk_verified"
    """As `HARDWARE_KEY`, and the device has verified the person: two factors in one."""
    SYNCED_PASSKEY = "swk_verified"

    @staticmethod
    def of_key(*, synced: bool, verified: bool) -> "Method":
        """What an assertion of a key proves (WebAuthn 6.1, flags BE and UV)."""
        if verified:
            return Method.SYNCED_PASSKEY if synced else Method.HARDWARE_PASSKEY
        return Method.SYNCED_KEY if synced else Method.HARDWARE_KEY

    @property
    def factors(self) -> frozenset[Factor]:
        """What the method proves: two methods of one factor are still one factor."""
        return _FACTORS[self]

    @property
    def identifies(self) -> bool:
        """Whether it tells by itself who somebody is: a password, or a key that has verified its person."""
        return bool(self.factors & {Factor.KNOWLEDGE, Factor.VERIFICATION})

    @property
    def phishing_resistant(self) -> bool:
        """Whether what is shown is worth nothing at another site (SP 800-63B 3.2.5)."""
        return self in KEYS

    @property
    def amr(self) -> tuple[str, ...]:
        """RFC 8176 2; `mfa` comes of the whole evidence. `user`: somebody was present."""
        return (self.value.removesuffix("_verified"), "user") if self in KEYS else (self.value,)

    @property
    def counter(self) -> Counter:
        """Where its failures in a row are counted."""
        return Counter.KEY if self in KEYS else Counter(self.value)


KEYS = frozenset({Method.HARDWARE_KEY, Method.SYNCED_KEY, Method.HARDWARE_PASSKEY, Method.SYNCED_PASSKEY})
SECOND_FACTORS = frozenset(Method) - {Method.PASSWORD}

_FACTORS = {
    Method.PASSWORD: frozenset({Factor.KNOWLEDGE}),
    Method.APP_CODE: frozenset({Factor.POSSESSION}),
    Method.RECOVERY_CODE: frozenset({Factor.POSSESSION}),
    Method.HARDWARE_KEY: frozenset({Factor.POSSESSION}),
    Method.SYNCED_KEY: frozenset({Factor.POSSESSION}),
    Method.HARDWARE_PASSKEY: frozenset({Factor.POSSESSION, Factor.VERIFICATION}),
    Method.SYNCED_PASSKEY: frozenset({Factor.POSSESSION, Factor.VERIFICATION}),
}
