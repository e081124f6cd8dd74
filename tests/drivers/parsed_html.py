"""What a test driver sees of one HTML page: its step, texts, links and forms. Owns the parsing; sends nothing.

Only the standard library's tolerant parser stands underneath, so a page that works here works without scripts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset(("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"))
# Elements inside a line of text; every other tag separates words.
INLINE = frozenset(("a", "b", "bdi", "code", "data", "em", "i", "kbd", "mark", "small", "span", "strong", "time"))
UNSEEN = frozenset(("script", "style", "template", "head"))
VALUELESS_INPUTS = frozenset(("submit", "button", "image", "reset"))


@dataclass(slots=True, kw_only=True)
class Field:
    """One control of a form that carries a value; `attrs` are its attributes as written."""

    name: str
    type: str
    value: str
    checked: bool
    attrs: Mapping[str, str]


@dataclass(slots=True, kw_only=True)
class Button:
    """A control that submits its form. `text` is what a person reads on it."""

    text: str
    name: str
    value: str
    attrs: Mapping[str, str]


@dataclass(slots=True, kw_only=True)
class Form:
    """One form: where it goes, and what it would send if it were submitted untouched."""

    action: str
    method: str
    id: str
    attrs: Mapping[str, str]
    fields: list[Field] = field(default_factory=list)
    buttons: list[Button] = field(default_factory=list)

    def names(self) -> frozenset[str]:
        """The names of its fields, hidden ones included."""
        return frozenset(each.name for each in self.fields)


@dataclass(slots=True, kw_only=True)
class Link:
    """An anchor with an address. `text` is what a person reads."""

    text: str
    href: str
    attrs: Mapping[str, str]


@dataclass(slots=True, kw_only=True)
class _Open:
    """An element whose end tag has not come yet, with the text seen inside it so far."""

    tag: str
    attrs: dict[str, str]
    parts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return squeeze("".join(self.parts))


def squeeze(text: str) -> str:
    """The text with each run of white space turned into one blank, as a browser shows it."""
    return " ".join(text.split())


class Document(HTMLParser):
    """A parsed page. Attributes are empty rather than absent, so that an assertion reads well when it fails."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.title = ""
        self.heading = ""
        self.step = ""
        self.lang = ""
        self.text = ""
        self.refresh = ""
        self.alerts: list[str] = []
        self.codes: list[str] = []
        self.links: list[Link] = []
        self.forms: list[Form] = []
        self._open: list[_Open] = []
        self._form: Form | None = None
        self._loose: list[tuple[str, Field | Button]] = []
        self._seen: list[str] = []
        self.feed(source)
        self.close()
        self._finish()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the element; void elements are complete at once."""
        written = {name: value or "" for name, value in attrs}
        self._separate(tag)
        if tag == "html":
            self.lang = written.get("lang", "")
        elif tag == "main":
            self.step = written.get("data-step", "")
        elif tag == "meta":
            self._meta(written)
        elif tag == "form":
            self._begin_form(written)
        elif tag == "input":
            self._input(written)
        if tag not in VOID:
            self._open.append(_Open(tag=tag, attrs=written))

    def handle_endtag(self, tag: str) -> None:
        """Complete the innermost element of that name, and whatever was left open inside it."""
        if not any(each.tag == tag for each in self._open):
            return
        while self._open:
            element = self._open.pop()
            self._complete(element)
            if element.tag == tag:
                break
        self._separate(tag)

    def handle_data(self, data: str) -> None:
        """Give the text to every open element, and to the page unless it stands where nobody reads it."""
        for each in self._open:
            each.parts.append(data)
        if not any(each.tag in UNSEEN or "hidden" in each.attrs for each in self._open):
            self._seen.append(data)

    def _separate(self, tag: str) -> None:
        if tag in INLINE:
            return
        self._seen.append(" ")
        for each in self._open:
            if each.tag != "textarea":
                each.parts.append(" ")

    def _meta(self, attrs: dict[str, str]) -> None:
        if attrs.get("http-equiv", "").lower() != "refresh":
            return
        delay, _, rest = attrs.get("content", "").partition(";")
        key, _, target = rest.strip().partition("=")
        if delay.strip() == "0" and key.strip().lower() == "url":
            self.refresh = target.strip().strip("'\"")

    def _begin_form(self, attrs: dict[str, str]) -> None:
        self._form = Form(
            action=attrs.get("action", ""),
            method=attrs.get("method", "get").lower(),
            id=attrs.get("id", ""),
            attrs=attrs,
        )
        self.forms.append(self._form)

    def _input(self, attrs: dict[str, str]) -> None:
        kind = attrs.get("type", "text").lower()
        name, value = attrs.get("name", ""), attrs.get("value", "")
        if kind == "submit":
            self._belongs(attrs, Button(text=value, name=name, value=value, attrs=attrs))
        elif name and kind not in VALUELESS_INPUTS:
            shown = attrs.get("value", "on") if kind in ("checkbox", "radio") else value
            self._belongs(attrs, Field(name=name, type=kind, value=shown, checked="checked" in attrs, attrs=attrs))

    def _belongs(self, attrs: dict[str, str], control: Field | Button) -> None:
        owner = attrs.get("form", "")
        if owner:
            self._loose.append((owner, control))
        elif self._form is not None:
            _add(self._form, control)

    def _complete(self, element: _Open) -> None:
        match element.tag:
            case "title" if not self.title:
                self.title = element.text
            case "h1" if not self.heading:
                self.heading = element.text
            case "code":
                self.codes.append(element.text)
            case "a" if "href" in element.attrs:
                self.links.append(Link(text=element.text, href=element.attrs["href"], attrs=element.attrs))
            case "form":
                self._form = None
            case "button" | "textarea" | "option" | "select":
                self._control(element)
        if element.attrs.get("role") == "alert":
            self.alerts.append(element.text)

    def _control(self, element: _Open) -> None:
        attrs, name = element.attrs, element.attrs.get("name", "")
        if element.tag == "button" and attrs.get("type", "submit") == "submit":
            self._belongs(attrs, Button(text=element.text, name=name, value=attrs.get("value", ""), attrs=attrs))
        elif element.tag == "textarea":
            value = "".join(element.parts).removeprefix("\n")
            self._belongs(attrs, Field(name=name, type="textarea", value=value, checked=False, attrs=attrs))
        elif element.tag == "option":
            self._option(element)
        elif element.tag == "select":
            self._belongs(
                attrs, Field(name=name, type="select", value=attrs.get(" chosen", ""), checked=False, attrs=attrs)
            )

    def _option(self, element: _Open) -> None:
        """Remember the chosen option on its select; the first one counts until a later one says `selected`."""
        select = next((each for each in reversed(self._open) if each.tag == "select"), None)
        if select is not None and (" chosen" not in select.attrs or "selected" in element.attrs):
            select.attrs[" chosen"] = element.attrs.get("value", element.text)

    def _finish(self) -> None:
        while self._open:
            self._complete(self._open.pop())
        for owner, control in self._loose:
            for form in self.forms:
                if form.id == owner:
                    _add(form, control)
        self.text = squeeze("".join(self._seen))


def _add(form: Form, control: Field | Button) -> None:
    if isinstance(control, Button):
        form.buttons.append(control)
    else:
        form.fields.append(control)
