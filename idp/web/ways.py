"""The ways on which the second step can be passed here: the address of each one's page."""

from collections.abc import Mapping

from idp.login.steps import ProveFactor
from idp.usecases.outcome import Current
from idp.web.frame import url_of


def ways(current: Current) -> Mapping[str, str]:
    """By `code`, `key` and `recovery_code`, as far as the person has them and the requirement lets them count."""
    step = current.step
    if not isinstance(step, ProveFactor):
        return {}
    pages = {
        "code": "second-factor" if step.app else "",
        "key": "security-key" if step.key else "",
        "recovery_code": "recovery" if step.recovery else "",
    }
    return {way: url_of(current, page) for way, page in pages.items() if page}
