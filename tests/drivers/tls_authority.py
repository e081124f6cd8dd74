"""A certificate authority for one test run: made in memory, trusted by nobody who is not handed its file.

    authority = Authority.made(tmp_path)
    tls = authority.leaf("localhost")                  # a certificate and its key, for `serving(app, sockets, tls=tls)`
    client = httpx2.AsyncClient(verify=authority.trusting())
    settings = Settings(…, fetch_ca_file=authority.certificate)

Certificates are judged by the machine's clock, whatever clock the provider under test goes by.
"""

from __future__ import annotations

import ipaddress
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

from idp.server.tls import Tls

DAY = timedelta(days=1)
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """One CA, whose certificate is a PEM file in its folder."""

    folder: Path
    key: EllipticCurvePrivateKey
    root: x509.Certificate

    @classmethod
    def made(cls, folder: Path) -> Self:
        """A new one; the folder is there already."""
        key, name = generate_private_key(SECP256R1()), _named("Authority of a test run")
        root = (
            _valid_now(x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number()))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs=True), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .sign(key, SHA256())
        )
        made = cls(folder=folder, key=key, root=root)
        made.certificate.write_bytes(root.public_bytes(Encoding.PEM))
        return made

    @property
    def certificate(self) -> Path:
        """What a client that trusts this authority is handed."""
        return self.folder / "authority.pem"

    def leaf(self, *hosts: str, name: str = "leaf") -> Tls:
        """A certificate for these host names and addresses (all of the loopback where none is named), and its key."""
        key = generate_private_key(SECP256R1())
        names = x509.SubjectAlternativeName([_general_name(host) for host in hosts or LOOPBACK])
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        builder = x509.CertificateBuilder(
            self.root.subject, _named(name), key.public_key(), x509.random_serial_number()
        )
        made = (
            _valid_now(builder)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(names, critical=False)
            .add_extension(issuer, critical=False)
            .sign(self.key, SHA256())
        )
        files = Tls(certificate=self.folder / f"{name}.pem", key=self.folder / f"{name}.key")
        files.certificate.write_bytes(made.public_bytes(Encoding.PEM))
        files.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return files

    def trusting(self) -> ssl.SSLContext:
        """A client's context that trusts this authority and no other."""
        return ssl.create_default_context(cafile=str(self.certificate))


def _named(words: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, words)])


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _valid_now(builder: x509.CertificateBuilder) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return builder.not_valid_before(now - DAY).not_valid_after(now + DAY)


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )
