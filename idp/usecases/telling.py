"""What one try to tell somebody something came to, whether an app or a person."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """It was acknowledged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotTold:
    """Nothing came back, or no acknowledgement."""

    fault: str
    """A stable word: of FetchFault, `status_…`, or of MailFault."""
    for_good: bool = False
    """Whether another try can do no better."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NobodyToTell:
    """Who was to be told is gone, or no longer wants to be."""
