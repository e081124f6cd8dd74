"""Logs and metrics: one JSON object per line on stderr, secrets taken out on the way; counters for /metrics.

Owns how something is logged, not what. What an auditor asks about is a security event and no log line.
"""

import logging
import re
import sys
from collections.abc import Mapping, Sequence
from typing import TextIO

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from structlog.typing import EventDict, Processor, WrappedLogger

HIDDEN = "…"
METRICS_TYPE = CONTENT_TYPE_LATEST

SECRET_NAMES = frozenset(
    {
        "access_token",
        "authorization",
        "assertion",
        "client_assertion",
        "client_secret",
        "code",
        "code_challenge",
        "code_verifier",
        "cookie",
        "csrf",
        "id_token",
        "id_token_hint",
        "login_hint",
        "new_password",
        "nonce",
        "password",
        "recovery_code",
        "refresh_token",
        "secret",
        "session",
        "set-cookie",
        "state",
        "token",
        "username",
    }
)
"""Names of parameters, headers and fields whose values never stand in a log: secrets, and what names a person."""

_IN_TEXT = re.compile(
    r"(?i)\b(" + "|".join(sorted(map(re.escape, SECRET_NAMES), key=len, reverse=True)) + r")=[^&\s\"'<>]+"
)
_CREDENTIALS = re.compile(r"(?i)\b(Basic|Bearer|DPoP)\s+[A-Za-z0-9._~+/=-]+")
_URL_PASSWORD = re.compile(r"(?<=://)([^/\s:@]*):[^/\s@]+@")
_JWT = re.compile(r"\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.?[A-Za-z0-9_-]*")


def scrubbed(value: object, name: str = "") -> object:
    """The same value without secrets, at any depth; types that mask themselves stay masked."""
    if name.lower() in SECRET_NAMES:
        return HIDDEN
    if isinstance(value, str):
        return _scrubbed_text(value)
    if isinstance(value, bytes | bytearray):
        return HIDDEN
    if isinstance(value, Mapping):
        return {str(key): scrubbed(each, str(key)) for key, each in value.items()}
    if isinstance(value, Sequence | frozenset | set):
        return [scrubbed(each) for each in value]
    return value if isinstance(value, int | float | None) else _scrubbed_text(repr(value))


def _scrubbed_text(text: str) -> str:
    text = _IN_TEXT.sub(rf"\1={HIDDEN}", text)
    text = _CREDENTIALS.sub(rf"\1 {HIDDEN}", text)
    return _JWT.sub(HIDDEN, _URL_PASSWORD.sub(rf"\1:{HIDDEN}@", text))


def scrub(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """The processor: last before the line is written, so that nothing is added after it."""
    return {name: scrubbed(value, name) for name, value in event.items()}


def configure_logging(level: str, stream: TextIO | None = None) -> None:
    """Once, at the start of a process. uvicorn's and asyncio's lines come out in the same shape."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *shared],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, scrub, _as_json],
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "asyncio"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], True
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


# Control characters are escaped by JSON itself, so that nothing typed by a person can forge a line (ASVS 16.4.1).
_as_json = structlog.processors.JSONRenderer(ensure_ascii=False)


class Metrics:
    """The counters of one process, each process its own. Labels never hold anything that a request chose."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "idp_http_requests", "Requests answered", ("route", "method", "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "idp_http_request_seconds",
            "Time to answer",
            ("route",),
            buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
            registry=self.registry,
        )
        self.unavailable = Counter(
            "idp_unavailable", "Requests refused with 503, by what was missing", ("what",), registry=self.registry
        )
        self.tokens = Counter(
            "idp_tokens", "Answers of the token endpoint with tokens", ("grant_type",), registry=self.registry
        )
        self.tokens_refused = Counter(
            "idp_tokens_refused", "Codes and refresh tokens refused, by reason", ("reason",), registry=self.registry
        )
        self.clients_refused = Counter(
            "idp_client_authentication_failures",
            "Clients that did not prove themselves",
            ("endpoint",),
            registry=self.registry,
        )
        self.cache_trusted = Gauge(
            "idp_configuration_cache_trusted", "1 while changes are heard of, 0 while deaf", registry=self.registry
        )
        self.outbox_waiting = Gauge(
            "idp_outbox_waiting",
            "What is still to be told to others",
            registry=self.registry,
        )
        self.outbox_given_up = Gauge(
            "idp_outbox_given_up", "What could not be told in the last days", registry=self.registry
        )
        self.statements = Gauge("idp_database_statements", "Statements sent so far", registry=self.registry)

    def exposition(self) -> bytes:
        """What /metrics answers, of the type METRICS_TYPE."""
        return generate_latest(self.registry)
