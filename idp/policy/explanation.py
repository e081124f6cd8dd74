"""The explanation of a Requirement in sentences, one per place that was looked at: what `idp policy explain` prints."""

from datetime import datetime

from idp.authenticators.methods import Level
from idp.policy.requirement import Reason, Requirement, Waiver
from idp.policy.rules import ACR, days_in_words

_EFFECTS = {
    "decides": "decides",
    "weaker": "asks less than what decides",
    "lifted": "lifted by the exemption",
    "spared": "not asked in this remembered browser",
    "nothing": "adds nothing",
}


def summary(requirement: Requirement) -> str:
    """One sentence: the result."""
    if requirement.level >= Level.TWO:
        return f"A second factor is needed ({ACR[requirement.level]})."
    if requirement.waiver and requirement.waiver.kind == "grace":
        return f"The password is enough ({ACR[requirement.level]}) until {_moment(requirement.waiver.until)}."
    return f"The password is enough ({ACR[requirement.level]})."


def sentences(requirement: Requirement) -> tuple[str, ...]:
    """The summary, each reason, what remembered browsers are spared, and the waiver where one is live."""
    lines = [summary(requirement), *(_line(reason) for reason in requirement.reasons)]
    if requirement.remember_days:
        days = days_in_words(requirement.remember_days)
        lines.append(f"a browser may be remembered for {days}: no factor is asked there meanwhile")
    if requirement.waiver:
        lines.append(_waived(requirement.waiver))
    return tuple(lines)


def _waived(waiver: Waiver) -> str:
    until = _moment(waiver.until)
    if waiver.kind == "exempt":
        return f"exempt until {until}: {waiver.reason}"
    if waiver.kind == "remembered":
        return f"remembered until {until}: until then the password is enough in this browser"
    return f"grace until {until}: until then setting up a second factor is offered and may be put off"


def _line(reason: Reason) -> str:
    where = f"{reason.source} {reason.name}".rstrip()
    effect = f"counts from {_moment(reason.until)} on" if reason.until else _EFFECTS[reason.effect]
    return f"{where}: {reason.words} - {effect}"


def _moment(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%d %H:%M UTC")
