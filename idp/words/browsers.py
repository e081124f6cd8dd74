"""Browsers in words: «Firefox on Windows» from a User-Agent. Pure; says only words of its own, whatever was sent."""

from idp.words.speech import say

_BROWSERS = (  # the first that is found: those above call themselves by the names below as well
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)

_SYSTEMS = (
    ("Windows", "Windows"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


def browser(agent: str) -> str:
    """`Firefox on Windows`, `Firefox`, `a browser on Windows`, or `an unknown browser`."""
    name = next((name for sign, name in _BROWSERS if sign in agent), None)
    system = next((name for sign, name in _SYSTEMS if sign in agent), None)
    if name and system:
        return say("%(browser)s on %(system)s", browser=name, system=system)
    if system:
        return say("a browser on %(system)s", system=system)
    return name or say("an unknown browser")
