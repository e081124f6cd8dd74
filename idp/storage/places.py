"""Every column that is sealed under a root key, and the Place that the ciphertext in one of its rows is bound to.

Who seals or opens takes the Place from here, so no such column can be missing where root keys are rotated.
"""

from dataclasses import dataclass
from uuid import UUID

from idp.keystore.service_keys import ServiceKeyName
from idp.values.ids import AuthenticatorId, InteractionId, MailId
from idp.values.sealed import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedColumn:
    """A column, the text that names its row in a Place, and how a row is found by that text."""

    table: str
    column: str
    row: str = "id::text"
    """SQL of that text."""
    match: str = "t.id = n.row::uuid"

    def place(self, row: str) -> Place:
        """What the ciphertext of that row is bound to."""
        return Place(self.table, row, self.column)


_SIGNING_KEY = SealedColumn(table="signing_keys", column="sealed_private", row="kid", match="t.kid = n.row")
_SERVICE_KEY = SealedColumn(
    table="service_keys", column="sealed_key", row="name || ' ' || id", match="t.name || ' ' || t.id = n.row"
)
_APP_SECRET = SealedColumn(table="totp_authenticators", column="sealed_secret")
_ENROLMENT = SealedColumn(table="interactions", column="sealed_enrolment")
_CODES = SealedColumn(table="interactions", column="sealed_codes")
_RESPONSE = SealedColumn(table="interactions", column="sealed_response")
_FORM = SealedColumn(table="interactions", column="sealed_form")

_CLIENT_SECRET = SealedColumn(table="client_secrets", column="sealed_secret")
_LETTER = SealedColumn(table="outbox", column="sealed_letter", row="mail_id::text", match="t.mail_id = n.row::uuid")

COLUMNS = (_SIGNING_KEY, _SERVICE_KEY, _APP_SECRET, _ENROLMENT, _CODES, _RESPONSE, _FORM, _CLIENT_SECRET, _LETTER)
"""All of them: what a new root key seals anew."""


def signing_key(kid: str) -> Place:
    """The private half of a signing key."""
    return _SIGNING_KEY.place(kid)


def service_key(name: ServiceKeyName, key_id: str) -> Place:
    """A service key."""
    return _SERVICE_KEY.place(f"{name.value} {key_id}")


def app_secret(app: AuthenticatorId) -> Place:
    """The secret of an authenticator app."""
    return _APP_SECRET.place(str(app))


def enrolment(interaction: InteractionId) -> Place:
    """A set-up secret until it is confirmed."""
    return _ENROLMENT.place(str(interaction))


def codes(interaction: InteractionId) -> Place:
    """Recovery codes on show until they are acknowledged."""
    return _CODES.place(str(interaction))


def response(interaction: InteractionId) -> Place:
    """The authorization response of a finished Interaction."""
    return _RESPONSE.place(str(interaction))


def form(interaction: InteractionId) -> Place:
    """What was typed before its person had to prove anew who they are."""
    return _FORM.place(str(interaction))


def letter(mail: MailId) -> Place:
    """What a mail that is not sent yet says."""
    return _LETTER.place(str(mail))


def client_secret(secret: UUID) -> Place:
    """A secret that a client signs with."""
    return _CLIENT_SECRET.place(str(secret))
