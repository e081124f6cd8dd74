"""The sentences of one mail: what all of them are made of."""

from dataclasses import dataclass, field

from idp.words.speech import say


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The sentences of one mail, in the order in which they stand."""

    subject: str
    happened: str
    was_it_you: str = field(default_factory=lambda: say("Was it you? Nothing to do."))
    advice: str = ""
    """What it means for the next sign-in, or what to keep."""
    shown: str = ""
    """To be typed in."""
    link: str = ""
    link_words: str = ""
