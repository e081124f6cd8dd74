"""Browsers in words, from what they say of themselves."""

import pytest

from idp.words.browsers import browser

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
AGENTS = {
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0": "Firefox on Windows",
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/140.0.0.0 Safari/537.36 Edg/140.0": "Edge on Windows",
    f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} Chrome/140.0.0.0 Safari/537.36": "Chrome on Linux",
    f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {WEBKIT} Chrome/140.0.0.0 Safari/537.36": "Chrome on ChromeOS",
    f"Mozilla/5.0 (Linux; Android 15; SM-S921B) {WEBKIT} SamsungBrowser/28.0 Chrome/130.0 Mobile Safari/537.36": (
        "Samsung Internet on Android"
    ),
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18 Safari/605": "Safari on Mac",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 CriOS/140.0 Mobile Safari/604.1": (
        "Chrome on iPhone"
    ),
    "SomeBrowser/1.0 (Linux)": "a browser on Linux",
    "Firefox/1.0": "Firefox",
    "curl/8.0": "an unknown browser",
    "": "an unknown browser",
    "<script>alert(1)</script>": "an unknown browser",
}


@pytest.mark.parametrize(("agent", "words"), AGENTS.items())
def test_a_browser_in_words(agent: str, words: str) -> None:
    """Nothing of what was sent is repeated."""
    assert browser(agent) == words
