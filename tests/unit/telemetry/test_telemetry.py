"""Logs: one JSON object per line, nothing secret in it, and no line that somebody else could forge."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from idp.telemetry import Metrics, configure_logging, scrubbed
from idp.values.secrets import Password

CANARY = "canary-0123456789"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What is logged; the logging of the test run is put back afterwards."""
    root = logging.getLogger()
    before = (list(root.handlers), root.level)
    stream = io.StringIO()
    configure_logging("info", stream)
    yield stream
    structlog.reset_defaults()
    root.handlers, root.level = before


def last(stream: io.StringIO) -> dict[str, object]:
    line: dict[str, object] = json.loads(stream.getvalue().splitlines()[-1])
    return line


@pytest.mark.parametrize(
    "fields",
    [
        {"password": CANARY},
        {"Authorization": f"Basic {CANARY}"},
        {"headers": {"Cookie": f"session={CANARY}"}},
        {"nested": [{"client_secret": CANARY}]},
        {"url": f"https://app.example/cb?code={CANARY}&state={CANARY}"},
        {"body": f"grant_type=refresh_token&refresh_token={CANARY}"},
        {"header": f"Bearer {CANARY}"},
        {"dsn": f"postgresql://idp:{CANARY}@db/idp"},
        {"jwt": f"eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.{CANARY}"},
        {"typed": Password(CANARY)},
        {"octets": CANARY.encode()},
        {"failure": ValueError(f"no such code={CANARY}")},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_no_secret_reaches_a_log(lines: io.StringIO, fields: dict[str, object]) -> None:
    """ASVS 16.2.5."""
    structlog.get_logger("idp.test").warning("something happened", **fields)
    assert CANARY not in lines.getvalue()
    assert last(lines)["event"] == "something happened"


def test_no_secret_reaches_a_log_by_way_of_a_traceback_or_another_library(lines: io.StringIO) -> None:
    try:
        raise ValueError(f"https://app.example/cb?code={CANARY}")
    except ValueError:
        structlog.get_logger("idp.test").exception("failed")
    logging.getLogger("uvicorn.error").warning("GET /cb?code=%s", CANARY)
    logging.getLogger("asyncio").error("lost %s", f"Bearer {CANARY}", extra={"cookie": CANARY})
    assert CANARY not in lines.getvalue()
    assert len(lines.getvalue().splitlines()) == 3


def test_a_line_says_when_where_from_and_for_which_request(lines: io.StringIO) -> None:
    with structlog.contextvars.bound_contextvars(request_id="r-1"):
        structlog.get_logger("idp.test").info("done", count=3, ratio=0.5, none=None)
    line = last(lines)
    assert line["timestamp"]
    del line["timestamp"]
    assert line == {
        "event": "done",
        "level": "info",
        "logger": "idp.test",
        "request_id": "r-1",
        "count": 3,
        "ratio": 0.5,
        "none": None,
    }


def test_other_libraries_come_out_in_the_same_shape(lines: io.StringIO) -> None:
    logging.getLogger("uvicorn.error").warning("shutting %s", "down")
    line = last(lines)
    assert (line["event"], line["level"], line["logger"]) == ("shutting down", "warning", "uvicorn.error")


def test_nobody_can_forge_a_line(lines: io.StringIO) -> None:
    """ASVS 16.4.1: control characters are escaped."""
    structlog.get_logger("idp.test").info("typed", text='x\r\n{"event": "forged"}\x1b[2J')
    assert len(lines.getvalue().splitlines()) == 1
    assert "\x1b" not in lines.getvalue()


def test_what_is_below_the_level_is_not_written(lines: io.StringIO) -> None:
    structlog.get_logger("idp.test").debug("details")
    assert lines.getvalue() == ""


def test_numbers_and_plain_text_are_left_alone() -> None:
    assert scrubbed({"count": 3, "text": "all well", "list": ["a", 1]}) == {
        "count": 3,
        "text": "all well",
        "list": ["a", 1],
    }


def test_metrics_are_counted_for_each_process_by_itself() -> None:
    first, second = Metrics(), Metrics()
    first.requests.labels("token", "POST", "200").inc()
    assert b'idp_http_requests_total{method="POST",route="token",status="200"} 1.0' in first.exposition()
    assert b'route="token"' not in second.exposition()
