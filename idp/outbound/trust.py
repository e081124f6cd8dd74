"""Which certificates we believe when we call somebody: the system's authorities, and the operator's own beside them."""

import ssl
from functools import cache
from pathlib import Path

from idp.settings import SettingsError


@cache
def trusted(own: Path | None) -> ssl.SSLContext:
    """A client's context that checks certificate and host name; `own` is a PEM file. Raises SettingsError.

    Read once in a process, since the system's authorities take 30 ms.
    """
    context = ssl.create_default_context()
    if own is None:
        return context
    try:
        context.load_verify_locations(own)
    except OSError as error:
        cause = "it holds no certificate in PEM" if isinstance(error, ssl.SSLError) else error.strerror
        raise SettingsError(f"IDP_FETCH_CA_FILE: cannot use {own}: {cause}") from None
    return context
