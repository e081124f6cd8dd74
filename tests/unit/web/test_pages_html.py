"""The HTML of every page and state: what password managers, screen readers and the policy rely on."""

import re
from dataclasses import replace

import pytest

from idp.web import responses, views
from idp.web.shell import FieldError, Strip
from idp.web.templates import preload, render
from tests.browser.sample_pages import CODES, OTPAUTH, PASSWORD, SAVE_CODES, START, VIEWS
from tests.drivers.parsed_html import Button, Document, Field

ALL = pytest.mark.parametrize("name", sorted(VIEWS))

PASSWORD_ATTRIBUTES = {
    "id": "current-password",
    "name": "password",
    "type": "password",
    "autocomplete": "current-password",
    "autocapitalize": "none",
    "spellcheck": "false",
    "enterkeyhint": "go",
    "required": "",
}
ATTRIBUTES = {
    ("password", "username"): {
        "id": "username",
        "name": "username",
        "type": "text",
        "autocomplete": "username webauthn",
        "autocapitalize": "none",
        "autocorrect": "off",
        "spellcheck": "false",
        "enterkeyhint": "next",
        "required": "",
        "autofocus": "",
        "value": "",
    },
    ("password", "password"): PASSWORD_ATTRIBUTES,
    ("second-factor", "code"): {
        "id": "code",
        "class": "code",
        "name": "code",
        "type": "text",
        "inputmode": "numeric",
        "autocomplete": "one-time-code",
        "autocapitalize": "none",
        "spellcheck": "false",
        "enterkeyhint": "done",
        "dir": "ltr",
        "required": "",
        "aria-describedby": "code-hint",
        "autofocus": "",
    },
    ("recovery", "recovery_code"): {
        "id": "recovery-code",
        "class": "long code",
        "name": "recovery_code",
        "type": "text",
        "autocomplete": "off",
        "autocapitalize": "none",
        "autocorrect": "off",
        "spellcheck": "false",
        "dir": "ltr",
        "required": "",
        "aria-describedby": "recovery-code-hint",
        "autofocus": "",
    },
    ("new-password", "new_password"): {
        **PASSWORD_ATTRIBUTES,
        "id": "new-password",
        "name": "new_password",
        "autocomplete": "new-password",
        "aria-describedby": "rules",
        "passwordrules": "minlength: 12; maxlength: 256;",
    },
}


def document(name: str) -> Document:
    return Document(render(VIEWS[name]))


def button(page: Document, identifier: str) -> Button:
    return next(each for form in page.forms for each in form.buttons if each.attrs.get("id") == identifier)


def field(page: Document, name: str) -> Field:
    return next(each for form in page.forms for each in form.fields if each.name == name)


def test_every_template_compiles() -> None:
    """A broken template stops the start, not the first visitor."""
    preload()


@ALL
def test_the_frame(name: str) -> None:
    """One main with its step, one heading, a title that begins with the error, a language, a scheme."""
    html = render(VIEWS[name])
    page = document(name)
    assert page.step == VIEWS[name].step
    assert html.count("<main") == html.count("<h1") == 1
    assert page.lang == "en"
    assert re.search("<title>[^<]+</title>", html), "a title shows markup as it is written"
    assert page.title.endswith(f"– {VIEWS[name].shell.brand.name}")
    assert page.title.startswith("Error: ") == bool(VIEWS[name].shell.errors)
    scheme = {"system": "light dark"}.get(VIEWS[name].shell.theme, VIEWS[name].shell.theme)
    assert f'<meta name="color-scheme" content="{scheme}">' in html
    assert 'href="#main"' in html
    assert "Help signing in" in page.text


@ALL
def test_the_policy_would_let_everything_through(name: str) -> None:
    """style-src and script-src are 'self': no style attribute, no handler, no inline script, nothing from elsewhere."""
    html = render(VIEWS[name])
    assert re.findall(r"<[^>]*\s(?:style|on[a-z]+)=", html) == []
    assert re.findall(r"<style|<script(?![^>]*\ssrc=)", html) == []
    framed = [frame.uri.replace("&", "&amp;") for frame in getattr(VIEWS[name], "frames", ())]
    assert re.findall(r'<iframe src="([^"]*)" sandbox="allow-scripts allow-same-origin allow-forms">', html) == framed
    paths = re.findall(r'(?:(?<!<iframe )src|<link[^>]*href)="([^"]*)"', html)
    assert all(path.startswith(("/static/", "/logo/")) for path in paths)


@ALL
def test_fields_take_what_is_pasted(name: str) -> None:
    """A maxlength of six cuts «123 456» to «123 45»; a positive tabindex breaks the reading order."""
    html = render(VIEWS[name])
    assert re.findall(r"<input[^>]*\s(?:maxlength|pattern|minlength)=", html) == []
    assert re.findall(r'tabindex="[1-9]', html) == []
    assert [each for each in re.findall(r"<input[^>]*>", html) if 'type="password"' in each and '"off"' in each] == []


@ALL
def test_forms_post_with_a_token_and_without_browser_bubbles(name: str) -> None:
    """The server validates; every post carries the form token."""
    for form in document(name).forms:
        assert form.method == "post"
        assert form.action
        assert [each.value for each in form.fields if each.name == "csrf"] == [VIEWS[name].shell.csrf]
        assert "novalidate" in form.attrs or not any("required" in each.attrs for each in form.fields)


@ALL
def test_ids_are_unique_and_references_meet_their_target(name: str) -> None:
    html = render(VIEWS[name])
    ids = re.findall(r'\sid="([^"]*)"', html)
    assert len(ids) == len(set(ids))
    meant = re.findall(r'\s(?:for|form|aria-controls|data-copy)="([^"]*)"', html)
    described = " ".join(re.findall(r'aria-describedby="([^"]*)"', html)).split()
    assert {*meant, *described, *re.findall(r'href="#([^"]*)"', html)} <= set(ids)


@pytest.mark.parametrize(("name", "field_name"), list(ATTRIBUTES))
def test_attributes_of_fields(name: str, field_name: str) -> None:
    """Exactly these: ids and names are stable across releases."""
    assert dict(field(document(name), field_name).attrs) == ATTRIBUTES[name, field_name]


def test_recovery_codes_and_app_codes_never_share_a_form() -> None:
    """Password managers would fill both."""
    for name in VIEWS:
        for form in document(name).forms:
            assert not {"code", "recovery_code"} <= form.names()


@pytest.mark.parametrize("name", [name for name, view in VIEWS.items() if view.shell.errors])
def test_an_error_is_said_twice_and_tied_to_its_field(name: str) -> None:
    """Summary before the heading, the same words above the field, aria-invalid, a description, no autofocus."""
    html = render(VIEWS[name])
    page = document(name)
    assert html.index('id="summary"') < html.index("<h1")
    for error in VIEWS[name].shell.errors:
        # A key is asked for by a button, which takes no input that could be wrong.
        control = button(page, error.anchor) if error.field == "key" else field(page, error.field)
        assert error.field == "key" or control.attrs["aria-invalid"] == "true"
        assert f"{error.anchor}-err" in control.attrs["aria-describedby"].split()
        assert page.text.count(error.message) == 2
    assert "autofocus" not in html


@pytest.mark.parametrize("name", [name for name, view in VIEWS.items() if not view.shell.errors])
def test_without_an_error_nothing_claims_one(name: str) -> None:
    html = render(VIEWS[name])
    assert "aria-invalid" not in html
    assert 'id="summary"' not in html


@pytest.mark.parametrize("name", ["consent", "enrolment", "recovery-codes", "logout", "select-account"])
def test_no_stray_enter_decides(name: str) -> None:
    """Autofocus never on consent or set-up: one Enter too many would answer."""
    assert "autofocus" not in render(VIEWS[name])


def test_a_hinted_name_puts_the_focus_on_the_password() -> None:
    page = document("password-hinted")
    assert "autofocus" not in field(page, "username").attrs
    assert "autofocus" in field(page, "password").attrs
    assert field(page, "username").value == "alice@example.com"


def test_what_was_typed_stays_except_secrets() -> None:
    page = document("password-wrong")
    assert field(page, "username").value == "alice"
    assert field(page, "password").value == ""
    assert field(document("second-factor-wrong"), "code").value == ""


def test_everything_is_escaped() -> None:
    """A person's name, an app's name and a redirect URI are somebody else's text."""
    evil = '"><script>alert(1)</script>'
    shell = replace(START, strip=Strip(name=evil, not_you_action="/x"), errors=(FieldError(field="", message=evil),))
    html = render(replace(PASSWORD, shell=shell, username=evil))
    assert "<script>alert" not in html
    assert "<script>alert" not in render(VIEWS["error-unsafe_link"])


def test_the_returning_page_leaves_at_once_and_by_hand() -> None:
    """0 seconds is the WCAG-clean form (H76); the link works where refresh does not."""
    page = document("returning")
    target = "org.example.wiki:/callback?code=c&state=s%22%3E"
    assert page.refresh == target
    assert target in [link.href for link in page.links]


@pytest.mark.parametrize("target", ["javascript:alert(1)", "JAVASCRIPT:alert(1)", "data:text/html,x", "/relative", ""])
def test_no_response_leaves_for_a_scheme_of_the_browser(target: str) -> None:
    with pytest.raises(ValueError, match="leaves for an app"):
        views.ReturningPage(shell=START, target=target)


def test_views_do_not_print_secrets() -> None:
    """A view in a traceback or a log shows no codes, no key, no token, no authorization code."""
    printed = repr([VIEWS["recovery-codes"], VIEWS["enrolment"], VIEWS["returning"]])
    for secret in (*CODES, OTPAUTH, "JBSW", "code=c", "'token'"):
        assert secret not in printed


def test_recovery_codes_are_listed_in_full() -> None:
    assert document("recovery-codes").codes == list(CODES)


def test_at_no_codes_left_there_is_no_way_past_the_set_up() -> None:
    buttons = [button.value for form in document("recovery-used-none").forms for button in form.buttons]
    assert "continue" not in buttons


def test_every_dead_end_names_a_way_out() -> None:
    """No dead ends: where the app is known, error pages link to it."""
    for name in ("error-expired", "error-refused", "error-stale", "error-our_fault", "finished"):
        assert "https://wiki.example.org/" in [link.href for link in document(name).links]


def test_buttons_that_need_a_script_are_hidden_without_one() -> None:
    for name in VIEWS:
        for button in re.findall(r'<button[^>]*type="button"[^>]*>', render(VIEWS[name])):
            assert " hidden>" in button


@pytest.mark.parametrize(
    ("contact", "href"),
    [
        ("help@example.org", "mailto:help@example.org"),
        ("https://help.example.org/desk", "https://help.example.org/desk"),
        ("the desk on floor 2", None),
        ("javascript:alert(1)", None),
        ('<a href="x">', None),
    ],
)
def test_whom_to_ask_is_a_link_where_it_can_be_one(contact: str, href: str | None) -> None:
    shell = replace(START, brand=replace(START.brand, contact=contact))
    page = Document(render(replace(PASSWORD, shell=shell)))
    assert [link.href for link in page.links if link.href != "#main"] == ([href] if href else [])
    assert contact.removeprefix("https://") in page.text


def test_the_codes_can_be_downloaded() -> None:
    """A file, not a page; it holds what the page shows, and nobody stores it on the way."""
    answer = responses.recovery_codes_file(SAVE_CODES)
    name = 'attachment; filename="northwind-recovery-codes-alice-2031-03-05.txt"'
    assert answer.headers["content-disposition"] == name
    assert answer.headers["cache-control"] == "no-store"
    assert [line for line in bytes(answer.body).decode().splitlines() if line in CODES] == list(CODES)
