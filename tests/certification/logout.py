"""The end of a session as the suite asks for it (RP-Initiated Logout 2), and what it then expects."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from tests.certification.client import Done
from tests.certification.flow import NEEDS_A_PERSON, Flow
from tests.certification.relying_party import members
from tests.drivers.page import Page

PUNCTUATION = "&#%\"'<>?=+;:/@\\ {}[]|^`~!$()*,."
PAGES = {"logout", "signed-out", "error"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """One request to the end session endpoint."""

    flow: Flow
    done: Done
    state: str

    @property
    def signed_out(self) -> str:
        """The address that was registered for it."""
        return self.flow.party.post_logout_redirect_uri

    def parameters(self, **changes: str | None) -> dict[str, str]:
        """The whole request; None leaves a parameter out."""
        usual = {
            "id_token_hint": self.done.id_token,
            "post_logout_redirect_uri": self.signed_out,
            "state": self.state,
        }
        return {name: value for name, value in (usual | changes).items() if value is not None}

    async def visit(self, **changes: str | None) -> Page:
        """The client sends the browser there."""
        endpoint, query = self.flow.suite.metadata["end_session_endpoint"], urlencode(self.parameters(**changes))
        url = f"{endpoint}?{query}" if query else endpoint
        return await self.flow.browser.follow(url, source=self.flow.suite.site.base_url)

    def returned(self, page: Page, *, state: str | None) -> None:
        """Back at the client, with `state` to the letter and nothing else."""
        assert page.url.partition("?")[0] == self.signed_out, f"not back at the client: {page!r}"
        assert members(urlsplit(page.url).query) == ({} if state is None else {"state": state})

    async def nobody_is_signed_in(self) -> None:
        """OIDC Core 3.1.2.6: a request without pages fails from now on."""
        page = await self.flow.visit(prompt="none")
        self.flow.refused(await self.flow.handed_over(page), *NEEDS_A_PERSON)

    async def stays(self, **changes: str | None) -> Page:
        """A page of the provider, an error or a question; nothing leads back to the client."""
        before = len(self.flow.suite.site.received)
        page = await self.visit(**changes)
        assert page.step in PAGES, f"neither question nor error: {page!r}"
        assert len(self.flow.suite.site.received) == before
        return page

    async def says_goodbye(self, **changes: str | None) -> None:
        """After a question, or at once, the page that says so; the session is over."""
        page = await self.stays(**changes)
        if page.step == "logout":
            page = await page.submit(button="sign_out")
        assert page.step == "signed-out", f"no word of having signed out: {page!r}"
        await self.nobody_is_signed_in()


def awkward_state() -> str:
    """Ninety characters, most of which mean something in an address or in HTML."""
    return (PUNCTUATION + secrets.token_urlsafe(90))[:90]


async def signed_in(flow: Flow) -> Ending:
    """An ordinary sign-in, and a request to end it."""
    return Ending(flow=flow, done=await flow.complete(), state=awkward_state())
