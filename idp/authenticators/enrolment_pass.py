"""Enrolment passes: what lets a first second factor in, where the password alone must not (SP 800-63B 4.1.2.1).

Made by somebody who knows the person, shown once inside a sign-in, and gone with the factor that it let in. It proves
nothing by itself. Owns its making and what counts as one when typed; the spending is part of the binding (`storage`).
"""

import re
from datetime import timedelta
from hashlib import sha256
from itertools import islice

from idp.authenticators.recovery_code import characters, grouped, normalised
from idp.authenticators.typed import LONGEST_TYPED, RECOVERY_ALPHABET, Empty, WrongShape
from idp.values.entropy import Entropy
from idp.values.secrets import Digest, EnrolmentPass

LENGTH = 24
"""Characters of 31: 118 bits, so that a plain hash is enough (SP 800-63B 3.1.2.2 asks for 112)."""
LIVES = timedelta(hours=24)
"""Unless said otherwise; and the most of one that is mailed (SP 800-63B 4.2.1.2)."""
LONGEST = timedelta(days=7)

_SHAPE = re.compile(rf"[{RECOVERY_ALPHABET}]{{{LENGTH}}}")


def new_pass(entropy: Entropy) -> EnrolmentPass:
    """A fresh one."""
    return EnrolmentPass("".join(islice(characters(entropy), LENGTH)))


def parse(text: str) -> EnrolmentPass | WrongShape | Empty:
    """The pass that was typed, in any case, with or without its dashes."""
    if len(text) > LONGEST_TYPED:
        return WrongShape()
    typed = normalised(text)
    if not typed:
        return Empty()
    return EnrolmentPass(typed) if _SHAPE.fullmatch(typed) else WrongShape()


def display(given: EnrolmentPass) -> str:
    """As it is handed over: six groups of four."""
    return grouped(given.expose())


def digest_of(given: EnrolmentPass) -> Digest:
    """What is stored."""
    return Digest(sha256(given.expose().encode()).digest())
