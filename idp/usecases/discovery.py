"""The two public documents, metadata and keys, as bytes made once for each configuration."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Self

from idp.authenticators.acr import advertised
from idp.oidc.metadata import provider_metadata
from idp.storage.configuration import Configuration
from idp.usecases.errors import Unavailable
from idp.usecases.services import Services
from idp.values.issuer import Issuer
from idp.words.speech import languages

MAX_AGE = timedelta(minutes=5)
"""How long others may keep them: far below the day that a key is published before it signs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedDocument:
    """One version of a document."""

    body: bytes
    etag: str
    """Quoted, as it stands in the header (RFC 9110 8.8.3)."""

    @classmethod
    def of(cls, members: Mapping[str, object]) -> Self:
        """The members as compact JSON."""
        body = json.dumps(members, separators=(",", ":")).encode()
        return cls(body=body, etag=f'"{sha256(body).hexdigest()[:32]}"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """Both documents of one configuration."""

    configuration: Configuration
    metadata: PublishedDocument
    jwks: PublishedDocument

    @classmethod
    def of(cls, issuer: Issuer, configuration: Configuration) -> Self:
        """Every algorithm is advertised: whoever is registered for one gets it, its key made by then (O-49)."""
        values = configuration.values
        metadata = provider_metadata(
            issuer,
            acr_values=advertised(values.acr_aliases),
            ui_locales=tuple(languages()),
            legacy=values.legacy_response_types,
        )
        return cls(
            configuration=configuration,
            metadata=PublishedDocument.of(metadata),
            jwks=PublishedDocument.of(configuration.keyring.jwks()),
        )


class Publication:
    """What a process publishes: the documents of the configuration as last heard of."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._documents: Documents | None = None

    async def current(self) -> Documents:
        """No round trip while the configuration is known, and the last ones while the database is away.

        Raises Unavailable where there are none yet: relying apps that check tokens go on during an outage.
        """
        try:
            configuration = await self._services.configuration()
        except Unavailable:
            if self._documents is None:
                raise
            return self._documents
        if self._documents is None or self._documents.configuration is not configuration:
            self._documents = Documents.of(self._services.settings.issuer, configuration)
        return self._documents
