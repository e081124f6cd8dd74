"""The explanation of a Requirement in sentences, one per place that was looked at: what `idp policy explain` prints."""

from idp.authenticators.methods import Level
from idp.policy.requirement import Reason, Requirement
from idp.policy.rules import ACR

_EFFECTS = {
    "decides": "decides",
    "weaker": "asks less than what decides",
    "lifted": "lifted by the exemption",
    "nothing": "adds nothing",
}


def summary(requirement: Requirement) -> str:
    """One sentence: the result."""
    if requirement.level >= Level.TWO:
        return f"A second factor is needed ({ACR[requirement.level]})."
    return f"The password is enough ({ACR[requirement.level]})."


def sentences(requirement: Requirement) -> tuple[str, ...]:
    """The summary, each reason, and the exemption where one is live."""
    lines = [summary(requirement), *(_line(reason) for reason in requirement.reasons)]
    if requirement.waiver:
        until = requirement.waiver.until.strftime("%Y-%m-%d %H:%M UTC")
        lines.append(f"exempt until {until}: {requirement.waiver.reason}")
    return tuple(lines)


def _line(reason: Reason) -> str:
    where = f"{reason.source} {reason.name}".rstrip()
    return f"{where}: {reason.words} - {_EFFECTS[reason.effect]}"
