"""Who and what the demo shows: people, clients and rules, each there for one thing that can be seen. Values only."""

from dataclasses import dataclass

from idp.demo.registration import DemoClient
from idp.usecases.clients import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A person before there is a password."""

    username: str
    note: str
    profile: dict[str, str]
    groups: tuple[str, ...] = ()
    enrolled: bool = False
    exempt: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A client before there is a secret; `rule` is its second-factor rule, None where it has none."""

    client_id: str
    name: str
    kind: Kind
    note: str
    scopes: tuple[str, ...]
    audiences: tuple[str, ...] = ()
    rule: str | None = None

    def client(self, secret: str | None) -> DemoClient:
        """As the relying app knows it; its folder there is its id."""
        return DemoClient(
            client_id=self.client_id,
            client_secret=secret,
            name=self.name,
            slug=self.client_id,
            scopes=self.scopes,
            note=self.note,
        )


ADMINS = "admins"

PEOPLE = (
    Role(
        username="alice",
        note="has no second factor yet: the first sign-in sets one up",
        profile={"given_name": "Alice", "family_name": "Arnaud", "name": "Alice Arnaud", "locale": "en"},
    ),
    Role(
        username="bob",
        note="has an authenticator app: password, then the code",
        profile={"given_name": "Bob", "family_name": "Berg", "name": "Bob Berg", "zoneinfo": "Europe/Oslo"},
        enrolled=True,
    ),
    Role(
        username="carol",
        note="is an admin and has no second factor yet",
        profile={"given_name": "Carol", "family_name": "Costa", "name": "Carol Costa"},
        groups=(ADMINS,),
    ),
    Role(
        username="dave",
        note="is exempt for 90 days: Notes takes the password alone, Wiki still asks for a second factor",
        profile={"given_name": "Dave", "family_name": "Dahl", "name": "Dave Dahl", "phone_number": "+4720123456"},
        exempt=True,
    ),
)

CLIENTS = (
    Part(
        client_id="wiki",
        name="Wiki",
        kind="web",
        note="confidential; requires a second factor of everybody",
        scopes=("openid", "profile", "email", "groups", "offline_access"),
        rule="required",
    ),
    Part(
        client_id="notes",
        name="Notes",
        kind="web",
        note="confidential; asks a second factor of those who have one",
        scopes=("openid", "profile", "email"),
        rule="if_enrolled",
    ),
    Part(
        client_id="phonebook",
        name="Phone book",
        kind="spa",
        note="public; has no rule of its own",
        scopes=("openid", "profile", "phone", "address"),
    ),
    Part(
        client_id="robot",
        name="Robot",
        kind="machine",
        note="machine; gets tokens for itself with client_credentials",
        scopes=("notes.read",),
        audiences=("https://notes.example",),
    ),
)
