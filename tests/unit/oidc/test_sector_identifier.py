"""What the document at a sector_identifier_uri must be (OIDC Core 8.1, Registration 5; O-52)."""

from __future__ import annotations

import pytest

from idp.oidc.errors import InvalidClientMetadata
from idp.oidc.sector_identifier import check_listed, listed_in

ONE, OTHER = "https://one.example/callback", "https://other.example/callback"


@pytest.mark.parametrize("document", [None, {}, {"redirect_uris": [ONE]}, ONE, 1, [ONE, None], [[ONE]]])
def test_it_is_an_array_of_strings(document: object) -> None:
    with pytest.raises(ValueError, match="no array of strings"):
        listed_in(document)


def test_it_lists_every_redirect_uri_of_the_client() -> None:
    listed = listed_in([ONE, OTHER, ONE])
    check_listed(listed, (ONE,))
    check_listed(listed, (OTHER, ONE))
    check_listed(listed, ())


@pytest.mark.parametrize(
    "redirect_uri", [f"{ONE}/", f"{ONE}?x=1", "https://ONE.example/callback", "https://third.example/"]
)
def test_a_redirect_uri_that_is_not_listed_as_it_stands_is_refused(redirect_uri: str) -> None:
    with pytest.raises(InvalidClientMetadata, match="does not list every redirect URI"):
        check_listed(listed_in([ONE, OTHER]), (ONE, redirect_uri))
