"""`make bench`: prints CPU-milliseconds and requests per second of each operation, start times and memory.

python -m bench [--workers 1,2] [--rounds 3] [--only silent] [--memory]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench import operations
from bench.load import Operation, run
from bench.population import Population, populate
from bench.stand import Stand

CONNECTIONS = 8
PEOPLE = 1300
PASSKEYS_FROM = 700
"""The people before have none."""
SIGNED_IN = 32
MEMORY_ROUNDS = ("client_credentials (ES256)", "userinfo", "introspection", "jwks")
MEMORY_REQUESTS = 25_000
"""Of each of these, so 100,000 in all."""
ONE_TICK_MS = 0.5
"""Less is what the operating system's clock ticks put down to a thread that did nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What one round of an operation cost."""

    name: str
    server_ms: float
    database_ms: float
    hash_ms: float
    """Of password hashes; not in `server_ms`."""
    per_second: float

    @property
    def both(self) -> float:
        """Server and database, beside the hash."""
        return self.server_ms + self.database_ms


def line(rows: list[Row]) -> str:
    """The median round, and what the best one cost: the two differ as much as the machine is busy with other things."""
    by_cost = sorted(rows, key=lambda row: row.both)
    row = by_cost[len(by_cost) // 2]
    figures = f"{row.server_ms:7.3f} {row.database_ms:9.3f} {row.both:7.3f} {by_cost[0].both:7.3f}"
    hashing = f"  and {row.hash_ms:.1f} ms of argon2id" if row.hash_ms > ONE_TICK_MS else ""
    return f"{row.name:42} {figures} {row.per_second:8.0f}  {'▇' * min(40, round(row.both * 8))}{hashing}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An operation, how often it runs in a round, and over how many connections."""

    name: str
    count: int
    operation: Callable[[int], Operation]
    """Of the number of the round, since some things can be done once only."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="bench", description="CPU per operation of server and database")
    parser.add_argument("--workers", default="1,2")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="")
    parser.add_argument("--memory", action="store_true", help="100,000 requests, and memory before and after")
    asked = parser.parse_args()
    print(f"{datetime.now(UTC):%Y-%m-%d}  {_machine()}")
    for workers in map(int, asked.workers.split(",")):
        _measure(workers, asked.rounds, asked.only, memory=asked.memory)


def _measure(workers: int, rounds: int, only: str, *, memory: bool) -> None:
    with Stand(workers) as stand:
        cold = stand.start()
        stand.stop()
        warm = stand.start()
        idle = max(stand.worker_memory())
        print(f"\n{workers} worker(s): cold start {cold:.2f} s, warm {warm:.2f} s, idle memory {idle:.0f} MB a worker")
        print(f"{'CPU ms per operation':42} {'server':>7} {'database':>9} {'both':>7} {'best':>7} {'per s':>8}")
        population = asyncio.run(populate(stand.environ, PEOPLE, PASSKEYS_FROM))
        cases = asyncio.run(_cases(stand, population, rounds))
        for case in cases:
            if only in case.name:
                print(line(_rows(stand, case, rounds)), flush=True)
        if memory:
            _memory(stand, cases)


def _memory(stand: Stand, cases: list[Case]) -> None:
    print(f"memory of a worker before: {max(stand.worker_memory()):.1f} MB")
    for name in MEMORY_ROUNDS:
        operation = next(case.operation(0) for case in cases if case.name == name)
        asyncio.run(run(stand.issuer, operation, MEMORY_REQUESTS, CONNECTIONS))
        print(f"after {MEMORY_REQUESTS} further requests ({name}): {max(stand.worker_memory()):.1f} MB", flush=True)


async def _cases(stand: Stand, population: Population, rounds: int) -> list[Case]:
    apps = population.apps
    here = await operations.signed_in(stand.issuer, population, apps["es256"], 0, SIGNED_IN)
    rotating = await operations.signed_in(
        stand.issuer, population, apps["rotating"], SIGNED_IN, CONNECTIONS * (rounds + 1)
    )
    first, each = SIGNED_IN + CONNECTIONS * (rounds + 1), 150

    def turning(turn: int) -> Operation:
        mine = rotating.refresh_tokens[turn * CONNECTIONS : (turn + 1) * CONNECTIONS]
        return operations.refresh(apps["rotating"], mine)

    def signing_in(turn: int) -> Operation:
        begin = first + turn * each
        return operations.full(apps["es256"], population.people[begin : begin + each])

    def signing_in_by_passkey(turn: int) -> Operation:
        begin = PASSKEYS_FROM + turn * each
        return operations.full_by_passkey(apps["es256"], population.people[begin : begin + each])

    async_table: list[tuple[str, int, Callable[[int], Operation]]] = [
        ("discovery", 3000, lambda _: operations.plain_get("/.well-known/openid-configuration")),
        ("jwks", 3000, lambda _: operations.plain_get("/jwks")),
        ("client_credentials (ES256)", 3000, lambda _: operations.client_credentials(apps["machine"])),
        ("client_credentials, ES256 assertion", 3000, lambda _: operations.client_credentials(apps["machine-es256"])),
        ("client_credentials, RS256 assertion", 3000, lambda _: operations.client_credentials(apps["machine-rs256"])),
        ("refresh, without rotation (ES256)", 2000, lambda _: operations.refresh(apps["es256"], here.refresh_tokens)),
        ("refresh, with rotation (ES256)", 2000, turning),
        ("userinfo", 3000, lambda _: operations.userinfo(here.access_tokens)),
        ("introspection", 3000, lambda _: operations.introspection(apps["es256"], here.access_tokens)),
        ("silent authorize + code (ES256)", 1000, lambda _: operations.silent(apps["es256"], here)),
        ("silent authorize + code (RS256)", 1000, lambda _: operations.silent(apps["rs256"], here)),
        ("silent authorize + code, ES256 assertion", 1000, lambda _: operations.silent(apps["asserting-es256"], here)),
        ("silent authorize + code, RS256 assertion", 1000, lambda _: operations.silent(apps["asserting-rs256"], here)),
        ("full sign-in: password + app code", each, signing_in),
        ("full sign-in: passkey", each, signing_in_by_passkey),
    ]
    return [Case(name=name, count=count, operation=operation) for name, count, operation in async_table]


def _rows(stand: Stand, case: Case, rounds: int) -> list[Row]:
    """Every round but the first, which warms up."""
    return [_once(stand, case, turn) for turn in range(rounds + 1)][1:]


def _once(stand: Stand, case: Case, turn: int) -> Row:
    operation = case.operation(turn)
    before, begun = stand.cpu(), time.perf_counter()
    asyncio.run(run(stand.issuer, operation, case.count, CONNECTIONS))
    elapsed = time.perf_counter() - begun
    used = stand.cpu().since(before)
    return Row(
        name=case.name,
        server_ms=used.server * 1000 / case.count,
        database_ms=used.database * 1000 / case.count,
        hash_ms=used.hashing * 1000 / case.count,
        per_second=case.count / elapsed,
    )


def _machine() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{models[0] if models else platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"


if __name__ == "__main__":
    main()
