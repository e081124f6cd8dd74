"""TLS at our own listener."""

import http.client
import socket
import ssl
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)

from idp.server.tls import Tls, TlsFailed
from tests.drivers.other_process import OtherProcess


def self_signed(folder: Path, encryption: KeySerializationEncryption | None = None) -> Tls:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    tls = Tls(certificate=folder / "certificate.pem", key=folder / "key.pem")
    tls.certificate.write_bytes(made.public_bytes(Encoding.PEM))
    tls.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption()))
    return tls


def handshake(tls: Tls, client: ssl.SSLContext) -> str | None:
    """The version agreed upon; None when there is no agreement."""
    ours, theirs = socket.socketpair()

    def answer() -> None:
        try:
            tls.context().wrap_socket(ours, server_side=True).close()
        except OSError:
            ours.close()

    server = threading.Thread(target=answer)
    server.start()
    try:
        with client.wrap_socket(theirs, server_hostname="localhost") as connection:
            return connection.version()
    except OSError:
        return None
    finally:
        theirs.close()
        server.join()


def trusting(tls: Tls, ciphers: str | None = None) -> ssl.SSLContext:
    client = ssl.create_default_context(cafile=tls.certificate)
    if ciphers is not None:
        client.maximum_version = ssl.TLSVersion.TLSv1_2
        client.set_ciphers(ciphers)
    return client


def test_a_client_of_today_gets_1_3_and_one_of_yesterday_1_2(tmp_path: Path) -> None:
    tls = self_signed(tmp_path)
    assert handshake(tls, trusting(tls)) == "TLSv1.3"
    assert handshake(tls, trusting(tls, "ECDHE+AESGCM")) == "TLSv1.2"


def test_ciphers_without_authenticated_encryption_are_refused(tmp_path: Path) -> None:
    """RFC 9325 4.2."""
    tls = self_signed(tmp_path)
    assert handshake(tls, trusting(tls, "ECDHE-ECDSA-AES128-SHA256")) is None


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    tls = self_signed(tmp_path)
    tls.key.unlink()
    with pytest.raises(TlsFailed, match=r"^cannot read .*key\.pem: no such file$"):
        tls.context()


def test_a_key_of_another_certificate_and_one_with_a_passphrase_are_refused_in_one_line(tmp_path: Path) -> None:
    """A passphrase would make the start ask a terminal that may not be there."""
    tls = self_signed(tmp_path)
    (tmp_path / "other").mkdir()
    other = self_signed(tmp_path / "other")
    with pytest.raises(TlsFailed, match=r"^cannot use .*KEY_VALUES_MISMATCH$"):
        Tls(certificate=tls.certificate, key=other.key).context()
    locked = self_signed(tmp_path, BestAvailableEncryption(b"passphrase"))
    with pytest.raises(TlsFailed, match=r"^cannot use .*key\.pem: .+$"):
        locked.context()


def test_a_worker_answers_over_tls(tmp_path: Path, other: Callable[[str], OtherProcess]) -> None:
    tls = self_signed(tmp_path)
    server = other(f"""
from pathlib import Path
from starlette.applications import Starlette
from idp.server.listeners import open_listeners
from idp.server.tls import Tls
from idp.server.worker import serve
tls = Tls(certificate=Path({str(tls.certificate)!r}), key=Path({str(tls.key)!r}))
with open_listeners("127.0.0.1", 0, workers=1) as listeners:
    say(listeners.port)
    serve(Starlette(), listeners.fds(0), tls=tls)
""")
    port = int(server.line())
    client = trusting(tls)
    client.check_hostname = False
    connection = http.client.HTTPSConnection("127.0.0.1", port, context=client, timeout=30)
    connection.request("GET", "/")
    assert connection.getresponse().status == 404
    connection.close()
