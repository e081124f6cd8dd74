"""The language of a page: what the app asked for, kept in the address from page to page; then the browser's.

The address, because error pages, expired sign-ins and sign-outs have nothing else to remember it by.
"""

from urllib.parse import urlencode

from starlette.requests import Request

from idp.words import negotiation
from idp.words.speech import Speech, change_to, speech

UI_LOCALES = "ui_locales"
"""OIDC Core 3.1.2.1, RP-Initiated Logout 2; our own pages have it as well."""


def speech_of(request: Request) -> Speech:
    """By the address, then by the headers; rubbish in either says nothing."""
    language = negotiation.asked_for(request.query_params.get(UI_LOCALES, ""))
    if language is not None:
        return Speech(language=language, asked=True)
    return Speech(language=negotiation.accepted(",".join(request.headers.getlist("accept-language"))))


def asked(ui_locales: str) -> None:
    """The app's wish, where it came in a body or a request object: from now on as if it stood in the address."""
    language = negotiation.asked_for(ui_locales)
    if language is not None:
        change_to(Speech(language=language, asked=True))


def preferred(tag: str | None) -> None:
    """What the person chose in the portal goes before their browser's, and not before what was asked for."""
    language = negotiation.asked_for(tag or "")
    if language is not None and not speech().asked:
        change_to(Speech(language=language))


def kept() -> dict[str, str]:
    """What the address of the next page says of the language: nothing where the browser will say the same again."""
    return {UI_LOCALES: speech().language.tag} if speech().asked else {}


def kept_after(query: str) -> str:
    """The same behind a query that is there: `&ui_locales=de`, or nothing."""
    return f"{query}&{urlencode(kept())}" if kept() else query
