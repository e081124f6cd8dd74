"""A second factor bound by somebody who knows its secrets: for accounts that arrive with one, such as the demo's."""

from dataclasses import dataclass, field

from idp.audit.sign_in import EnrolmentConfirmed
from idp.authenticators import totp
from idp.authenticators.recovery_code import display
from idp.directory.permissions import Permission
from idp.storage import bound_apps, endings, places
from idp.storage.bound_apps import KnownApp, SavedCodes
from idp.usecases.management import found_user
from idp.usecases.recovery_codes import made_codes
from idp.usecases.services import Services
from idp.usecases.unit import Unit
from idp.values.entropy import random_uuid
from idp.values.ids import AuthenticatorId
from idp.values.secrets import RecoveryCode, TotpSecret

__all__ = ["KnownFactor", "bind", "display", "new_factor"]

PERMISSION = Permission.USERS_WRITE


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFactor:
    """An app and its recovery codes, ready to be stored, with the secrets in clear for whoever hands them over."""

    secret: TotpSecret
    codes: tuple[RecoveryCode, ...]
    app: KnownApp = field(repr=False)
    saved: SavedCodes = field(repr=False)


async def new_factor(services: Services) -> KnownFactor:
    """Fresh secrets. Raises Busy."""
    entropy = services.entropy
    secret, app = totp.new_secret(entropy), AuthenticatorId(random_uuid(entropy))
    made = await made_codes(services)
    return KnownFactor(
        secret=secret,
        codes=made.codes,
        app=KnownApp(
            id=app,
            sealed_secret=services.sealer.seal(secret.expose().encode(), places.app_secret(app)),
            parameters=totp.DEFAULT,
        ),
        saved=SavedCodes(
            id=AuthenticatorId(random_uuid(entropy)),
            salt=made.salt,
            pepper_id=made.pepper_id,
            digests=made.digests,
        ),
    )


async def bind(unit: Unit, name: str, factor: KnownFactor) -> None:
    """Bind it in place of whatever the person had. Raises NotFound."""
    user = await found_user(unit.connection, name)
    apps, _ = await endings.unbind_second_factors(unit.connection, user.id)
    await bound_apps.insert(unit.connection, user.id, factor.app, factor.saved, unit.at)
    await unit.record(EnrolmentConfirmed(authenticator=factor.app.id, replaced=apps > 0), user=user.id)
