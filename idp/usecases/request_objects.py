"""Request objects: fetched where they lie elsewhere, verified with the client's keys, made into plain parameters."""

from datetime import datetime

from idp.keystore.client_jwt import LONGEST, ClientJwt, InvalidClientJwt
from idp.oidc import request_object
from idp.oidc.client import Client
from idp.oidc.errors import InvalidRequestObject, InvalidRequestUri, OAuthError
from idp.oidc.parameters import Parameters
from idp.oidc.request_object import ByReference, ByValue
from idp.outbound.fetching import Fetched, FetchFailed
from idp.usecases.client_keys import signed_by
from idp.usecases.fetching import RemoteDocument, fetch
from idp.usecases.services import Services


async def resolved(services: Services, client: Client, parameters: Parameters, at: datetime) -> Parameters | OAuthError:
    """What the client asks for: these parameters, or those of the request object among them, or why it is refused.

    May take as long as two fetches; holds no connection meanwhile.
    """
    try:
        found = request_object.presented(parameters)
        if found is None or not client.active:  # a disabled client makes us fetch nothing; it is refused for that
            return parameters
        return await _said(services, client, await _text(services, client, found, at), at)
    except OAuthError as fault:
        return fault


async def _text(services: Services, client: Client, found: ByValue | ByReference, at: datetime) -> str:
    if isinstance(found, ByValue):
        return found.text
    url = request_object.address(client, found.uri)
    document = RemoteDocument(kind="request_uri", url=url, most=LONGEST, client=client.client_id)
    try:
        return await fetch(services, document, _ascii, at)
    except FetchFailed:
        raise InvalidRequestUri("what lies at the request_uri could not be fetched") from None


async def _said(services: Services, client: Client, text: str, at: datetime) -> Parameters:
    try:
        jwt = ClientJwt.parse(text)
    except InvalidClientJwt as fault:
        raise InvalidRequestObject(f"the request object cannot be read: {fault}") from None
    said = request_object.parameters_of(client, jwt.unverified, services.settings.issuer, at)
    if not await signed_by(services, client, jwt, at):
        raise InvalidRequestObject("the signature of the request object is not the client's")
    return said


def _ascii(fetched: Fetched) -> str:
    """Whatever media type it came with (RFC 9101 5.2.3 names one, hardly anybody sends it). Raises ValueError."""
    return fetched.body.decode("ascii").strip()
