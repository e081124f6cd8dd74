"""A token that a client brings to be introspected or revoked (RFC 7662 2.1, RFC 7009 2.1)."""

from dataclasses import dataclass
from typing import Self

from idp.oidc.parameters import Parameters
from idp.values.secrets import Token


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentedToken:
    """Its kind is told by its form, so `token_type_hint` is not needed and an unknown one harms nobody."""

    token: Token

    @classmethod
    def parse(cls, form: Parameters) -> Self:
        """Raises InvalidRequest."""
        form.refuse_duplicates()
        return cls(token=Token(form.required("token")))

    @property
    def is_access_token(self) -> bool:
        """A JWT has dots; the refresh tokens of this house have none."""
        return "." in self.token.expose()
