"""Sample views of the pages on which a security key or passkey is set up, or shown as the second step."""

from datetime import UTC, datetime

from idp.web.key_views import KeyEnrolmentPage, SecurityKeyPage
from idp.web.shell import Shell
from idp.words import own_account

OPTIONS = (
    '{"rp":{"id":"localhost","name":"Northwind"},"user":{"id":"AQ","name":"alice","displayName":"alice"},'
    '"challenge":"Y2hhbGxlbmdl","pubKeyCredParams":[{"type":"public-key","alg":-7}],"excludeCredentials":[]}'
)

ASKED = '{"rpId":"localhost","challenge":"Y2hhbGxlbmdl","allowCredentials":[],"userVerification":"preferred"}'


def second_step(shell: Shell) -> SecurityKeyPage:
    """Of somebody who could use an app or a code as well."""
    return SecurityKeyPage(
        shell=shell, options=ASKED, lost_url="/lost", code_url="/second-factor", recovery_url="/recovery"
    )


def only_key(shell: Shell) -> SecurityKeyPage:
    """Nothing else will do."""
    return SecurityKeyPage(shell=shell, options=ASKED, lost_url="/lost", why=own_account.key_needed("Wiki"))


def enrolment_of_key(shell: Shell) -> KeyEnrolmentPage:
    """Wanted, where an app would do as well."""
    return KeyEnrolmentPage(shell=shell, why=own_account.key_added(), options=OPTIONS, app_url="/enrolment")


def needed_key(shell: Shell) -> KeyEnrolmentPage:
    """Nothing else will do, but it may wait."""
    until = datetime(2031, 3, 19, tzinfo=UTC)
    return KeyEnrolmentPage(shell=shell, why=own_account.key_needed("Wiki"), options=OPTIONS, may_wait_until=until)
