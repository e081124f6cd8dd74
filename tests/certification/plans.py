"""The plans of the OpenID conformance suite (release 5.2.4) that the provider is held against, as data.

A plan names modules, each with the variants it runs in. A `Run` is one module in one variant: what one test is.
The counts beside the plans are the suite's own, by which the house test sees that nothing was left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Registration = Literal["static_client", "dynamic_client"]
ResponseMode = Literal["default", "form_post"]
ClientAuth = Literal["client_secret_basic", "client_secret_post", "private_key_jwt"]

STATIC: Registration = "static_client"
DYNAMIC: Registration = "dynamic_client"
EACH: tuple[Registration, ...] = (STATIC, DYNAMIC)
BASIC: ClientAuth = "client_secret_basic"
POST: ClientAuth = "client_secret_post"
PRIVATE_KEY: ClientAuth = "private_key_jwt"

CODE = "code"
IMPLICIT_TYPES = ("id_token", "id_token token")
HYBRID_TYPES = ("code id_token", "code token", "code id_token token")
EVERY_TYPE = (CODE, *IMPLICIT_TYPES, *HYBRID_TYPES)

DYNAMIC_ONLY = frozenset(
    (
        "oidcc-idtoken-signature",
        "oidcc-idtoken-unsigned",
        "oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported",
    )
)
"""Modules that have to register a client of their own: a plan with static clients leaves them out."""

NO_UNSIGNED_TOKENS = "id_token_signing_alg_values_supported is without `none`: no ID token is ever unsigned"
NO_UNSIGNED_OBJECTS = "request_object_signing_alg_values_supported is without `none`: an unsigned request is refused"
SKIPS: Mapping[str, str] = {
    "oidcc-idtoken-unsigned": NO_UNSIGNED_TOKENS,
    "oidcc-request-uri-unsigned": NO_UNSIGNED_OBJECTS,
    "oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported": NO_UNSIGNED_OBJECTS,
    "oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported": NO_UNSIGNED_OBJECTS,
    "oidcc-ensure-request-object-with-redirect-uri": NO_UNSIGNED_OBJECTS,
}
"""Skips that the suite allows and we take, each with its reason. The test checks the reason before it skips."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One module in one variant of one plan."""

    plan: str
    module: str
    response_type: str = CODE
    response_mode: ResponseMode = "default"
    auth: ClientAuth = BASIC
    registration: Registration = STATIC
    legacy: bool = False
    """Whether the provider has the implicit and hybrid flows switched on."""

    @property
    def dynamic(self) -> bool:
        """Whether the module registers its client itself."""
        return self.registration == DYNAMIC

    @property
    def answers_with_code(self) -> bool:
        """Whether a code comes, which is then exchanged."""
        return CODE in self.response_type.split()

    @property
    def answers_with_id_token(self) -> bool:
        """Whether the authorization response carries an ID token."""
        return "id_token" in self.response_type.split()

    @property
    def answers_with_token(self) -> bool:
        """Whether the authorization response carries an access token."""
        return "token" in self.response_type.split()

    def __str__(self) -> str:
        """What pytest shows of it."""
        plan = self.plan.removeprefix("oidcc-").removesuffix("-certification-test-plan")
        return f"{plan}-{self.response_type.replace(' ', '+')}-{self.registration.removesuffix('_client')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Modules of a plan that run in the same variants."""

    modules: tuple[str, ...]
    response_types: tuple[str, ...]
    auth: ClientAuth = BASIC


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One plan."""

    name: str
    entries: tuple[Entry, ...]
    runs: Mapping[Registration, int]
    """How many modules the suite itself runs; where a response type is to be chosen, for the first of `chosen`."""
    chosen: tuple[str, ...] = ()
    """Response types of which a user of the suite chooses one; these we run. Empty: the plan fixes them."""
    response_mode: ResponseMode = "default"
    legacy: bool = False
    """Whether the plan as a whole needs the implicit and hybrid flows; runs of any type but `code` always do."""
    skips: Mapping[str, str] = field(default_factory=lambda: SKIPS)

    @property
    def modules(self) -> tuple[str, ...]:
        """Each module once."""
        return tuple(dict.fromkeys(module for entry in self.entries for module in entry.modules))

    def all_runs(self) -> Iterator[Run]:
        """Every test of the plan."""
        for registration in self.runs:
            for entry in self.entries:
                for module in entry.modules:
                    if registration == STATIC and module in DYNAMIC_ONLY:
                        continue
                    for response_type in entry.response_types:
                        yield Run(
                            plan=self.name,
                            module=module,
                            response_type=response_type,
                            response_mode=self.response_mode,
                            auth=entry.auth,
                            registration=registration,
                            legacy=self.legacy or response_type != CODE,
                        )


# ── the lists that several plans share ───────────────────────────────────────────────────────────

SCOPES = ("oidcc-scope-profile", "oidcc-scope-email", "oidcc-scope-address", "oidcc-scope-phone", "oidcc-scope-all")
ORDER = ("oidcc-alternate-happy-flow",)
DISPLAYS_AND_SESSIONS = (
    "oidcc-display-page",
    "oidcc-display-popup",
    "oidcc-prompt-login",
    "oidcc-prompt-none-not-logged-in",
    "oidcc-prompt-none-logged-in",
    "oidcc-max-age-1",
    "oidcc-max-age-10000",
    "oidcc-ensure-request-with-unknown-parameter-succeeds",
    "oidcc-id-token-hint",
    "oidcc-login-hint",
    "oidcc-ui-locales",
    "oidcc-claims-locales",
    "oidcc-ensure-request-with-acr-values-succeeds",
)
REUSE = ("oidcc-codereuse", "oidcc-codereuse-30seconds")
UNREGISTERED = ("oidcc-ensure-registered-redirect-uri",)
USERINFO = ("oidcc-userinfo-get", "oidcc-userinfo-post-header", "oidcc-userinfo-post-body")
WITHOUT_NONCE_FAILS = ("oidcc-ensure-request-without-nonce-fails",)
WITHOUT_NONCE_SUCCEEDS = ("oidcc-ensure-request-without-nonce-succeeds-for-code-flow",)
SIGNATURE = ("oidcc-idtoken-signature",)
SERVER = ("oidcc-server",)
TYPE_MISSING = ("oidcc-response-type-missing",)
UNSIGNED_REQUESTS = (
    "oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported",
    "oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported",
)
OBJECT_WITH_REDIRECT = ("oidcc-ensure-request-object-with-redirect-uri",)
CLAIMS = ("oidcc-claims-essential",)
REFRESH = ("oidcc-refresh-token",)
PKCE = ("oidcc-ensure-request-with-valid-pkce-succeeds",)
SECRET_POST = ("oidcc-server-client-secret-post",)
DISCOVERY = ("oidcc-discovery-endpoint-verification",)

BASIC_ENTRIES = (
    Entry(
        modules=(
            *SERVER,
            *TYPE_MISSING,
            *SIGNATURE,
            "oidcc-idtoken-unsigned",
            *USERINFO,
            *WITHOUT_NONCE_SUCCEEDS,
            *SCOPES,
            *ORDER,
            *DISPLAYS_AND_SESSIONS,
            *REUSE,
            *UNREGISTERED,
            "oidcc-ensure-post-request-succeeds",
        ),
        response_types=(CODE,),
    ),
    Entry(modules=SECRET_POST, response_types=(CODE,), auth=POST),
    Entry(
        modules=(*UNSIGNED_REQUESTS, *CLAIMS, *OBJECT_WITH_REDIRECT, *REFRESH, *PKCE),
        response_types=(CODE,),
    ),
)

IMPLICIT_ENTRIES = (
    Entry(
        modules=(
            *SERVER,
            *SIGNATURE,
            *WITHOUT_NONCE_FAILS,
            *SCOPES,
            *ORDER,
            *DISPLAYS_AND_SESSIONS,
            *UNREGISTERED,
            *UNSIGNED_REQUESTS,
            *OBJECT_WITH_REDIRECT,
            *CLAIMS,
        ),
        response_types=IMPLICIT_TYPES,
    ),
    Entry(modules=(*USERINFO, *TYPE_MISSING), response_types=("id_token token",)),
)


def _hybrid(response_type: str, *only: str) -> tuple[Entry, ...]:
    """The hybrid list for one response type; `only` are the modules that not all three have."""
    nonce = WITHOUT_NONCE_FAILS if "id_token" in response_type else WITHOUT_NONCE_SUCCEEDS
    types = (response_type,)
    first, last = [module for module in only if module not in PKCE], [module for module in only if module in PKCE]
    return (
        Entry(
            modules=(
                *SERVER,
                *first,
                *SIGNATURE,
                *USERINFO,
                *nonce,
                *SCOPES,
                *DISPLAYS_AND_SESSIONS,
                *REUSE,
                *UNREGISTERED,
            ),
            response_types=types,
        ),
        Entry(modules=SECRET_POST, response_types=types, auth=POST),
        Entry(
            modules=(*UNSIGNED_REQUESTS, *CLAIMS, *OBJECT_WITH_REDIRECT, *REFRESH, *last),
            response_types=types,
        ),
    )


HYBRID_ENTRIES = (
    *_hybrid("code id_token", *TYPE_MISSING, *ORDER, *PKCE),
    *_hybrid("code token"),
    *_hybrid("code id_token token"),
)

WITH_CODE = (CODE, *HYBRID_TYPES)
WITH_TOKEN = (*WITH_CODE, "id_token token")
DYNAMIC_ENTRIES = (
    Entry(modules=(*DISCOVERY, "oidcc-server-rotate-keys"), response_types=(CODE,), auth=PRIVATE_KEY),
    Entry(modules=("oidcc-idtoken-unsigned",), response_types=(CODE, "code token"), auth=PRIVATE_KEY),
    Entry(modules=("oidcc-userinfo-rs256",), response_types=WITH_TOKEN, auth=PRIVATE_KEY),
    Entry(
        modules=(
            "oidcc-idtoken-rs256",
            "oidcc-ensure-redirect-uri-in-authorization-request",
            "oidcc-redirect-uri-query-OK",
            "oidcc-redirect-uri-query-mismatch",
            "oidcc-redirect-uri-query-added",
            "oidcc-redirect-uri-regfrag",
            *SERVER,
            "oidcc-registration-logo-uri",
            "oidcc-registration-policy-uri",
            "oidcc-registration-tos-uri",
            "oidcc-registration-sector-uri",
            "oidcc-registration-sector-bad",
            "oidcc-request-uri-unsigned",
            "oidcc-request-uri-signed-rs256",
            *OBJECT_WITH_REDIRECT,
        ),
        response_types=EVERY_TYPE,
        auth=PRIVATE_KEY,
    ),
    Entry(
        modules=(
            "oidcc-registration-jwks-uri",
            "oidcc-refresh-token-rp-key-rotation",
            *REFRESH,
            "oidcc-ensure-client-assertion-with-iss-aud-succeeds",
        ),
        response_types=WITH_CODE,
        auth=PRIVATE_KEY,
    ),
)

LOGOUT_MODULES = (
    "oidcc-rp-initiated-logout",
    "oidcc-rp-initiated-logout-bad-post-logout-redirect-uri",
    "oidcc-rp-initiated-logout-modified-id-token-hint",
    "oidcc-rp-initiated-logout-no-id-token-hint",
    "oidcc-rp-initiated-logout-no-params",
    "oidcc-rp-initiated-logout-no-post-logout-redirect-uri",
    "oidcc-rp-initiated-logout-no-state",
    "oidcc-rp-initiated-logout-only-state",
    "oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri",
    "oidcc-rp-initiated-logout-bad-id-token-hint",
)
RP_INITIATED, FRONTCHANNEL, BACKCHANNEL = (
    f"oidcc-{name}rp-initiated-logout" for name in ("", "frontchannel-", "backchannel-")
)
DISCOVERED = "-discovery-endpoint-verification"

# ── the plans ────────────────────────────────────────────────────────────────────────────────────


def _certification(name: str) -> str:
    return f"oidcc-{name}-certification-test-plan"


def _counted(static: int | None, dynamic: int | None) -> dict[Registration, int]:
    counts: list[tuple[Registration, int | None]] = [(STATIC, static), (DYNAMIC, dynamic)]
    return {registration: count for registration, count in counts if count is not None}


def _core(name: str, entries: tuple[Entry, ...], static: int, dynamic: int, *, legacy: bool) -> Iterator[Plan]:
    """A plan and its form_post twin."""
    modes: tuple[tuple[str, ResponseMode], ...] = (("", "default"), ("formpost-", "form_post"))
    for prefix, mode in modes:
        yield Plan(
            name=_certification(prefix + name),
            entries=entries,
            runs=_counted(static, dynamic),
            response_mode=mode,
            legacy=legacy,
        )


def _for_any_type(name: str, modules: Sequence[str], static: int | None, dynamic: int) -> Plan:
    """A plan whose user chooses a response type; the metadata are the same for all of them."""
    about_metadata = tuple(module for module in modules if module.endswith(DISCOVERED))
    others = tuple(module for module in modules if module not in about_metadata)
    entries = (Entry(modules=about_metadata, response_types=(CODE,)), Entry(modules=others, response_types=EVERY_TYPE))
    return Plan(name=_certification(name), entries=entries, runs=_counted(static, dynamic), chosen=EVERY_TYPE)


PLANS: tuple[Plan, ...] = (
    *_core("basic", BASIC_ENTRIES, 35, 38, legacy=False),
    Plan(
        name=_certification("config"),
        entries=(Entry(modules=DISCOVERY, response_types=(CODE,)),),
        runs=_counted(1, None),
    ),
    Plan(
        name=_certification("dynamic"),
        entries=DYNAMIC_ENTRIES,
        runs=_counted(None, 23),
        chosen=EVERY_TYPE,
        legacy=True,
    ),
    *_core("implicit", IMPLICIT_ENTRIES, 54, 58, legacy=True),
    *_core("hybrid", HYBRID_ENTRIES, 96, 102, legacy=True),
    _for_any_type("rp-initiated-logout", (RP_INITIATED + DISCOVERED, *LOGOUT_MODULES), 11, 11),
    _for_any_type("frontchannel-rp-initiated-logout", (FRONTCHANNEL + DISCOVERED, FRONTCHANNEL), 2, 2),
    _for_any_type("backchannel-rp-initiated-logout", (BACKCHANNEL + DISCOVERED, BACKCHANNEL), 2, 2),
    _for_any_type("3rdparty-init-login", ("oidcc-3rd_party-init-login", "oidcc-3rd_party-init-login-nohttps"), None, 2),
)

RUNS: tuple[Run, ...] = tuple(run for plan in PLANS for run in plan.all_runs())


def runs_of(module: str) -> list[Run]:
    """Every run of one module, over all plans."""
    return [run for run in RUNS if run.module == module]
