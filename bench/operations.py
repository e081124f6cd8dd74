"""The operations: what relying apps and people's browsers do, each as one unit that is counted."""

from __future__ import annotations

import base64
import html
import json
import re
import secrets
import time
from dataclasses import dataclass, field
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pyotp

from bench.load import Answer, Connection, Operation, run
from bench.population import CALLBACK, PASSWORD, SCOPES, App, Population, Somebody

OK, SEE_OTHER = 200, 303
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"  # RFC 7636 appendix B
PERIOD = 30

_CSRF = re.compile(rb'name="csrf" value="([^"]+)"')
_ACTION = re.compile(rb'<form method="post" action="([^"]+)"')
_OPTIONS = re.compile(rb'data-key="get"[^>]* data-options="([^"]+)"')
_TARGET = re.compile(rb'http-equiv="refresh" content="0; ?url=([^"]+)"', re.IGNORECASE)


class Failed(Exception):
    """An answer that no operation expects: the bench stops rather than measure it."""


def expect(answer: Answer, status: int) -> Answer:
    """The answer, if it has that status."""
    if answer.status != status:
        raise Failed(f"{answer.status} instead of {status}: {answer.body[:300]!r}")
    return answer


def basic(app: App) -> dict[str, str]:
    """client_secret_basic."""
    joined = f"{quote(app.client_id)}:{quote(app.secret)}"
    return {"Authorization": "Basic " + base64.b64encode(joined.encode()).decode()}


def proved(connection: Connection, app: App, form: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Form and headers, with the proof that the app is registered for: private_key_jwt, or client_secret_basic."""
    if app.key is None:
        return form, basic(app)
    now = int(time.time())
    claims = {
        "iss": app.client_id,
        "sub": app.client_id,
        "aud": f"http://{connection.host}:{connection.port}",
        "jti": secrets.token_urlsafe(),
        "iat": now,
        "exp": now + 60,
    }
    return {**form, "client_assertion_type": JWT_BEARER, "client_assertion": app.key.sign(claims, "JWT")}, {}


def authorize_path(app: App) -> str:
    """An authorization request with PKCE."""
    asked = {
        "client_id": app.client_id,
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": " ".join(SCOPES),
        "state": "af0ifjsldkj",
        "nonce": "n-0S6_WzA2Mj",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    return f"/authorize?{urlencode(asked)}"


@dataclass(slots=True)
class SignedIn:
    """Browsers with a live session, one per connection of the load, and the tokens that apps got for them."""

    cookies: list[dict[str, str]] = field(default_factory=list)
    access_tokens: list[str] = field(default_factory=list)
    refresh_tokens: list[str] = field(default_factory=list)


async def sign_in(connection: Connection, person: Somebody, app: App) -> str:
    """Password and app code, to the authorization code."""
    at = expect(await connection.get(authorize_path(app)), SEE_OTHER)
    page = await _follow(connection, at)
    page = await _submit(connection, page, {"username": person.username, "password": PASSWORD})
    code = pyotp.TOTP(person.secret.expose()).at(int(time.time()))
    page = await _submit(connection, page, {"code": code})
    return _returned(page)


async def sign_in_by_passkey(connection: Connection, person: Somebody, app: App) -> str:
    """A passkey alone, to the authorization code."""
    page = await _follow(connection, expect(await connection.get(authorize_path(app)), SEE_OTHER))
    asked = _OPTIONS.search(page.body)
    if asked is None or person.passkey is None:
        raise Failed("no passkey is asked for, or there is none")
    credential = person.passkey.get(html.unescape(asked[1].decode()))
    return _returned(await _submit(connection, page, {"credential": credential}, to=b"/passkey"))


async def exchange(connection: Connection, app: App, code: str) -> dict[str, str]:
    """The code for tokens."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
    }
    return _json(expect(await connection.post("/token", *proved(connection, app, form)), OK))


def silent(app: App, signed_in: SignedIn) -> Operation:
    """A second app asks: silent authorize, then the code exchange."""

    async def operation(connection: Connection, number: int) -> None:
        if not connection.cookies:
            connection.cookies.update(signed_in.cookies[number % len(signed_in.cookies)])
        answer = expect(await connection.get(authorize_path(app)), SEE_OTHER)
        await exchange(connection, app, code_of(answer.header("location")))

    return operation


def full(app: App, people: tuple[Somebody, ...]) -> Operation:
    """A whole sign-in of somebody who is enrolled, to the authorization code."""

    async def operation(connection: Connection, number: int) -> None:
        connection.cookies.clear()
        await sign_in(connection, people[number], app)

    return operation


def full_by_passkey(app: App, people: tuple[Somebody, ...]) -> Operation:
    """The same of somebody with a passkey, who types nothing."""

    async def operation(connection: Connection, number: int) -> None:
        connection.cookies.clear()
        await sign_in_by_passkey(connection, people[number], app)

    return operation


def plain_get(path: str) -> Operation:
    """A GET without anything."""

    async def operation(connection: Connection, _: int) -> None:
        expect(await connection.get(path), OK)

    return operation


def client_credentials(app: App) -> Operation:
    """A machine's token."""

    async def operation(connection: Connection, _: int) -> None:
        form = {"grant_type": "client_credentials"}
        expect(await connection.post("/token", *proved(connection, app, form)), OK)

    return operation


def refresh(app: App, tokens: list[str]) -> Operation:
    """The next tokens; where the app rotates, each answer's refresh token is the next one sent."""
    headers, current = basic(app), list(tokens)

    async def operation(connection: Connection, number: int) -> None:
        # one chain of rotation per connection, so that no predecessor is used twice
        mine = current[number % len(current)] if not connection.cookies else connection.cookies["refresh"]
        form = {"grant_type": "refresh_token", "refresh_token": mine}
        answer = _json(expect(await connection.post("/token", form, headers), OK))
        connection.cookies["refresh"] = answer.get("refresh_token", mine)

    return operation


def userinfo(tokens: list[str]) -> Operation:
    """The claims of a person."""

    async def operation(connection: Connection, number: int) -> None:
        headers = {"Authorization": f"Bearer {tokens[number % len(tokens)]}"}
        expect(await connection.get("/userinfo", headers), OK)

    return operation


def introspection(app: App, tokens: list[str]) -> Operation:
    """An API asks about a token."""
    headers = basic(app)

    async def operation(connection: Connection, number: int) -> None:
        form = {"token": tokens[number % len(tokens)]}
        answer = expect(await connection.post("/introspect", form, headers), OK)
        if not answer.body.startswith(b'{"active":true'):
            raise Failed(f"not active: {answer.body[:200]!r}")

    return operation


async def signed_in(issuer: str, population: Population, app: App, first: int, count: int) -> SignedIn:
    """Sign that many people in, one browser each, and get tokens for the app."""
    made = SignedIn()

    async def operation(connection: Connection, number: int) -> None:
        connection.cookies.clear()
        code = await sign_in(connection, population.people[first + number], app)
        tokens = await exchange(connection, app, code)
        made.cookies.append({"session": connection.cookies["session"], "browser": connection.cookies["browser"]})
        made.access_tokens.append(tokens["access_token"])
        made.refresh_tokens.append(tokens["refresh_token"])

    await run(issuer, operation, count, connections=4)
    return made


def code_of(url: str) -> str:
    """The code in an authorization response."""
    found = parse_qs(urlsplit(url).query)
    if "code" not in found:
        raise Failed(f"no code in {url[:200]}")
    return found["code"][0]


def _returned(page: Answer) -> str:
    """The code on the page that leads back to the app."""
    found = _TARGET.search(page.body)
    if found is None:
        raise Failed(f"no way back to the app: {page.body[:300]!r}")
    return code_of(found[1].decode().replace("&amp;", "&"))


async def _follow(connection: Connection, answer: Answer) -> Answer:
    while answer.status == SEE_OTHER:
        parts = urlsplit(answer.header("location"))
        answer = await connection.get(f"{parts.path}?{parts.query}")
    return expect(answer, OK)


async def _submit(connection: Connection, page: Answer, fields: dict[str, str], to: bytes = b"") -> Answer:
    """Its own form, or the one that goes to an address ending so."""
    token, action = _CSRF.search(page.body), _ACTION.search(page.body)
    forms = _ACTION.findall(page.body)
    paths = ((each, each.split(b"?")[0]) for each in forms)
    own = [each for each, path in paths if path.endswith(to) and not path.endswith((b"cancel", b"another-account"))]
    if token is None or action is None or not own:
        raise Failed(f"no form: {page.body[:300]!r}")
    parts = urlsplit(own[0].decode().replace("&amp;", "&"))
    sent = {"csrf": token[1].decode(), **fields}
    headers = {"Origin": f"http://{connection.host}:{connection.port}", "Sec-Fetch-Site": "same-origin"}
    return await _follow(connection, await connection.post(f"{parts.path}?{parts.query}", sent, headers))


def _json(answer: Answer) -> dict[str, str]:
    parsed: dict[str, str] = json.loads(answer.body)
    return parsed
