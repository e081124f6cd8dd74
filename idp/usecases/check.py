"""The doctor: looks at settings, database, keys, policy and clients, changes nothing, and says what is wrong."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from idp.authenticators.totp import DEFAULT, TotpParameters
from idp.directory.permissions import Permission
from idp.keystore.keyring import KeyState, PublishedKey
from idp.oidc.client import Client
from idp.oidc.response_type import ResponseType
from idp.outbound.smtp import MailFailed
from idp.settings import Settings
from idp.storage import clients, inspection, keys, outbox, policy_rules
from idp.storage.config_values import ConfigValues
from idp.storage.database import POOL_SIZE
from idp.storage.inspection import Inspection
from idp.storage.policy_rules import ListedExemption
from idp.usecases.key_rotation import SCHEDULE
from idp.usecases.keys import FROM_THE_START
from idp.usecases.services import Services
from idp.values.issuer import LOOPBACK

READING = Permission.SERVICE_READ

LATE = timedelta(hours=1)
MAILS_LATELY = timedelta(days=1)
COMMANDS = 5  # connections left for commands and for the migration of the next version


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked at; only `error` keeps the service from doing its work or doing it safely."""

    level: Literal["ok", "warn", "error"]
    subject: str
    words: str


def ok(subject: str, words: str) -> Finding:
    """All is well."""
    return Finding(level="ok", subject=subject, words=words)


def warn(subject: str, words: str) -> Finding:
    """It works, and somebody should look at it."""
    return Finding(level="warn", subject=subject, words=words)


def error(subject: str, words: str) -> Finding:
    """It does not work, or not safely."""
    return Finding(level="error", subject=subject, words=words)


def of_settings(settings: Settings) -> Iterator[Finding]:
    """What can be said before the database is open."""
    yield _issuer(settings)
    yield _proxies(settings)
    if settings.metrics_are_public:
        yield error("metrics", "would be served on the public port; IDP_METRICS_LISTEN needs a port per worker")
    elif settings.metrics_listen and settings.metrics_listen.host not in LOOPBACK:
        yield warn("metrics", "are served beyond this machine; let only the monitor reach that address")
    if settings.database_url is None:
        yield ok("database", "is the embedded PostgreSQL of the data folder")
    elif settings.database_owner_url is None:
        yield warn("database", "IDP_DATABASE_OWNER_URL is not set, so the server runs as the owner of its schema")


async def of_service(services: Services, at: datetime) -> list[Finding]:
    """What needs the database and the keys open, which they are: both were checked by opening them."""
    database = services.database
    found = await inspection.inspect(database, at - LATE)
    wanted = {*FROM_THE_START, *await keys.wanted_algorithms(database)}
    values = (await services.configuration(fresh=True)).values
    listed = [client for client in await clients.listed(database) if client.active]
    contact = None if values.support_contact else "people who lost phone and codes are told nobody to ask"
    return [
        ok("root keys", f"{services.sealer.active_id} seals, and every key that the database needs is there"),
        _signing(await keys.published(database), wanted, at),
        _roles(found),
        _connections(found, services.settings),
        _policy(found),
        _clients(found, [client.client_id for client in listed if not client.pkce_required]),
        _app_codes(values.app_codes),
        _response_types(listed, legacy=values.legacy_response_types),
        _registration(values),
        _jobs(found),
        _logouts(found),
        await _mail(services, at),
        _exemptions(await policy_rules.exemptions(database), at),
        warn("support_contact", contact) if contact else ok("support_contact", "is set"),
    ]


def _issuer(settings: Settings) -> Finding:
    if not settings.issuer.secure:
        return warn("issuer", f"{settings.issuer} is http: it serves this machine and nobody else")
    return ok("issuer", str(settings.issuer))


def _proxies(settings: Settings) -> Finding:
    if any(network.prefixlen == 0 for network in settings.trusted_proxies):
        return error("proxies", "IDP_TRUSTED_PROXIES trusts every address, so anybody can forge theirs")
    if settings.issuer.secure and not settings.tls_cert and not settings.trusted_proxies:
        return warn(
            "proxies",
            "https without IDP_TLS_CERT needs a proxy; while it is not in IDP_TRUSTED_PROXIES, all people"
            " count as one source",
        )
    return ok("proxies", ", ".join(map(str, settings.trusted_proxies)) or "none are trusted")


def _signing(published: Iterable[PublishedKey], wanted: Iterable[str], at: datetime) -> Finding:
    active = {key.alg: key for key in published if key.state is KeyState.ACTIVE}
    missing = sorted(set(wanted) - active.keys())
    if missing:
        return error("signing keys", f"none is active for {', '.join(missing)}")
    latest = SCHEDULE.every + SCHEDULE.publish_ahead + LATE
    old = sorted(alg for alg, key in active.items() if key.activated_at and key.activated_at < at - latest)
    if old:
        return warn("signing keys", f"the rotation of {', '.join(old)} is late")
    return ok("signing keys", f"are active for {', '.join(sorted(active))}")


def _roles(found: Inspection) -> Finding:
    if not found.roles_are_separate:
        return warn("roles", "the server's role can rewrite security events; give the schema an owner of its own")
    return ok("roles", "the server's role cannot rewrite security events")


def _connections(found: Inspection, settings: Settings) -> Finding:
    needed = (settings.workers + 1) * (POOL_SIZE + 1) + COMMANDS
    words = f"{settings.workers} workers and the jobs may need {needed} of {found.connections}"
    return ok("connections", words) if needed <= found.connections else error("connections", words)


def _policy(found: Inspection) -> Finding:
    if not found.second_factor_by_default:
        return warn("policy", "the server asks nobody for a second factor; only other rules do")
    return ok("policy", "the server asks everybody for a second factor")


def _clients(found: Inspection, without_pkce: list[str]) -> Finding:
    if found.unbound_clients:
        names = ", ".join(found.unbound_clients)
        return warn("clients", f"{names}: uses neither PKCE nor nonce, so that a stolen code can be injected")
    if without_pkce:
        return ok(
            "clients", f"PKCE is not demanded of {', '.join(without_pkce)}; each code was bound by one or the other"
        )
    return ok("clients", "PKCE is demanded of all")


def _app_codes(codes: TotpParameters) -> Finding:
    if codes == DEFAULT:
        return ok("app codes", "are of the kind that every authenticator app makes")
    kind = f"{codes.algorithm}, {codes.digits} digits, {codes.period} s"
    return warn("app codes", f"{kind}: many apps make SHA1, 6 digits, 30 s whatever they are told, and fail to set up")


def _response_types(listed: Iterable[Client], *, legacy: bool) -> Finding:
    subject, front = "response types", {each for each in ResponseType if each.front_channel}
    names = ", ".join(client.client_id for client in listed if front.intersection(client.metadata.response_types))
    if legacy:
        return warn(subject, f"legacy_response_types is on: tokens pass through browsers for {names or 'no app yet'}")
    if names:
        return warn(subject, f"{names}: registered for some that are refused while legacy_response_types is off")
    return ok(subject, "only codes pass through browsers")


def _registration(values: ConfigValues) -> Finding:
    if values.open_registration:
        return warn("registration", "open_registration lets anybody register apps; limit /register in the proxy")
    return ok("registration", "apps register by leave of an initial access token")


def _jobs(found: Inspection) -> Finding:
    if found.late_jobs:
        return warn("jobs", f"{', '.join(found.late_jobs)} was due over an hour ago; is the service running?")
    return ok("jobs", "none is late")


def _logouts(found: Inspection) -> Finding:
    if found.unreached_clients:
        names = ", ".join(found.unreached_clients)
        return warn("logouts", f"{names} could not be told that people signed out; see: idp session logouts --failed")
    return ok("logouts", "every app that is to be told of sign-outs can be reached")


async def _mail(services: Services, at: datetime) -> Finding:
    if services.mailer is None:
        return warn("mail", "IDP_SMTP_URL is not set, so nobody is told what happens to their account")
    server = f"{services.mailer.host}:{services.mailer.port}"
    try:
        await services.mailer.greet()
    except MailFailed as failure:
        return error("mail", f"{server} takes none: {failure.fault.value}")
    lately = await outbox.mails_since(services.database, at - MAILS_LATELY)
    if lately.failed or lately.stuck:
        return warn("mail", f"of the last day's mails {lately.failed} were given up, {lately.stuck} are tried again")
    return ok("mail", f"{server} takes them; {lately.sent} were sent in the last day")


def _exemptions(exemptions: Iterable[ListedExemption], at: datetime) -> Finding:
    over = [exemption.username for exemption in exemptions if exemption.until <= at]
    if over:
        return warn("exemptions", f"over, and still listed: {', '.join(over)}")
    return ok("exemptions", "all are live")
