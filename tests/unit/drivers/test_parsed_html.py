"""The page parser that journeys rely on, on literal HTML."""

from __future__ import annotations

from tests.drivers.parsed_html import Document

PAGE = """<!doctype html><html lang="en"><head><title>Error: Sign in &ndash; Brand</title></head>
<body><a href="#main">Skip</a><main id=main data-step="password"><div id=summary tabindex=-1><div role=alert>
<h2>Check what you entered</h2><ul><li><a href="#username">Enter your username</a></ul></div></div>
<h1>Sign in to
  <bdi>Wiki</bdi></h1><p hidden>unseen</p>
<form method=post action="/s/1" novalidate><input type=hidden name=csrf value="a&amp;b">
<label for=username>Username</label><input id=username name=username autocomplete=username required>
<input type=checkbox name=keep checked><input type=checkbox name=loud value=yes>
<select name=size><option value=s>S<option value=m selected>M</select><textarea name=note>
two
lines</textarea>
<button>Sign <b>in</b></button><button type=button hidden>Show</button></form>
<button form=leave name=answer value=cancel>Cancel and return to Wiki</button>
<form id=leave method=post action=/leave></form>
<p>Key <code>JBSW Y3DP</code></p></main></body></html>"""


def test_the_page_tells_its_step_title_heading_and_alert() -> None:
    """What journeys assert first."""
    page = Document(PAGE)
    assert (page.lang, page.step, page.title) == ("en", "password", "Error: Sign in – Brand")
    assert page.heading == "Sign in to Wiki"
    assert page.alerts == ["Check what you entered Enter your username"]
    assert page.codes == ["JBSW Y3DP"]


def test_hidden_words_are_not_read() -> None:
    """`text` is what a person sees."""
    page = Document(PAGE + "<script>boo()</script>")
    assert "unseen" not in page.text
    assert "boo" not in page.text
    assert "Sign in to Wiki" in page.text


def test_fields_keep_the_values_that_the_form_would_send() -> None:
    """Entities are read, ticks and chosen options are kept, a leading newline of a textarea is not content."""
    sign_in = Document(PAGE).forms[0]
    values = {each.name: (each.type, each.value, each.checked) for each in sign_in.fields}
    assert values == {
        "csrf": ("hidden", "a&b", False),
        "username": ("text", "", False),
        "keep": ("checkbox", "on", True),
        "loud": ("checkbox", "yes", False),
        "size": ("select", "m", False),
        "note": ("textarea", "two\nlines", False),
    }


def test_only_submitting_buttons_count_and_a_button_outside_belongs_by_its_form_attribute() -> None:
    """HTML 4.10.18.3: the `form` attribute names the owner."""
    sign_in, leave = Document(PAGE).forms
    assert [each.text for each in sign_in.buttons] == ["Sign in"]
    assert [(each.text, each.name, each.value) for each in leave.buttons] == [
        ("Cancel and return to Wiki", "answer", "cancel")
    ]


def test_only_an_immediate_refresh_is_followed() -> None:
    """A delayed refresh is read by a person, not passed."""
    assert Document('<meta http-equiv=refresh content="0; url=https://app/cb?a=1&amp;b=2">').refresh == (
        "https://app/cb?a=1&b=2"
    )
    assert Document('<meta http-equiv="Refresh" content="0;URL=\'/x\'">').refresh == "/x"
    assert not Document('<meta http-equiv=refresh content="30; url=/x">').refresh
