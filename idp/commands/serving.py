"""The plan that `serve` and `demo` hand to the supervisor: database, migrations, workers, jobs, and what else runs."""

import asyncio
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from idp.outbound.trust import trusted
from idp.server.listeners import Listeners, open_listeners
from idp.server.postgres import RunningPostgres
from idp.server.processes import Child
from idp.server.schema import prepared, require_root_keys, start_embedded
from idp.server.supervisor import Plan, supervise
from idp.server.tls import Tls
from idp.settings import Settings, SettingsError
from idp.usecases.places import Places

PREFER_OWN_SECONDS = 5.0
"""How long to wait for a command that owns the embedded database to end, so that the service does not rest on it."""

_OWNERS_ONLY = ("IDP_DATABASE_OWNER_URL", "IDP_DATABASE_OWNER_URL_FILE")


def _no_companions(_: Settings) -> Sequence[Child]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What is to run. The settings are read from `environ`, and so they are again in each child."""

    environ: Mapping[str, str]
    companions: Callable[[Settings], Sequence[Child]] = _no_companions
    """Further children; called once the database has its schema."""
    listeners: tuple[Listeners, ...] = ()
    """Of the companions."""
    ready: Callable[[Settings], None]
    """Called once everything serves."""
    report: Callable[[str], None] = lambda _: None
    """Takes a line about each migration that was applied."""


def serve(service: Service) -> int:
    """Run until told to stop; returns the exit status. Raises what cannot start, each with a message of one line."""
    settings = Settings.load(service.environ)
    if settings.tls_cert and settings.tls_key:
        Tls(certificate=settings.tls_cert, key=settings.tls_key).context()
    trusted(settings.fetch_ca_file)
    Places.open(settings.geoip_file)
    with ExitStack() as stack:
        host, port = settings.listen.host, settings.listen.port
        public = stack.enter_context(open_listeners(host, port, workers=settings.workers))
        metrics = tuple(stack.enter_context(each) for each in _metrics_listeners(settings))
        running = _Running(service=service, settings=settings, public=public, metrics=metrics)
        return supervise(running.plan())


def ready_line(settings: Settings) -> str:
    """Says where the service answers."""
    workers = "1 worker" if settings.workers == 1 else f"{settings.workers} workers"
    return f"idp serves {settings.issuer} on {settings.listen.host}:{settings.listen.port} with {workers}"


class _Running:
    """The callables of one plan, and the settings that it came to know."""

    def __init__(
        self, *, service: Service, settings: Settings, public: Listeners, metrics: tuple[Listeners, ...]
    ) -> None:
        self.service = service
        self.settings = settings
        self.public = public
        self.metrics = metrics

    def plan(self) -> Plan:
        embedded = self.settings.database_url is None
        return Plan(
            start_database=self._start_database if embedded else None,
            prepare=self._prepare,
            listeners=_together(self.public, *self.metrics, *self.service.listeners),
            ready=lambda: self.service.ready(self.settings),
        )

    def _start_database(self) -> RunningPostgres:
        return start_embedded(self.settings, prefer_own=PREFER_OWN_SECONDS)

    def _prepare(self, started: RunningPostgres | None) -> Sequence[Child]:
        with asyncio.Runner() as runner:
            now = datetime.now(UTC)  # composition has a clock, and all of the service, which the supervisor never loads
            preparing = prepared(self.settings, started, now, self.service.report)
            self.settings = runner.run(preparing)
            runner.run(require_root_keys(self.settings))
        workers = [self._worker(number) for number in range(self.settings.workers)]
        jobs = our_child("jobs", "jobs", env=self._environment())
        return [*workers, jobs, *self.service.companions(self.settings)]

    def _worker(self, number: int) -> Child:
        fds = (*self.public.fds(number), *(self.metrics[number].fds(0) if self.metrics else ()))
        env = self._environment()
        if self.metrics:
            # Counters are a process's own, so each worker answers for itself, on a port of its own.
            env["IDP_METRICS_LISTEN"] = f":{self.metrics[number].port}"
        child = our_child(f"worker-{number + 1}", "worker", *map(str, fds), env=env)
        return replace(child, pass_fds=fds, reports_ready=True)

    def _environment(self) -> dict[str, str]:
        """Everything but the owner's URL, which no child needs; and where the embedded database is."""
        env = {name: value for name, value in self.service.environ.items() if name not in _OWNERS_ONLY}
        embedded = Settings.load(self.service.environ).database_url is None
        if embedded and self.settings.database_url is not None:
            env["IDP_DATABASE_URL"] = self.settings.database_url.expose()
        return env


def our_child(name: str, *arguments: str, env: Mapping[str, str]) -> Child:
    """A child that runs this program; -P keeps the working folder off its import path."""
    return Child(name=name, argv=[sys.executable, "-P", "-m", "idp", *arguments], env=env)


def _metrics_listeners(settings: Settings) -> Iterator[Listeners]:
    """One per worker, on ports counted up from the one that the settings name. Raises SettingsError."""
    listen = settings.metrics_listen
    if listen is not None:
        if settings.metrics_are_public:
            raise SettingsError("IDP_METRICS_LISTEN: its ports, one per worker, must not be the one of IDP_LISTEN")
        for number in range(settings.workers):
            yield open_listeners(listen.host, listen.port and listen.port + number, workers=1)


def _together(*several: Listeners) -> Listeners:
    return Listeners(port=several[0].port, per_worker=tuple(group for each in several for group in each.per_worker))
