"""Forms come from our own pages: a token in the form, and what the browser says of where the form stood.

| Sec-Fetch-Site | Origin | verdict |
|---|---|---|
| same-origin | ours, `null` or absent | ours |
| same-origin | another | not ours: the two contradict each other |
| none | ours or absent | ours: a person's own doing, no page's |
| same-site, cross-site, other | any | not ours: a neighbour on our domain is not us |
| absent | ours | ours |
| absent | `null` or another | not ours |
| absent | absent | undecided, counts as ours: an old browser; the token alone decides |

Both must pass. The token binds a form to its browser and Interaction: `usecases.form_tokens`.
"""

from starlette.requests import Request

from idp.oidc.redirect_uri import origin_of
from idp.values.issuer import Issuer


class ForeignForm(Exception):
    """The form did not come from our page, or not from this browser. The page says what an expired one says."""


def same_origin(request: Request, issuer: Issuer) -> bool:
    """The table above."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    own = origin is not None and origin == origin_of(issuer)
    match site:
        case "same-origin":
            return own or origin in {None, "null"}
        case "none" | None:
            return own or origin is None
        case _:
            return False
