"""Bad input gets a clear answer: every route, every method, every kind of rubbish; 4xx and never a 500 (issue 2)."""

from __future__ import annotations

import re
from itertools import product
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import pytest
from httpx2 import AsyncClient, Response

from idp.app import create_app
from idp.usecases.services import Services
from tests.clients.authlib_client import AuthlibClient
from tests.drivers.browser_http import Browser
from tests.drivers.provider import Provider
from tests.drivers.scenes import details

FORM = "application/x-www-form-urlencoded"
ID = "5f0c6a4e-0f4b-4c1e-9c39-9d2f4b6a1c11"
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"]

PORTAL_PAGES = [
    "/account/activity",
    "/account/activity/apps",
    "/account/activity/changes",
    "/account/activity/not-me/done",
    "/account/activity/sign-ins",
    "/account/apps",
    "/account/email/done",
    "/account/email/sent",
    "/account/password/done",
    "/account/saved",
    "/account/sessions",
    "/account/stay",
    "/account/two-factor",
    "/account/two-factor/done",
]
PORTAL_FORMS = [
    "/account",
    "/account/activity/not-me",
    "/account/apps/disconnect",
    "/account/email",
    "/account/email/confirm",
    "/account/password",
    "/account/sessions/end",
    "/account/sessions/end-others",
    "/account/sessions/forget",
    "/account/two-factor/add",
    "/account/two-factor/app",
    "/account/two-factor/codes",
    "/account/two-factor/factors/{factor}",
    "/account/two-factor/factors/{factor}/found",
    "/account/two-factor/factors/{factor}/lost",
    "/account/two-factor/factors/{factor}/remove",
    "/account/two-factor/key",
    "/account/two-factor/off",
]

PATHS = [
    *PORTAL_PAGES,
    *PORTAL_FORMS,
    "/.well-known/change-password",
    "/authorize",
    "/logout",
    "/logout/confirm",
    "/interaction/{interaction}",
    "/interaction/{interaction}/begin",
    "/interaction/{interaction}/cancel",
    "/interaction/{interaction}/another-account",
    "/interaction/{interaction}/recovery-codes/download",
    "/interaction/{interaction}/password",
    "/interaction/{interaction}/second-factor",
    "/interaction/{interaction}/recovery",
    "/interaction/{interaction}/enrolment",
    "/interaction/{interaction}/recovery-codes",
    "/interaction/{interaction}/enrolment-pass",
    "/interaction/{interaction}/key-enrolment",
    "/interaction/{interaction}/security-key",
    "/interaction/{interaction}/passkey",
    "/interaction/{interaction}/lost",
    "/interaction/{interaction}/recovery-used",
    "/interaction/{interaction}/new-password",
    "/interaction/{interaction}/select-account",
    "/interaction/{interaction}/consent",
    "/forgot",
    "/forgot/sent",
    "/reset-password",
    "/reset-password/done",
    "/secure-account",
    "/secure-account/done",
    "/logo/{client_id}",
    "/static/{name}",
    "/token",
    "/userinfo",
    "/introspect",
    "/revoke",
    "/register",
    "/register/{client_id}",
    "/jwks",
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
    "/healthz",
    "/readyz",
    "/metrics",
    "/{path:path}",
]

MANAGED = "/register/{client_id}"
"""The one address that is changed and deleted (RFC 7592)."""


NEVER_POSTED = {
    *PORTAL_PAGES,
    "/.well-known/change-password",
    "/interaction/{interaction}",
    "/interaction/{interaction}/begin",
    "/forgot/sent",
    "/reset-password/done",
    "/secure-account/done",
    "/logo/{client_id}",
    "/static/{name}",
    MANAGED,
    "/jwks",
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
    "/healthz",
    "/readyz",
    "/metrics",
    "/{path:path}",
}

BODIES: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", FORM),
    "json": (b'{"username": "alice"}', "application/json"),
    "no type": (b"username=alice", ""),
    "odd type": (b"username=alice", "text/plain; charset=\xff".encode("latin-1").decode("latin-1")),
    "multipart": (
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--',
        "multipart/form-data; boundary=x",
    ),
    "other charset": (b"username=%FE", f"{FORM}; charset=utf-16"),
    "not UTF-8": (b"username=%FF%FE&password=%C3%28", FORM),
    "raw octets": (b"username=\xff\xfe&\x80", FORM),
    "NUL": (b"username=a%00b&client_id=%00", FORM),
    "twice": (b"csrf=a&csrf=b&client_id=a&client_id=b", FORM),
    "half an escape": (b"username=%", FORM),
    "many fields": ("&".join(f"f{n}=1" for n in range(5000)).encode(), FORM),
    "a megabyte": (b"username=" + b"x" * 1_000_000, FORM),
}

QUERIES = {
    "nothing": "",
    "NUL": "client_id=%00&app=%00&name=%00",
    "not UTF-8": "client_id=%ff%fe&app=%ff&state=%c3%28",
    "twice": "client_id=a&client_id=b&redirect_uri=a&redirect_uri=b&app=1&app=2",
    "half an escape": "client_id=%&app=%2",
    "huge": "client_id=" + "x" * 30_000,
    "many": "&".join(f"p{n}=1" for n in range(2000)),
    "brackets": "client_id[]=a&app[x]=y&redirect_uri[$ne]=1",
    "quotes": "client_id='%20or%201=1--&app=\"><script>alert(1)</script>",
}

IDS = {
    "not an id": "..%2f..%2fetc%2fpasswd",
    "NUL": "%00",
    "not UTF-8": "%ff%fe",
    "long": "a" * 8000,
    "unicode digits": quote("\u0661" * 32),
    "markup": quote("<script>alert(1)</script>"),
    "braces": "{" + ID + "}",
    "unknown": ID,
    "dots": "%2e%2e",
}

COOKIES = {
    "garbage": 'browser=x; session="; known=,;;=; =',
    "long": "session=" + "A" * 7000,
    "shaped": "; ".join(f"{name}={'A' * 43}" for name in ("browser", "session", "known")),
    "twice": f"session={'A' * 43}; session={'B' * 43}",
    "octets": "session=\xff\xfe; browser=\x80",
}


async def send(http: AsyncClient, provider: Provider, method: str, target: str, **more: object) -> Response:
    """A request, its target not normalised by anybody."""
    return await http.request(method, str(provider.issuer) + target, follow_redirects=False, **more)  # type: ignore[arg-type]


def clear_answer(answer: Response) -> None:
    """No 5xx but an honest 503 for what is not served, no trace, and headers that suit."""
    assert answer.status_code < 500, answer.text
    for leak in ("Traceback", 'File "', "asyncpg", "SELECT ", "<script>alert"):
        assert leak not in answer.text
    if answer.headers.get("content-type", "").startswith("text/html"):
        assert answer.headers["cache-control"] == "no-store"
        assert "default-src 'none'" in answer.headers["content-security-policy"]


def concrete(path: str, interaction: str = ID) -> str:
    """The path with its holes filled."""
    for hole, text in (
        ("interaction", interaction),
        ("factor", ID),
        ("name", "app.css"),
        ("client_id", "dyn-x"),
        ("path:path", "no/such"),
    ):
        path = path.replace(f"{{{hole}}}", text)
    return path


def test_the_list_is_the_whole_route_table(services: Services) -> None:
    """A new route joins these tests, or this one fails."""
    assert sorted(PATHS) == sorted(route.path for route in create_app(services).routes)  # type: ignore[attr-defined]


async def test_every_method_at_every_route(provider: Provider, browser: Browser) -> None:
    """405 with Allow where a method is not served (RFC 9110 15.5.6); no body of our own breaks on any."""
    for path, method in product(PATHS, METHODS):
        answer = await send(browser.client, provider, method, concrete(path))
        clear_answer(answer)
        if answer.status_code == 405:
            assert method not in answer.headers["allow"].split(", ")
        if method in {"TRACE", "PATCH"} or (method in {"DELETE", "PUT"} and path != MANAGED):
            assert answer.status_code in {404, 405}, (path, method)


@pytest.mark.parametrize("path", [path for path in PATHS if path not in NEVER_POSTED])
async def test_every_body_at_every_route(provider: Provider, browser: Browser, path: str) -> None:
    """NUL, non-UTF-8, a megabyte, wrong content types, JSON: 4xx at every address that takes a POST."""
    wiki = await provider.app()
    page = await browser.open(await wiki.authorization_url())
    interaction = page.url.partition("/interaction/")[2].partition("/")[0]
    token = page.fields["csrf"].value.encode()
    for (name, (body, kind)), prefix in product(BODIES.items(), (b"", b"csrf=" + token + b"&")):
        headers = {"Content-Type": kind.encode("latin-1")} if kind else {}
        target = concrete(path, interaction)
        answer = await send(browser.client, provider, "POST", target, content=prefix + body, headers=headers)
        clear_answer(answer)
        if name == "a megabyte":
            assert answer.status_code in {401, 413}, answer.status_code
        elif kind.partition(";")[0] != FORM:
            assert answer.status_code in {400, 401, 415}, (name, answer.status_code)


async def test_every_query_at_every_route(provider: Provider, browser: Browser) -> None:
    """Duplicates, NUL, broken escapes and huge parameters in the query."""
    for path, query, method in product(PATHS, QUERIES.values(), ("GET", "POST")):
        clear_answer(await send(browser.client, provider, method, f"{concrete(path)}?{query}"))


async def test_every_id_in_a_path(provider: Provider, browser: Browser) -> None:
    """Garbage ids: not found, or the page of a sign-in that is gone."""
    for path, text, method in product([path for path in PATHS if "{" in path], IDS.values(), ("GET", "POST")):
        target = re.sub(r"\{[\w:]+\}", text, path)
        answer = await send(browser.client, provider, method, target)
        clear_answer(answer)
        known = {401, 404, 405} if path == MANAGED else {303, 403, 404, 405, 410, 415}
        assert answer.status_code in known, (target, answer.status_code)


async def test_every_cookie_at_every_route(provider: Provider) -> None:
    """A cookie that is not shaped like ours counts as absent; one that is opens nothing."""
    async with AsyncClient(trust_env=False) as http:
        for path, cookie in product(PATHS, COOKIES.values()):
            answer = await send(http, provider, "GET", concrete(path), headers={"Cookie": cookie.encode("latin-1")})
            clear_answer(answer)


BROKEN_REQUESTS: dict[str, dict[str, str | None]] = {
    "no client": {"client_id": None},
    "empty client": {"client_id": ""},
    "unknown client": {"client_id": "nobody"},
    "another case": {"client_id": "WIKI"},
    "no redirect": {"redirect_uri": None},
    "another host": {"redirect_uri": "https://evil.example/callback"},
    "a slash more": {"redirect_uri": "https://app.example.org/callback/"},
    "a query more": {"redirect_uri": "https://app.example.org/callback?x=1"},
    "another case of the path": {"redirect_uri": "https://app.example.org/Callback"},
    "another case of the host": {"redirect_uri": "https://APP.example.org/callback"},
    "an escape": {"redirect_uri": "https://app.example.org/%63allback"},
    "dots": {"redirect_uri": "https://app.example.org/x/../callback"},
    "a port": {"redirect_uri": "https://app.example.org:443/callback"},
    "userinfo": {"redirect_uri": "https://app.example.org@evil.example/callback"},
    "a fragment": {"redirect_uri": "https://app.example.org/callback#x"},
    "http": {"redirect_uri": "http://app.example.org/callback"},
    "javascript": {"redirect_uri": "javascript:alert(1)"},
    "markup": {"redirect_uri": '"><script>alert(1)</script>', "client_id": "<b>wiki</b>"},
}


@pytest.mark.parametrize("fault", BROKEN_REQUESTS)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_an_untrusted_client_or_redirect_is_a_page(
    provider: Provider, browser: Browser, fault: str, method: str
) -> None:
    """O-01, O-02: 400, no Location whatever else is wrong, no registered URI shown, no Interaction kept."""
    await provider.app()
    sent: dict[str, str | None] = {
        "client_id": "wiki",
        "redirect_uri": "https://app.example.org/callback",
        "response_type": "nonsense",
        "scope": "openid",
        **BROKEN_REQUESTS[fault],
    }
    pairs = {name: value for name, value in sent.items() if value is not None}
    if method == "GET":
        answer = await send(browser.client, provider, "GET", "/authorize?" + urlencode(pairs))
    else:
        answer = await send(browser.client, provider, "POST", "/authorize", data=pairs)
    clear_answer(answer)
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert "set-cookie" not in answer.headers
    assert "This sign-in link is not set up right" in answer.text
    shown = answer.text.count("https://app.example.org/callback<")
    assert shown == (pairs.get("redirect_uri") == "https://app.example.org/callback")
    assert await provider.services.database.fetchval("SELECT count(*) FROM interactions") == 0
    (recorded,) = await details(provider, "authorization_refused")
    assert recorded["error"] == "invalid_request"
    assert recorded["reason"].startswith(("client_id", "redirect_uri"))


FAULTS = [
    ("response_type", "magic", "unsupported_response_type"),
    ("response_type", "", "invalid_request"),
    ("scope", "unknown", "invalid_scope"),
    ("code_challenge_method", "plain", "invalid_request"),
    ("code_challenge", "short", "invalid_request"),
    ("code_challenge", "", "invalid_request"),
    ("response_mode", "jwt", "invalid_request"),
    ("request", "eyJhbGciOiJub25lIn0.e30.", "invalid_request_object"),
    ("request_uri", "https://app.example.org/request", "invalid_request_uri"),
    ("registration", "{}", "registration_not_supported"),
    ("nonce", "n" * 5000, "invalid_request"),
    ("id_token_hint", "n" * 9000, "invalid_request"),
    ("claims", '{"userinfo":', "invalid_request"),
    ("claims", '["name"]', "invalid_request"),
    ("claims", "[" * 9000, "invalid_request"),
]


@pytest.mark.parametrize(("name", "value", "error"), FAULTS)
async def test_any_other_fault_goes_to_the_app(
    provider: Provider, browser: Browser, name: str, value: str, error: str
) -> None:
    """O-06, O-08: the RFC's error by a redirect, with state byte for byte and iss; ASCII, no echo of input."""
    wiki: AuthlibClient = await provider.app()
    url = urlsplit(await wiki.authorization_url(state="<ü> +/=&"))
    sent = urlencode({**dict(parse_qsl(url.query)), name: value})
    page = await browser.open(url._replace(query=sent).geturl())
    assert page.at_app
    assert page.params["error"] == error
    assert (page.params["state"], page.params["iss"]) == ("<ü> +/=&", str(provider.issuer))
    assert page.params["error_description"].isascii()
    assert not value or value not in page.params["error_description"]
    assert "authorization_refused" in await provider.events()


async def test_a_repeated_state_is_not_echoed(provider: Provider, browser: Browser) -> None:
    """O-05: invalid_request to the app; of two states neither is the client's."""
    wiki = await provider.app()
    page = await browser.open(await wiki.authorization_url(state="a") + "&state=b")
    assert (page.params["error"], page.params.get("state")) == ("invalid_request", None)


async def test_a_switched_off_client_is_a_page(provider: Provider, browser: Browser) -> None:
    """O-02."""
    wiki = await provider.app()
    await provider.services.database.execute("UPDATE clients SET status = 'disabled'")
    provider.services.cache.forget()
    page = await browser.open(await wiki.authorization_url())
    assert (page.status, page.step) == (400, "error")


async def test_sign_out_with_a_parameter_twice(provider: Provider, browser: Browser) -> None:
    """O-05: a page, and nobody is signed out."""
    page = await browser.open(provider.issuer.url("/logout?state=1&state=2"))
    assert (page.status, page.step) == (400, "error")
