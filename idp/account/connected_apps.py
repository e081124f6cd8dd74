"""`/account/apps`: the apps that were let in, what each may see, and their way out."""

from starlette.responses import Response

from idp.oidc.scopes import OPENID
from idp.usecases.connected_apps import ConnectedApp, disconnect, list_connected
from idp.usecases.portal import Present
from idp.web.frame import app
from idp.web.portal import HOME, PortalPage, Submission, shell, to, url_of
from idp.web.portal_views import AppCard, ConnectedAppsPage
from idp.web.views import View
from idp.words.messages import permission

HERE = f"{HOME}/apps"
PAGE = PortalPage(path=HERE)
DISCONNECT = PortalPage(path=f"{HERE}/disconnect", back=HERE)


async def show(present: Present) -> View:
    """A card for each app."""
    return ConnectedAppsPage(
        shell=shell(present, HERE),
        cards=tuple(_card(each) for each in await list_connected(present)),
        at=present.at,
        disconnect_action=url_of(present, DISCONNECT.path),
    )


async def let_go(sent: Submission) -> Response:
    """`client`."""
    await disconnect(sent.present, sent.form.text("client"))
    return to(sent.present, HERE)


def _card(each: ConnectedApp) -> AppCard:
    asked = sorted(each.scopes - {OPENID}) or [OPENID]
    return AppCard(
        id=each.client.client_id,
        app=app(each.client),
        permissions=tuple(permission(scope) for scope in asked),
        since=each.since,
        used_at=each.used_at,
    )
