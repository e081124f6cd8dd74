"""Every job: its name, how often it runs, what it does."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from idp.usecases.grace_reminders import remind
from idp.usecases.housekeeping import purge_expired
from idp.usecases.key_rotation import advance
from idp.usecases.services import Services


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """`run` gets the instant of its claim; it must bear being run twice."""

    name: str
    every: timedelta
    run: Callable[[Services, datetime], Awaitable[object]]


JOBS = (
    Job(name="purge", every=timedelta(minutes=10), run=purge_expired),
    Job(name="key_rotation", every=timedelta(hours=1), run=advance),
    Job(name="grace_reminders", every=timedelta(hours=1), run=remind),
)
