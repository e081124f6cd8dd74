"""The frame of every page of a sign-in: brand, app, who is signing in, where its forms post to, and the way out."""

from hashlib import sha256
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request

from idp.authenticators.methods import Level
from idp.directory.mask import masked
from idp.login.purpose import PortalVisit
from idp.login.steps import SignIn
from idp.oidc.client import Client
from idp.usecases.client_references import reference_of
from idp.usecases.form_tokens import form_token
from idp.usecases.outcome import Current
from idp.usecases.services import Services
from idp.usecases.visit import Visit
from idp.values.ids import ClientId, InteractionId
from idp.web import cookies
from idp.web.call import call_of
from idp.web.languages import kept, kept_after
from idp.web.shell import App, Brand, FieldError, Shell, Strip
from idp.words.own_account import no_contact

_VERSION_DIGITS = 10


def visit_of(services: Services, request: Request) -> Visit:
    """The browser behind a request."""
    call, sent = call_of(request), cookies.read(request, services.settings.issuer)
    return Visit(browser=sent.browser, session=sent.session, known=sent.known, origin=call.origin, at=call.at)


def page_url(services: Services, interaction: InteractionId, client: ClientId, page: str = "") -> str:
    """Address of a page of a sign-in, absolute; `page` empty is the one that leads on to the right page."""
    tail = f"/{page}" if page else ""
    query = kept_after(f"app={reference_of(services, client)}")
    return services.settings.issuer.url(f"/interaction/{interaction}{tail}?{query}")


def url_of(current: Current, page: str) -> str:
    """Address of another page of this sign-in."""
    return page_url(current.scene.services, current.interaction.id, current.client.client_id, page)


def forgot_url(current: Current) -> str | None:
    """Where to ask for a new password, which leads back to this sign-in; None where no mail can be sent."""
    services = current.scene.services
    if services.mailer is None:
        return None
    reference = reference_of(services, current.client.client_id)
    query = urlencode({"app": reference, "sign_in": str(current.interaction.id)} | kept())
    return services.settings.issuer.url(f"/forgot?{query}")


def contact_of(current: Current) -> str:
    """Whom to ask for help, as pages say it."""
    return brand(current.scene.services).contact


def brand(services: Services) -> Brand:
    """From memory: error pages show it while the database is gone."""
    values = services.cache.latest.values
    return Brand(name=values.brand_name, contact=values.support_contact or no_contact())


def app(client: Client, redirect_uri: str | None = None) -> App:
    """The app in words, with the host that the answer goes to."""
    target = urlsplit(redirect_uri or client.home or "")
    metadata = client.metadata
    return App(
        name=client.name,
        host=target.netloc or f"{target.scheme}:",
        home_url=client.home,
        logo_path=_logo_path(client.client_id, metadata.logo_uri) if metadata.logo_uri else None,
        policy_url=metadata.policy_uri,
        terms_url=metadata.tos_uri,
    )


def _logo_path(client: ClientId, uri: str) -> str:
    """Another address for another logo, so that no browser shows the old one."""
    return f"/logo/{client}?v={sha256(uri.encode()).hexdigest()[:_VERSION_DIGITS]}"


def bare_shell(services: Services, client: Client | None = None) -> Shell:
    """For pages outside a sign-in, and for those that cannot go on."""
    return Shell(
        brand=brand(services),
        app=app(client) if client else None,
        root=services.settings.issuer.path,
    )


def shell(current: Current, page: str, errors: tuple[FieldError, ...] = ()) -> Shell:
    """For a page of a sign-in; its form posts to the page itself."""
    scene, interaction, asked = current.scene, current.interaction, current.interaction.asked
    redirect_uri = None if isinstance(asked, PortalVisit) else asked.redirect_uri
    return Shell(
        brand=brand(scene.services),
        action=url_of(current, page),
        csrf=form_token(scene.services, scene.visit.browser, str(interaction.id)),
        app=app(current.client, redirect_uri),
        # Nobody signed in yet: then there is no page of the portal to return to.
        cancel_action=url_of(current, "cancel") if redirect_uri or current.opened.session else None,
        strip=_strip(current),
        errors=errors,
        root=scene.services.settings.issuer.path,
    )


def _strip(current: Current) -> Strip | None:
    """Who is signing in; nobody is named on the page that asks for the name."""
    identity = current.facts.identity
    if isinstance(current.step, SignIn) or identity is None or identity.evidence.level < Level.ONE:
        return None
    return Strip(name=identity.account.username, not_you_action=url_of(current, "another-account"))


def shown_account(current: Current) -> str:
    """The account as the authenticator app shows it: in full only once the password was right."""
    identity = current.facts.identity
    proved = identity is not None and identity.proved.level >= Level.ONE
    return current.account.username if proved else masked(current.account.username)
