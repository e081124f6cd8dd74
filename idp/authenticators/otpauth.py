"""The `otpauth:` URI that an authenticator app reads from the QR code, and the key for those who type it.

Owns no drawing of the QR code and no secret.
"""

import unicodedata
from urllib.parse import quote

from idp.authenticators.totp import DEFAULT, TotpParameters
from idp.values.secrets import TotpSecret


def provisioning_uri(issuer_name: str, account: str, secret: TotpSecret, parameters: TotpParameters) -> str:
    """`otpauth://totp/{issuer}:{account}?secret=…&issuer={issuer}`, defaults left out, since some apps choke on them.

    Raises ValueError when nothing printable is left of a name.
    """
    issuer = _encoded(issuer_name)
    # Apps disagree on whether the prefix or the parameter counts, so both say the same, byte for byte.
    uri = f"otpauth://totp/{issuer}:{_encoded(account)}?secret={secret.expose()}&issuer={issuer}"
    if parameters.algorithm != DEFAULT.algorithm:
        uri += f"&algorithm={parameters.algorithm}"
    if parameters.digits != DEFAULT.digits:
        uri += f"&digits={parameters.digits}"
    if parameters.period != DEFAULT.period:
        uri += f"&period={parameters.period}"
    return uri


def labelled(account: str, name: str) -> str:
    """The account as one of several apps shows it: `alice (work phone)`; without a name, the account alone.

    Apps know their entries by issuer and account: two with the same label would overwrite each other.
    """
    return f"{account} ({name})" if name else account


def manual_key(secret: TotpSecret) -> str:
    """The secret in groups of 4, for typing; apps ignore the spaces."""
    text = secret.expose()
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def _encoded(name: str) -> str:
    # A second colon makes FreeOTP refuse the label; a space must be %20, which apps show as "+" otherwise.
    kept = "".join(character for character in name if character != ":" and unicodedata.category(character)[0] != "C")
    kept = " ".join(kept.split())
    if not kept:
        raise ValueError("nothing is left of a name for the authenticator app")
    return quote(kept, safe="@")
