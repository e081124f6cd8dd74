"""Request objects: RFC 9101, OIDC Core 6; O-35, O-36, V9.2.2."""

import json
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.oidc.client import Client
from idp.oidc.client_metadata import ClientMetadata
from idp.oidc.errors import InvalidRequest, InvalidRequestObject, InvalidRequestUri
from idp.oidc.jwt_claims import SIGNATURE_ALGS, UnverifiedJwt
from idp.oidc.parameters import MOST, Parameters
from idp.oidc.request_object import ByReference, ByValue, address, parameters_of, presented, way_back
from idp.oidc.trusted_redirect import Untrusted, UntrustedRedirect
from tests.unit.oidc.samples import ISSUER, NOW, WEB, form

CALLBACK = "https://wiki.example.org/cb"
GOOD: dict[str, object] = {
    "iss": "wiki",
    "aud": str(ISSUER),
    "client_id": "wiki",
    "response_type": "code",
    "redirect_uri": CALLBACK,
    "scope": "openid",
    "state": "inside",
}
FAULT = InvalidRequestObject("it is broken")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def jwt(*, alg: str = "RS256", typ: str | None = None, changes: dict[str, object] | None = None) -> UnverifiedJwt:
    """A good one, changed; what is None is left out."""
    claims = {name: value for name, value in (GOOD | (changes or {})).items() if value is not None}
    return UnverifiedJwt(alg=alg, typ=typ, claims=claims)


def said(**changes: object) -> Parameters:
    """The parameters of a good one, changed."""
    return read(jwt(changes=changes))


def read(object_: UnverifiedJwt, client: Client = WEB) -> Parameters:
    """The parameters of one that is taken."""
    return parameters_of(client, object_, ISSUER, NOW)


def refused(object_: UnverifiedJwt, client: Client = WEB) -> str:
    """Why it cannot be used."""
    with pytest.raises(InvalidRequestObject) as caught:
        parameters_of(client, object_, ISSUER, NOW)
    return caught.value.description.removeprefix("the request object cannot be used: ")


def test_a_request_without_one() -> None:
    assert presented(form(client_id="wiki", state="x")) is None
    assert presented(form(client_id="wiki", request="", request_uri="")) is None
    assert presented(Parameters.parse(b"state=x&state=y")) is None


def test_by_value_and_by_reference() -> None:
    """OIDC Core 6.1, 6.2."""
    assert presented(form(request="a.b.c")) == ByValue(text="a.b.c")
    assert presented(form(request_uri="https://wiki.example.org/r#1")) == ByReference(
        uri="https://wiki.example.org/r#1"
    )


@pytest.mark.parametrize(
    "raw",
    [
        b"request=a.b.c&request_uri=https://wiki.example.org/r",
        b"request=a.b.c&request=a.b.c",
        b"request_uri=x&request_uri=",
        b"request=a.b.c&state=x&state=y",
    ],
)
def test_both_at_once_or_anything_repeated_is_an_invalid_request(raw: bytes) -> None:
    """OIDC Core 6.1, RFC 9101 5."""
    with pytest.raises(InvalidRequest):
        presented(Parameters.parse(raw))


def test_only_its_own_parameters_count() -> None:
    """RFC 9101 6.3; what belongs to the JWT is no parameter."""
    found = said(jti="1", sub="somebody", nbf=NOW.timestamp(), exp=NOW.timestamp() + 60, iat=NOW.timestamp())
    assert dict(found.pairs) == {
        "client_id": "wiki",
        "response_type": "code",
        "redirect_uri": CALLBACK,
        "scope": "openid",
        "state": "inside",
    }


def test_members_become_the_text_of_parameters() -> None:
    """RFC 9101 4: `claims` as JSON, `max_age` in digits; null is absent."""
    claims = {"userinfo": {"name": {"essential": True}}}
    found = said(claims=claims, max_age=300, prompt=None, odd=True, many=["a", "ü"])
    assert json.loads(found.required("claims")) == claims
    assert found.one("max_age") == "300"
    assert found.one("prompt") is None
    assert (found.one("odd"), found.one("many")) == ("true", r'["a","\u00fc"]')


def test_the_client_need_not_be_named_twice() -> None:
    """Its maker is the client anyway."""
    assert said(client_id=None).one("client_id") == "wiki"


@pytest.mark.parametrize("alg", SIGNATURE_ALGS)
def test_any_algorithm_with_keys_unless_one_is_registered(alg: str) -> None:
    """OIDC Registration 2: request_object_signing_alg."""
    assert read(jwt(alg=alg)).one("state") == "inside"
    bound = replace(WEB, metadata=ClientMetadata(request_object_signing_alg=alg))
    assert read(jwt(alg=alg), bound).one("state") == "inside"
    for other in {*SIGNATURE_ALGS} - {alg}:
        assert "algorithm" in refused(jwt(alg=other), bound)


@pytest.mark.parametrize("alg", ["none", "", "HS256", "RS512", "rs256"])
def test_unsigned_and_symmetric_ones_are_refused(alg: str) -> None:
    """V9.1.2."""
    assert "algorithm" in refused(jwt(alg=alg))


@pytest.mark.parametrize("typ", [None, "jwt", "oauth-authz-req+jwt"])
def test_its_type_where_it_has_one(typ: str | None) -> None:
    assert read(jwt(typ=typ)).one("state") == "inside"


@pytest.mark.parametrize("typ", ["client-authentication+jwt", "at+jwt", "logout+jwt", ""])
def test_a_jwt_made_for_something_else_is_none(typ: str) -> None:
    """V9.2.2, RFC 9101 10.8."""
    assert refused(jwt(typ=typ)) == "typ is another one"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"iss": None}, "iss is not the client"),
        ({"iss": "other"}, "iss is not the client"),
        ({"aud": None}, "aud is not this provider"),
        ({"aud": "https://other.example"}, "aud is not this provider"),
        ({"aud": ISSUER.url("/token")}, "aud is not this provider"),
        ({"exp": NOW.timestamp() - 60}, "it has expired"),
        ({"exp": "soon"}, "exp is no number"),
        ({"nbf": NOW.timestamp() + 60}, "nbf lies ahead"),
        ({"iat": NOW.timestamp() + 60}, "iat lies ahead"),
        ({"sub": "wiki"}, "sub is the client"),
        ({"client_id": "other"}, "client_id differs from the one outside"),
        ({"client_id": 5}, "client_id differs from the one outside"),
        ({"request": "a.b.c"}, "it refers to another one"),
        ({"request_uri": ""}, "it refers to another one"),
        ({"state": "a\0b"}, "a parameter holds a character that no text has"),
        ({"state": "a\ud800b"}, "a parameter holds a character that no text has"),
        ({"a\0b": "x"}, "a parameter holds a character that no text has"),
        ({str(number): "x" for number in range(MOST)}, "there are too many parameters"),
    ],
)
def test_every_fault_is_invalid_request_object(changes: dict[str, object], why: str) -> None:
    """O-35."""
    assert refused(jwt(changes=changes)) == why


def test_a_client_assertion_is_none() -> None:
    """RFC 9101 10.8: iss and sub are the client, and it asks for nothing."""
    claims: dict[str, object] = {"iss": "wiki", "sub": "wiki", "aud": str(ISSUER), "jti": "1", "exp": NOW.timestamp()}
    assert refused(UnverifiedJwt(alg="RS256", typ=None, claims=claims)) == "sub is the client"


@pytest.mark.parametrize("aud", [str(ISSUER), [str(ISSUER)], ["https://other.example", str(ISSUER)]])
def test_we_are_its_audience_or_one_of_several(aud: object) -> None:
    assert said(aud=aud).one("state") == "inside"


@given(st.dictionaries(st.text(max_size=5) | st.sampled_from(list(GOOD)), JSON, max_size=5))
def test_no_claims_break_anything(changes: dict[str, object]) -> None:
    with suppress(InvalidRequestObject):
        for name, value in said(**changes).pairs:
            assert "\0" not in f"{name}{value}".encode().decode()


REFERRING = replace(
    WEB, metadata=ClientMetadata(request_uris=("https://wiki.example.org/r?x=1#abc", "https://wiki.example.org/other"))
)


@pytest.mark.parametrize("fragment", ["", "#", "#abc", "#of-no-matter", "#a#b"])
def test_a_registered_address_whatever_its_fragment(fragment: str) -> None:
    """OpenID conformance: sent with a fragment of chance, fetched without."""
    assert address(REFERRING, f"https://wiki.example.org/r?x=1{fragment}") == "https://wiki.example.org/r?x=1"
    assert address(REFERRING, f"https://wiki.example.org/other{fragment}") == "https://wiki.example.org/other"


@pytest.mark.parametrize(
    "uri",
    [
        "https://wiki.example.org/r",
        "https://wiki.example.org/r?x=1&y=2",
        "https://wiki.example.org/r?x=1%23abc",
        "https://wiki.example.org/other/",
        "https://WIKI.example.org/other",
        "http://wiki.example.org/other",
        "https://evil.example/#https://wiki.example.org/other",
        "urn:ietf:params:oauth:request_uri:x",
        "#abc",
        "",
    ],
)
def test_any_other_address_is_refused(uri: str) -> None:
    """O-36, RFC 9101 10.4: nobody makes us fetch what the client did not register."""
    with pytest.raises(InvalidRequestUri):
        address(REFERRING, uri)
    with pytest.raises(InvalidRequestUri):
        address(WEB, "https://wiki.example.org/other")


def test_a_fault_is_told_where_the_request_itself_says() -> None:
    """With the state beside the object, since what is inside is not to be trusted."""
    outer = form(client_id="wiki", redirect_uri=CALLBACK, state="outside", request="a.b.c", response_mode="form_post")
    redirect = way_back(outer, WEB, FAULT)
    assert (redirect.uri, redirect.state, redirect.mode) == (CALLBACK, "outside", "form_post")


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"client_id=wiki&request=a.b.c", Untrusted.REDIRECT_MISSING),
        (b"client_id=wiki&request=a.b.c&redirect_uri=", Untrusted.REDIRECT_MISSING),
        (b"redirect_uri=https://evil.example/", Untrusted.REDIRECT_UNREGISTERED),
        (
            b"redirect_uri=https://wiki.example.org/cb&redirect_uri=https://wiki.example.org/cb",
            Untrusted.REDIRECT_REPEATED,
        ),
    ],
)
def test_and_nowhere_else(raw: bytes, reason: Untrusted) -> None:
    """Not even at the only one that is registered; OpenID conformance. The page says what was wrong as well."""
    with pytest.raises(UntrustedRedirect) as caught:
        way_back(Parameters.parse(raw), WEB, FAULT)
    assert caught.value.reason is reason
    assert (caught.value.code, caught.value.description) == (FAULT.code, f"it is broken; {reason.value}")
