"""What an authorization request may ask for, and by which way the answer comes.

RFC 6749 3.1.1, OIDC Core 3, OAuth 2.0 Multiple Response Type Encoding Practices, OAuth 2.0 Form Post Response Mode.
Whether a client may use a type is decided in authorization_request.
"""

from enum import StrEnum
from typing import Literal, Self, get_args

from idp.oidc.errors import UnsupportedResponseType
from idp.oidc.grant_type import AUTHORIZATION_CODE, IMPLICIT
from idp.oidc.redirect_uri import is_private_scheme

ResponseMode = Literal["query", "fragment", "form_post"]
RESPONSE_MODES: tuple[ResponseMode, ...] = get_args(ResponseMode)


def in_order(text: str) -> str:
    """The words of a response type as we keep them: they may come in any order (RFC 6749 3.1.1)."""
    return " ".join(sorted(text.split(" ")))


class ResponseType(StrEnum):
    """Each with its words in the order code, id_token, token. `token` alone is not among them: it signs nobody in."""

    CODE = "code"
    ID_TOKEN = "id_token"
    ID_TOKEN_TOKEN = "id_token token"
    CODE_ID_TOKEN = "code id_token"
    CODE_TOKEN = "code token"
    CODE_ID_TOKEN_TOKEN = "code id_token token"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The type, its words in any order (RFC 6749 3.1.1). Raises UnsupportedResponseType."""
        try:
            return cls(in_order(text))
        except ValueError:
            raise UnsupportedResponseType("response_type is not supported") from None

    @property
    def words(self) -> frozenset[str]:
        """What the answer brings, by the names of its members but for `token`, which is `access_token` there."""
        return frozenset(self.value.split(" "))

    @property
    def brings_code(self) -> bool:
        """Whether there is a code for the token endpoint."""
        return "code" in self.words

    @property
    def brings_id_token(self) -> bool:
        """Whether an ID token comes from the authorization endpoint."""
        return "id_token" in self.words

    @property
    def brings_access_token(self) -> bool:
        """Whether an access token comes from the authorization endpoint."""
        return "token" in self.words

    @property
    def front_channel(self) -> bool:
        """Whether any token passes through the browser: of every type but `code`."""
        return self.brings_id_token or self.brings_access_token

    @property
    def grant_types(self) -> frozenset[str]:
        """Those that a client must be registered for (OIDC Registration 2)."""
        code = {AUTHORIZATION_CODE} if self.brings_code else set[str]()
        return frozenset(code | ({IMPLICIT} if self.front_channel else set[str]()))


def answer_mode(response_type: str | None, response_mode: str | None, redirect_uri: str) -> ResponseMode:
    """By which way the answer to these parameters comes, errors too; whoever asked for another one is refused so.

    The mode that was asked for, where it fits; else the default of the type. A token never stands in a query, and
    an app behind a private scheme is handed an address and no form.
    """
    front_channel = bool({"token", "id_token"} & set((response_type or "").split(" ")))
    if response_mode == "form_post" and not is_private_scheme(redirect_uri):
        return "form_post"
    return "fragment" if front_channel or response_mode == "fragment" else "query"
