"""TLS at our own listener, for installations without a proxy in front. Certificates are made and renewed elsewhere."""

import ssl
from dataclasses import dataclass
from pathlib import Path


class TlsFailed(Exception):
    """The certificate or its key cannot be used; the message is one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """Files in PEM; the certificate is followed by its chain."""

    certificate: Path
    key: Path

    def context(self) -> ssl.SSLContext:
        """A server's context for TLS 1.2 and 1.3. Raises `TlsFailed`, so ask once before workers start."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        # RFC 9325 3.1.1 and 4.2: nothing older than 1.2, and there only forward secrecy with authenticated encryption.
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers("ECDHE+AESGCM:ECDHE+CHACHA20")
        try:
            # Without the callback a key with a passphrase would ask the terminal for it, and the start would hang.
            context.load_cert_chain(self.certificate, self.key, password=lambda: "")
        except FileNotFoundError as error:
            missing = next((path for path in (self.certificate, self.key) if not path.exists()), self.certificate)
            raise TlsFailed(f"cannot read {missing}: no such file") from error
        except OSError as error:
            cause = error.reason if isinstance(error, ssl.SSLError) and error.reason else error.strerror
            raise TlsFailed(f"cannot use {self.certificate} with {self.key}: {cause}") from error
        return context
