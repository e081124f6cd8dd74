"""A page as a person without scripts meets it: what it says, and what can be pressed on it.

Owns finding fields, links and buttons by their words. Sending is the business of `browser_http`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx2

from tests.drivers.navigation import DEFAULT_REFERRER_POLICY, Initiator
from tests.drivers.parsed_html import Button, Document, Field, Form, Link, squeeze

if TYPE_CHECKING:
    from tests.drivers.browser_http import Browser

FormValue: TypeAlias = str | bool | Iterable[str] | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Page:
    """One answer shown in a tab. `browser_http` tells how it is used.

    `trail` holds the answers passed on the way here (redirects, and the "Returning you to App" page). With
    `at_app` the address belongs to an origin that this browser does not visit: nothing was fetched there,
    the status is 0, and `params` is what the app would receive.
    """

    browser: Browser
    method: str
    url: str
    status: int
    headers: httpx2.Headers
    content: bytes
    document: Document
    trail: tuple[Page, ...] = ()
    at_app: bool = False

    def __repr__(self) -> str:
        """Name, step and words, for the message of a failed assertion."""
        where = "left for" if self.at_app else f"{self.status} {self.method}"
        return f"<Page {where} {self.url} step={self.step!r} heading={self.heading!r} alerts={list(self.alerts)!r}>"

    @property
    def step(self) -> str:
        """`data-step` of the page's <main>; empty when it has none."""
        return self.document.step

    @property
    def title(self) -> str:
        """The page's <title>."""
        return self.document.title

    @property
    def heading(self) -> str:
        """The words of the first <h1>."""
        return self.document.heading

    @property
    def text(self) -> str:
        """All that a person can read, white space squeezed."""
        return self.document.text

    @property
    def alerts(self) -> tuple[str, ...]:
        """The words of each role=alert: the error summary."""
        return tuple(self.document.alerts)

    @property
    def codes(self) -> tuple[str, ...]:
        """The words of each <code>: set-up key, recovery codes."""
        return tuple(self.document.codes)

    @property
    def forms(self) -> tuple[Form, ...]:
        """The forms, in document order."""
        return tuple(self.document.forms)

    @property
    def links(self) -> tuple[Link, ...]:
        """The anchors, in document order."""
        return tuple(self.document.links)

    @property
    def fields(self) -> Mapping[str, Field]:
        """Each form field by its name; of equal names the first one in the document."""
        found: dict[str, Field] = {}
        for form in self.forms:
            for each in form.fields:
                found.setdefault(each.name, each)
        return found

    @property
    def html(self) -> str:
        """The body as text."""
        return self.content.decode("utf-8", "replace")

    def json(self) -> dict[str, Any]:
        """The body read as a JSON object."""
        found = json.loads(self.content)
        assert isinstance(found, dict), f"no JSON object: {found!r}"
        return found

    @property
    def attachment(self) -> str:
        """The file name when the answer is a download; empty otherwise."""
        disposition = self.headers.get("content-disposition", "")
        kind, _, rest = disposition.partition(";")
        if kind.strip().lower() != "attachment":
            return ""
        return rest.partition("filename=")[2].partition(";")[0].strip().strip('"') or "unnamed"

    @property
    def params(self) -> dict[str, str]:
        """The query parameters of the address; a parameter sent twice fails the test."""
        pairs = parse_qsl(urlsplit(self.url).query, keep_blank_values=True, strict_parsing=False)
        found = dict(pairs)
        assert len(found) == len(pairs), f"a parameter stands twice in {self.url}"
        return found

    @property
    def initiator(self) -> Initiator:
        """This page as the starting point of a navigation."""
        policy = self.headers.get("referrer-policy", DEFAULT_REFERRER_POLICY)
        return Initiator(url=self.url, referrer_policy=policy)

    def has(self, words: str) -> bool:
        """Whether a link or a button with these words stands on the page."""
        return self._link(words) is not None or any(_button(form, words) for form in self.forms)

    def link(self, words: str) -> Link:
        """The link with these words: the exact ones, else the first that contains them."""
        found = self._link(words)
        assert found is not None, f"no link {words!r} among {[each.text for each in self.links]} on {self!r}"
        return found

    async def click(self, words: str) -> Page:
        """Follow the link with these words, or press the button with them."""
        found = self._link(words)
        if found is None:
            return await self.submit(button=words)
        return await self.browser.go("GET", urljoin(self.url, found.href), initiator=self.initiator)

    async def submit(self, *, button: str = "", **values: FormValue) -> Page:
        """Fill in the fields and press `button` (its words, value or name; else the form's first button).

        The form is the first that has all the named fields and the button; with neither named there may be only
        one form, so that no test presses a button by accident. Hidden fields and values already
        there go along; naming a hidden field overwrites it. True and False tick and clear a checkbox, None
        leaves the field out of what is sent, a list sends the name once for each value.
        """
        form, pressed = self._form(button, values)
        pairs = filled(form, pressed, values)
        attrs = pressed.attrs if pressed else {}
        action = attrs.get("formaction") or form.action or self.url
        method = attrs.get("formmethod", form.method).upper()
        return await self.browser.go(method, urljoin(self.url, action), initiator=self.initiator, pairs=pairs)

    async def reload(self) -> Page:
        """Ask for the page again. The answer to a POST is never reloaded: it would be posted twice."""
        assert self.method == "GET", f"reloading {self!r} would ask to send the form again"
        return await self.browser.go("GET", self.url, initiator=None)

    def _link(self, words: str) -> Link | None:
        exact = (each for each in self.links if each.text == squeeze(words))
        near = (each for each in self.links if squeeze(words) in each.text)
        return next(exact, None) or next(near, None)

    def _form(self, button: str, values: Mapping[str, FormValue]) -> tuple[Form, Button | None]:
        for form in self.forms if button or values or len(self.forms) == 1 else ():
            pressed = _button(form, button)
            if values.keys() <= form.names() and (pressed or not button) and (form.buttons or form.fields):
                return form, pressed
        offered = [(sorted(each.names()), [one.text for one in each.buttons]) for each in self.forms]
        raise AssertionError(f"no form with {sorted(values)} and button {button!r}; {self!r} has {offered}")


def filled(form: Form, pressed: Button | None, values: Mapping[str, FormValue]) -> list[tuple[str, str]]:
    """What the form sends, in document order, as names and values."""
    pairs: list[tuple[str, str]] = []
    given: set[str] = set()
    for each in form.fields:
        if "disabled" in each.attrs:
            continue
        if each.name not in values:
            if each.type not in ("checkbox", "radio") or each.checked:
                pairs.append((each.name, each.value))
        elif each.name not in given:
            given.add(each.name)
            pairs.extend((each.name, one) for one in _chosen(each, values[each.name]))
    if pressed is not None and pressed.name:
        pairs.append((pressed.name, pressed.value))
    return pairs


def _chosen(field: Field, value: FormValue) -> list[str]:
    match value:
        case None | False:
            return []
        case True:
            return [field.value]
        case str():
            return [value]
        case _:
            return list(value)


def _button(form: Form, words: str) -> Button | None:
    """The button with these words, value or name; without words the one that Enter presses."""
    if not words:
        return next(iter(form.buttons), None)
    for part in ("text", "value", "name"):
        for each in form.buttons:
            if getattr(each, part) == squeeze(words):
                return each
    return None
