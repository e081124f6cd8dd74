"""The pages of the demo relying app: what each shows, its templates and headers. Owns no decision and no HTTP call."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import jinja2
import pyotp
from starlette.responses import HTMLResponse

from idp.demo.claims_explained import compare, distance, explain, proofs
from idp.demo.errors_explained import explain_error
from idp.demo.mails import Mail
from idp.demo.registration import DemoClient, DemoPerson
from idp.demo.visitors import Claims, Problem, SignedIn, Visitor

HERE = Path(__file__).parent
PERIOD_SECONDS = 30  # of an app code


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPerson:
    """A person of the list, with the app code of this moment where a factor is enrolled."""

    person: DemoPerson
    code: str
    seconds_left: int


def templates_folder() -> Path:
    """The folder of the templates: inside the installed package, else beside it in the checkout."""
    inside = HERE.parent / "templates"
    return (inside if inside.is_dir() else HERE.parents[1] / "templates") / "demo"


def static_file(name: str) -> bytes:
    """The content of a file that stands beside this module."""
    return (HERE / name).read_bytes()


def origin_of(url: str) -> str:
    """Scheme, host and port of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


class Pages:
    """Renders. Every page escapes what it shows and forbids scripts, frames and foreign resources."""

    def __init__(self, *, issuer: str, clients: Sequence[DemoClient], people: Sequence[DemoPerson]) -> None:
        self._clients = clients
        self._people = people
        self._provider = origin_of(issuer)
        loader = jinja2.FileSystemLoader(templates_folder())
        self._environment = jinja2.Environment(
            loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        self._environment.globals.update(issuer=issuer, explain_error=explain_error)
        # Chromium checks `form-action` along the whole redirect chain, which leads to the provider and back.
        self._headers = {
            "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
            f"frame-ancestors 'none'; form-action 'self' {self._provider}",
            "Referrer-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        }

    def home(self, visitor: Visitor, form_token: str, at: datetime) -> HTMLResponse:
        """The people one can be, and the apps one can open."""
        people = [_shown_person(each, at) for each in self._people]
        apps = [(each, _greeting(visitor.signed_in.get(each.slug))) for each in self._clients]
        return self._render("home.html", people=people, apps=apps, form_token=form_token)

    def inbox(self, mails: Iterable[Mail]) -> HTMLResponse:
        """What the provider wrote to its people."""
        return self._render("inbox.html", mails=list(mails))

    def signed_out(self, client: DemoClient, form_token: str, *, everywhere: bool) -> HTMLResponse:
        """The app without a person; `everywhere` when the provider ended its session too."""
        return self._render("signed_out.html", client=client, everywhere=everywhere, form_token=form_token)

    def visitor_of(self, client: DemoClient, problem: Problem | None, form_token: str) -> HTMLResponse:
        """The app for somebody who is not signed in to it."""
        return self._render("app.html", client=client, problem=problem, form_token=form_token)

    def signed_in(
        self, client: DemoClient, known: SignedIn, problem: Problem | None, form_token: str, at: datetime
    ) -> HTMLResponse:
        """All the app knows of the person, each claim explained."""
        tokens = known.tokens
        lasts = "" if tokens.expires_at is None else distance(int((tokens.expires_at - at).total_seconds()))
        return self._render(
            "signed_in.html",
            client=client,
            problem=problem,
            form_token=form_token,
            greeting=_greeting(known),
            proofs=proofs(tokens.id_claims),
            acr=tokens.id_claims.get("acr"),
            id_token=explain(tokens.id_claims, at),
            userinfo=explain(known.userinfo, at),
            compared=compare(known.replaced, tokens.id_claims, at) if known.replaced is not None else (),
            raw={"id_token": _pretty(tokens.id_claims), "userinfo": _pretty(known.userinfo)},
            tokens=tokens,
            lasts=lasts,
        )

    def told(self) -> HTMLResponse:
        """Nothing to see, in a frame of the provider's page."""
        policy = f"default-src 'none'; frame-ancestors {self._provider}"
        headers = {**self._headers, "Content-Security-Policy": policy}
        return HTMLResponse('<!doctype html><html lang="en"><title>Signed out</title>', headers=headers)

    def problem(self, client: DemoClient, problem: Problem, form_token: str, status: int = 400) -> HTMLResponse:
        """A problem that belongs to nothing this browser has here."""
        return self._render("problem.html", status, client=client, problem=problem, form_token=form_token)

    def plain(self, heading: str, words: str, status: int) -> HTMLResponse:
        """A page of two sentences, with the way home."""
        return self._render("plain.html", status, heading=heading, words=words)

    def _render(self, name: str, status: int = 200, **values: object) -> HTMLResponse:
        body = self._environment.get_template(name).render(values)
        return HTMLResponse(body, status, headers=self._headers)


def _shown_person(person: DemoPerson, at: datetime) -> ShownPerson:
    if person.totp_secret is None:
        return ShownPerson(person=person, code="", seconds_left=0)
    now = int(at.timestamp())
    code = pyotp.TOTP(person.totp_secret).at(now)
    return ShownPerson(person=person, code=code, seconds_left=PERIOD_SECONDS - now % PERIOD_SECONDS)


def _greeting(known: SignedIn | None) -> str:
    """The best name there is for the person, as apps pick one; empty for nobody."""
    if known is None:
        return ""
    for claims in (known.userinfo, known.tokens.id_claims):
        for name in ("name", "preferred_username", "email"):
            if value := claims.get(name):
                return str(value)
    return str(known.tokens.id_claims.get("sub", ""))


def _pretty(claims: Claims) -> str:
    return json.dumps(claims, indent=2, ensure_ascii=False)
