"""The settings: what must be known before the database is open. Everything else is configuration in the database.

They come from `IDP_…` variables, then from the TOML file that IDP_CONFIG names (`issuer = "…"`, lower case, no prefix).
A secret may stand in a file that `IDP_…_FILE` names. An unknown name stops the start, since it is a misspelt one.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, PlainSerializer, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from idp.values.issuer import Issuer
from idp.values.secrets import DatabaseUrl, SmtpUrl

PREFIX = "IDP_"
CONFIG = "IDP_CONFIG"
_SECRETS = ("database_url", "database_owner_url", "smtp_url")


class SettingsError(Exception):
    """What is wrong, one line per setting; never shows a value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where to listen."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: object) -> Self:
        """`127.0.0.1:8000`, `[::1]:8000` or `:8000` (every address of this machine)."""
        if isinstance(text, cls):
            return text
        host, colon, port = str(text).rpartition(":")
        if not colon or not port.isascii() or not port.isdigit() or int(port) > 65535:  # noqa: PLR2004 - RFC 9293 3.1
            raise ValueError("must be HOST:PORT")
        return cls(host=host.removeprefix("[").removesuffix("]") or "::", port=int(port))


def _issuer(text: object) -> Issuer:
    return text if isinstance(text, Issuer) else Issuer.parse(str(text))


def _database_url(text: object) -> DatabaseUrl:
    if isinstance(text, DatabaseUrl):
        return text
    parts = urlsplit(str(text))
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ValueError("must be a URL such as postgresql://user:password@host/database")
    return DatabaseUrl(str(text))


_SMTP_URL = "must be a URL such as smtp://user:password@host:587, or smtps:// for TLS from the first octet on"


def _smtp_url(text: object) -> SmtpUrl:
    if isinstance(text, SmtpUrl):
        return text
    try:
        parts = urlsplit(str(text))
        port_fits = parts.port != 0  # raises where it is no number
    except ValueError:
        raise ValueError(_SMTP_URL) from None
    no_more = parts.path in {"", "/"} and not parts.query and not parts.fragment
    login_is_whole = bool(parts.username) == bool(parts.password)
    if parts.scheme not in {"smtp", "smtps"} or not (parts.hostname and port_fits and no_more and login_is_whole):
        raise ValueError(_SMTP_URL)
    return SmtpUrl(str(text))


def _mail_address(text: object) -> str:
    name, _, host = str(text).rpartition("@")
    if not name or not host or not str(text).isascii() or any(each in str(text) for each in ' <>,;:"\r\n'):
        raise ValueError("must be an address such as login@example.com")
    return str(text)


def _networks(value: object) -> object:
    parts = [part.strip() for part in value.split(",")] if isinstance(value, str) else value
    try:
        return tuple(ip_network(part) for part in parts if part) if isinstance(parts, list) else parts
    except ValueError:
        raise ValueError("must be addresses or networks such as 10.0.0.0/8, with commas between them") from None


PasswordHash = Literal["m=19456,t=2,p=1", "m=47104,t=1,p=1"]
"""The two cheapest of the OWASP parameter sets for argon2id that we allow; the first is the floor."""

_Url = Annotated[DatabaseUrl, BeforeValidator(_database_url), PlainSerializer(repr)]
_Smtp = Annotated[SmtpUrl, BeforeValidator(_smtp_url), PlainSerializer(repr)]
_MailAddress = Annotated[str, BeforeValidator(_mail_address)]
_Listen = Annotated[Address, BeforeValidator(Address.parse)]
_Networks = Annotated[tuple[IPv4Network | IPv6Network, ...], BeforeValidator(_networks)]


class Settings(BaseSettings):
    """Made by `load` at the start of a process; immutable."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", arbitrary_types_allowed=True, hide_input_in_errors=True
    )

    issuer: Annotated[Issuer, BeforeValidator(_issuer)] = Issuer("http://localhost:8000")
    """Of everything we sign, byte for byte; the default reaches nobody but this machine."""
    database_url: _Url | None = None
    """The server's role. Absent: an embedded PostgreSQL in the data folder."""
    database_owner_url: _Url | None = None
    """The schema's owner, for migrations. Absent: the server's URL, which `idp check` then complains about."""
    data_dir: Path = Path(".data")
    keys_dir: Path | None = None
    """Absent: `keys` in the data folder."""
    postgres_bin: Path | None = None
    """Folder of `postgres` and `initdb` for the embedded PostgreSQL. Absent: the first that fits."""
    listen: _Listen = Address(host="127.0.0.1", port=8000)
    metrics_listen: _Listen | None = None
    """Absent: /metrics is not served."""
    workers: Annotated[int, Field(ge=1, le=64)] = 1
    trusted_proxies: _Networks = ()
    """Whose X-Forwarded-For is believed."""
    tls_cert: Path | None = None
    tls_key: Path | None = None
    smtp_url: _Smtp | None = None
    """Where mails are handed over. Absent: nobody is written to."""
    smtp_from: _MailAddress | None = None
    """Whom mails come from."""
    fetch_ca_file: Path | None = None
    """Authorities trusted beside the system's when documents of clients are fetched and mails are sent, in PEM."""
    geoip_file: Path | None = None
    """Says where addresses are, in MaxMind's format. Absent: no page and no mail names a place."""
    password_hash: PasswordHash = "m=19456,t=2,p=1"
    hash_queue: Annotated[int, Field(ge=1, le=10_000)] = 64
    """Password checks that may wait in one worker; beyond it the answer is 503."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the signature is pydantic's
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Nothing behind our back: `load` is given the environment."""
        return (init_settings,)

    @classmethod
    def load(cls, environ: Mapping[str, str]) -> Self:
        """Raises SettingsError."""
        values = _of_file(environ[CONFIG]) if CONFIG in environ else {}
        values |= _of_environment(environ)
        for name in _SECRETS:
            _read_secret(values, name)
        try:
            settings = cls.model_validate(values)
        except ValidationError as error:
            raise SettingsError("\n".join(map(_line, error.errors(include_url=False, include_input=False)))) from None
        if (settings.tls_cert is None) != (settings.tls_key is None):
            raise SettingsError("IDP_TLS_CERT and IDP_TLS_KEY: set both or neither")
        if (settings.smtp_url is None) != (settings.smtp_from is None):
            raise SettingsError("IDP_SMTP_URL and IDP_SMTP_FROM: set both or neither")
        return settings

    @property
    def metrics_are_public(self) -> bool:
        """Whether a worker's port for metrics, counted up from the one named, is that on which everybody comes in."""
        named = self.metrics_listen
        return named is not None and 0 <= self.listen.port - named.port < self.workers and named.port > 0

    @property
    def keys_folder(self) -> Path:
        """Where the root keys are."""
        return self.keys_dir or self.data_dir / "keys"

    @property
    def postgres_folder(self) -> Path:
        """Where the embedded PostgreSQL lives."""
        return self.data_dir / "postgres"


def _of_environment(environ: Mapping[str, str]) -> dict[str, object]:
    names = (name for name in environ if name.startswith(PREFIX) and name != CONFIG)
    return {name.removeprefix(PREFIX).lower(): environ[name] for name in names if environ[name]}


def _of_file(path: str) -> dict[str, object]:
    try:
        with Path(path).open("rb") as file:
            return tomllib.load(file)
    except OSError as error:
        raise SettingsError(f"{CONFIG}: cannot read {path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise SettingsError(f"{CONFIG}: {path} is no TOML file") from None


def _read_secret(values: dict[str, object], name: str) -> None:
    path = values.pop(f"{name}_file", None)
    if path is None:
        return
    if name in values:
        raise SettingsError(f"{_shown(name)} and {_shown(name)}_FILE: set one of them")
    try:
        values[name] = Path(str(path)).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingsError(f"{_shown(name)}_FILE: cannot read the file: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{_shown(name)}_FILE: the file holds no text") from None


def _line(error: ErrorDetails) -> str:
    """Without the value, which may be a secret set under a wrong name."""
    name = str(error["loc"][0])
    if error["type"] == "extra_forbidden":
        return f"{_shown(name)}: there is no such setting"
    return f"{_shown(name)}: {error['msg'].removeprefix('Value error, ')}"


def _shown(name: str) -> str:
    return PREFIX + name.upper()


def names() -> Iterator[str]:
    """Every setting as the environment spells it."""
    yield from map(_shown, Settings.model_fields)
