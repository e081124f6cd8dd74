"""Signing keys made once for this folder's tests: an RSA key costs 100 ms."""

import pytest

from idp.keystore.compact import ALGORITHMS, Algorithm
from idp.keystore.signing import SigningKey, generate


@pytest.fixture(scope="session")
def signing_keys() -> dict[Algorithm, SigningKey]:
    """One key for each algorithm."""
    return {alg: generate(alg) for alg in ALGORITHMS}
