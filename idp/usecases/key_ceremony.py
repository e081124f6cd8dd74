"""What a security key or passkey is asked at this try of a sign-in, and who asks."""

from typing import Literal

from idp.authenticators.key_options import KnownKey, request_options
from idp.authenticators.key_response import Ceremony, RelyingParty
from idp.keystore.service_keys import key_challenges
from idp.usecases.outcome import Current


def ceremony_of(current: Current, purpose: Literal["create", "get"]) -> Ceremony:
    """The challenge is the Interaction's own at this try; showing it writes nothing."""
    scene, interaction = current.scene, current.interaction
    keys = scene.configuration.service_keys
    return Ceremony(
        party=RelyingParty.of(scene.services.settings.issuer, scene.configuration.values.brand_name),
        challenges=key_challenges(keys, interaction.id, interaction.ceremony, purpose),
    )


def passkey_options(current: Current) -> str:
    """What the sign-in page asks the browser, where the key alone says who it is."""
    return request_options(ceremony_of(current, "get"), (), alone=True)


def key_options(current: Current, keys: tuple[KnownKey, ...]) -> str:
    """What the second-factor page asks of one of the person's keys."""
    return request_options(ceremony_of(current, "get"), keys, alone=False)
