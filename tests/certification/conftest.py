"""Fixtures of the certification modules: two suites for each worker, and one flow for each run of a module."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.certification.flow import Flow
from tests.certification.plans import Run
from tests.certification.registration import unregister
from tests.certification.suite import Suite, running_suite
from tests.drivers.database import Cluster


@pytest.fixture(scope="session")
async def plain(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Suite]:
    """The provider with default settings."""
    async with running_suite(cluster, tmp_path_factory.mktemp("plain"), legacy=False) as suite:
        yield suite


@pytest.fixture(scope="session")
async def legacy(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Suite]:
    """The provider with the implicit and hybrid flows switched on."""
    async with running_suite(cluster, tmp_path_factory.mktemp("legacy"), legacy=True) as suite:
        yield suite


@pytest.fixture
def suite(request: pytest.FixtureRequest, run: Run) -> Suite:
    """The provider as the plan of this run wants it."""
    found = request.getfixturevalue("legacy" if run.legacy else "plain")
    assert isinstance(found, Suite)
    return found


@pytest.fixture
async def flow(suite: Suite, run: Run) -> AsyncIterator[Flow]:
    """The run: the next person, before a browser that nobody signed in with yet."""
    async with suite.browser() as browser:
        suite.site.received.clear()
        made = Flow(run=run, suite=suite, person=suite.next_person(), browser=browser)
        yield made
        for party in made.made:
            await unregister(suite, party)
