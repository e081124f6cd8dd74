"""The provider's metadata, once for the config plan and once for the dynamic one."""

from __future__ import annotations

from tests.certification.discovery import check_answer, check_dynamic, check_flows, check_metadata
from tests.certification.modules import module
from tests.certification.plans import Run
from tests.certification.suite import WELL_KNOWN, Suite


@module("oidcc-discovery-endpoint-verification")
async def test_oidcc_discovery_endpoint_verification(suite: Suite, run: Run) -> None:
    """OIDC Discovery 3 and 4."""
    url = suite.issuer + WELL_KNOWN
    found = check_answer(await suite.http.get(url))
    check_metadata(found, url)
    check_flows(found, legacy=run.legacy)
    await suite.jwks()
    if run.dynamic:
        check_dynamic(found)
