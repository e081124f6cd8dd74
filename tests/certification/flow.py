"""One module under way: a client, a person, a browser, and the checks that the suite makes wherever they pass.

done = await flow.complete()                       # the authorization request, the sign-in, every token that comes
done = await flow.complete(prompt="none")          # once more in the same browser
page = await flow.visit(redirect_uri=elsewhere)    # where no answer is expected at the client
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from tests.certification.client import FORM, Client, Done
from tests.certification.relying_party import members
from tests.certification.tokens import check_entropy, check_id_token
from tests.drivers.browser_http import Browser
from tests.drivers.navigation import origin_of
from tests.drivers.page import Page
from tests.drivers.person import Person

ANSWER_MEMBERS = frozenset(("code", "state", "iss", "id_token", "access_token", "token_type", "expires_in", "scope"))
ERROR_MEMBERS = frozenset(("error", "error_description", "error_uri", "state", "iss"))
NEEDS_A_PERSON = ("login_required", "interaction_required", "account_selection_required", "consent_required")


@dataclass(slots=True, kw_only=True)
class Flow(Client):
    """One module's run."""

    person: Person
    browser: Browser

    # ── the authorization request ────────────────────────────────────────────────────────────────

    def request(self, **changes: str | None) -> dict[str, str]:
        """The suite's authorization request; None leaves a parameter out. From now on it is what was sent."""
        usual = {
            "client_id": self.party.client_id,
            "redirect_uri": self.party.redirect_uri,
            "scope": "openid",
            "state": secrets.token_urlsafe(8)[:10],
            "nonce": secrets.token_urlsafe(8)[:10],
            "response_type": self.run.response_type,
            "response_mode": "form_post" if self.run.response_mode == "form_post" else None,
        }
        self.sent = {name: value for name, value in (usual | changes).items() if value is not None}
        return self.sent

    def url(self, **changes: str | None) -> str:
        """The address that a browser is sent to."""
        return f"{self.suite.metadata['authorization_endpoint']}?{urlencode(self.request(**changes))}"

    async def visit(self, **changes: str | None) -> Page:
        """Go there, and stay on the first page that asks for anything."""
        await self.ready()
        return await self.browser.follow(self.url(**changes), source=self.suite.site.base_url)

    async def error_page(self, **changes: str | None) -> Page:
        """RFC 6749 4.1.2.1: where no redirect can be trusted the person is told, and nothing leaves for anywhere."""
        await self.ready()
        before = len(self.suite.site.received)
        page = await self.visit(**changes)
        assert page.step == "error", f"no error page: {page!r}"
        assert 400 <= page.status < 500
        assert len(self.suite.site.received) == before
        return page

    async def sign_in(self, page: Page) -> Page:
        """Answer every page until the browser is at the client, or on a page that nobody can answer."""
        resting = await self.person.sign_in(page)
        return await self.handed_over(resting)

    async def handed_over(self, page: Page) -> Page:
        """Where the page is a form for the client: press its button, as its script does in other browsers."""
        for form in page.forms:
            if form.method.upper() == "POST" and origin_of(form.action) == self.suite.site.base_url:
                assert len(form.buttons) == 1, "a form for the client needs a button for browsers without scripts"
                check_sends_itself(page)
                return await page.submit(button=form.buttons[0].text)
        return page

    # ── the answer ───────────────────────────────────────────────────────────────────────────────

    def answer(self, page: Page) -> dict[str, str]:
        """What the client received, checked for where it stands and for state and iss (RFC 6749 4.1.2, RFC 9207 2)."""
        assert origin_of(page.url) == self.suite.site.base_url, f"did not reach the client: {page!r}"
        found = self._received(page)
        assert found.get("state") == self.sent.get("state")
        assert found["iss"] == self.suite.issuer
        return found

    def _received(self, page: Page) -> dict[str, str]:
        arrived = self.suite.site.at(self.party.redirect_uri)[-1]
        registered = urlsplit(self.party.redirect_uri).query
        in_query = {} if arrived.query == registered else members(arrived.query.removeprefix(registered).lstrip("&"))
        if self.run.response_mode == "form_post" and "response_mode" in self.sent:
            assert arrived.method == "POST"
            assert arrived.headers["content-type"] == FORM
            assert arrived.query == registered, "something stands in the query as well"
            return arrived.form
        assert arrived.method == "GET"
        if self.sent.get("response_type", "code") == "code":
            assert urlsplit(page.url).fragment == ""
            return in_query
        assert in_query == {}, f"the answer stands in the query: {in_query}"
        return members(urlsplit(page.url).fragment)

    def refused(self, page: Page, *codes: str) -> dict[str, str]:
        """An error that came back to the client (RFC 6749 4.1.2.1): one of these codes, and nothing odd beside it."""
        found = self.answer(page)
        assert found["error"] in codes
        assert set(found) <= ERROR_MEMBERS, f"odd members: {sorted(found)}"
        description = found.get("error_description", "")
        assert description.isascii()
        assert description.isprintable()
        assert not set('"\\') & set(description)
        return found

    # ── the whole flow ───────────────────────────────────────────────────────────────────────────

    async def complete(self, **changes: str | None) -> Done:
        """Request, sign-in, answer, tokens: each checked."""
        page = await self.visit(**changes)
        return await self.finish(await self.sign_in(page))

    async def finish(self, page: Page, **extra: str) -> Done:
        """From the client's redirect endpoint on; `extra` goes along with the code."""
        answer = self.answer(page)
        self._check_answer(answer)
        steps = tuple(self.person.steps)
        front = await self._front_id_token(answer) if self.run.answers_with_id_token else None
        if not self.run.answers_with_code:
            return Done(answer=answer, front=front, steps=steps)
        tokens = await self.exchange(answer["code"], **extra)
        back = await self.check_tokens(tokens)
        if front is not None:  # OIDC Core 3.3.3.6
            assert (front["iss"], front["sub"]) == (back["iss"], back["sub"])
        return Done(answer=answer, front=front, back=back, tokens=tokens, steps=steps)

    def _check_answer(self, answer: Mapping[str, str]) -> None:
        assert "error" not in answer, f"refused: {dict(answer)}"
        assert set(answer) <= ANSWER_MEMBERS, f"odd members: {sorted(answer)}"
        assert ("code" in answer) is self.run.answers_with_code
        assert ("id_token" in answer) is self.run.answers_with_id_token
        assert ("access_token" in answer) is self.run.answers_with_token
        if self.run.answers_with_code:
            check_entropy(answer["code"], "the code")
        if self.run.answers_with_token:
            assert answer["token_type"].lower() == "bearer"
            assert int(answer["expires_in"]) > 0
            check_entropy(answer["access_token"], "the access token")

    async def _front_id_token(self, answer: Mapping[str, str]) -> dict[str, Any]:
        alone = self.run.response_type == "id_token"  # OIDC Core 5.4: then scope claims have no other place
        expected = self.expected(
            code=answer.get("code"),
            access_token=answer.get("access_token"),
            at_hash_required=self.run.answers_with_token,
            asked=self.sent["scope"].split() if alone else (),
        )
        return self._of_both_steps(check_id_token(answer["id_token"], await self.suite.jwks(), expected))


def check_sends_itself(page: Page) -> None:
    """In a browser with scripts: the page's own policy lets its script run and the form leave."""
    policy = page.headers["content-security-policy"]
    scripts = re.findall(r"<script>(.*?)</script>", page.html, re.DOTALL)
    assert [each for each in scripts if ".submit()" in each], "the form does not send itself"
    for each in scripts:
        assert base64.b64encode(hashlib.sha256(each.encode()).digest()).decode() in policy, "its script may not run"
    assert "form-action" not in policy, "the form may not leave"
