"""What the supervisor's children run: a worker, the jobs, the demo's relying app. Never called by people."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Sequence

from idp.commands.complaint import complain
from idp.composition import CANNOT_START
from idp.server.supervisor import CANNOT_START as EXIT_CANNOT_START
from idp.settings import Settings
from idp.telemetry import configure_logging


def run(arguments: Sequence[str]) -> None:
    """Become the child that the first argument names; what follows are numbers of sockets."""
    name, *numbers = arguments
    kinds: dict[str, Callable[[Sequence[int]], None]] = {"worker": worker, "jobs": jobs, "relying-party": relying_party}
    try:
        kinds[name]([int(number) for number in numbers])
    except CANNOT_START as error:
        complain(str(error))
        sys.exit(EXIT_CANNOT_START)


def worker(fds: Sequence[int]) -> None:
    """Serve the provider on these sockets."""
    from idp.commands.provider import serve_provider  # noqa: PLC0415 - the other children need no web

    serve_provider(_settings(), fds)


def jobs(_: Sequence[int]) -> None:
    """Run scheduled work until told to stop."""
    with asyncio.Runner() as runner:
        runner.run(_jobs(_settings()))


def relying_party(fds: Sequence[int]) -> None:
    """Serve the demo's relying app on these sockets."""
    from idp.demo.party import serve_party  # noqa: PLC0415 - only the demo has one

    serve_party(os.environ, fds)


async def _jobs(settings: Settings) -> None:
    from idp.commands.patience import patiently  # noqa: PLC0415 - as above
    from idp.jobs.runner import run_forever  # noqa: PLC0415

    async def work() -> None:
        async with patiently(settings) as services:
            await run_forever(services)

    task = asyncio.create_task(work())
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    await asyncio.wait([task])
    if not task.cancelled():
        task.result()


def _settings() -> Settings:
    settings = Settings.load(os.environ)
    configure_logging(settings.log_level)
    return settings
