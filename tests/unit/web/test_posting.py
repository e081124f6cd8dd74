"""The page that posts an authorization response (Form Post Response Mode 2): its one script, its policy, its form."""

import base64
import re
from dataclasses import replace
from hashlib import sha256

import pytest

from idp.web import responses, views
from idp.web.templates import render
from tests.browser.sample_pages import APP, BARE
from tests.drivers.parsed_html import Document

TARGET = "https://wiki.example.org/cb?kept=1&so=2"
EVIL = "\"'><script>alert(1)</script>&amp;"
PAGE = views.PostingPage(shell=replace(BARE, app=APP), target=TARGET, members={"code": "c0de", "state": EVIL})


def test_the_form_holds_the_answer_and_nothing_else() -> None:
    """What a person's browser sends is what the app is to get; the button adds nothing."""
    (form,) = Document(render(PAGE)).forms
    assert (form.method.lower(), form.action) == ("post", TARGET)
    assert {field.name: field.value for field in form.fields} == PAGE.members
    (button,) = form.buttons
    assert (button.text, button.name) == ("Continue to Wiki", "")


def test_values_and_names_are_escaped() -> None:
    """O-12."""
    html = render(PAGE)
    assert EVIL not in html
    assert "<script>alert" not in html


def test_its_one_script_is_the_one_that_its_policy_names() -> None:
    """O-12: by its hash, and no file of ours; no form-action, which Chromium checks along the app's redirects."""
    answer = responses.posting(PAGE)
    (script,) = re.findall(r"<script[^>]*>(.*?)</script>", render(PAGE))
    digest = base64.b64encode(sha256(script.encode()).digest()).decode()
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    assert policy == {
        "default-src": "'none'",
        "style-src": "'self'",
        "script-src": f"'sha256-{digest}'",
        "img-src": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "same-origin"


def test_every_other_page_keeps_its_policy() -> None:
    assert "form-action 'self'" in responses.page(replace(PAGE)).headers["content-security-policy"]


def test_it_is_a_page_that_leaves() -> None:
    """`data-step` is what drivers and password managers know; without an app's name there are words too."""
    assert Document(render(PAGE)).step == "returning"
    (form,) = Document(render(replace(PAGE, shell=BARE))).forms
    assert [button.text for button in form.buttons] == ["Continue"]


@pytest.mark.parametrize("target", ["com.example.app:/cb", "javascript:alert(1)", "data:text/html,x", "/relative", ""])
def test_a_form_is_posted_to_an_address_of_the_web(target: str) -> None:
    with pytest.raises(ValueError, match="http or https"):
        replace(PAGE, target=target)


def test_it_does_not_print_its_secrets() -> None:
    assert "c0de" not in repr(PAGE)
