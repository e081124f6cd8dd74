"""`idp user`: people, made and looked after from the command line."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

import typer

from idp.commands import typed
from idp.commands.call import Call, change, read, run
from idp.commands.output import Json, facts, moment, table, tell
from idp.commands.spread import spread
from idp.commands.user_shown import document_of, text_of
from idp.directory.user import User
from idp.usecases import help_wanted, managed_passwords, passes, user_access, user_profile, users
from idp.usecases.passes import Given, Handover
from idp.usecases.unit import unit

app = typer.Typer(no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="USER", help="User name, or verified e-mail address.", show_default=False)]
Reason = Annotated[str, typer.Option("--reason", help="Kept in the security event.", show_default=False)]
Mail = Annotated[
    bool, typer.Option("--mail", help="Mail the pass to the person's verified address; it is not printed then.")
]
Keep = Annotated[bool, typer.Option("--keep", help="The password is the person's own: no change at the next sign-in.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    """Options of `add`."""

    email: Annotated[str | None, typer.Option("--email", help="E-mail address.", show_default=False)] = None
    email_verified: Annotated[bool, typer.Option("--email-verified", help="You vouch for the address.")] = False
    group: Annotated[
        list[str] | None, typer.Option("--group", help="Group to join; may be repeated.", show_default=False)
    ] = None
    keep: Keep = False
    no_password: Annotated[bool, typer.Option("--no-password", help="Make the account without one.")] = False


@app.command()
@spread
def add(name: Name, person: NewPerson, *, as_json: Json = False) -> None:
    """Make an account. The password is asked for, or read from the first line of stdin."""
    text = None if person.no_password else typed.new_password(name)

    async def work(call: Call) -> User:
        groups, words = person.group or (), [name, *([person.email] if person.email else [])]
        hashed = await managed_passwords.judged_for_new(call.services, text, words, groups) if text else None
        new = users.NewUser(
            username=name,
            email=person.email,
            email_verified=person.email_verified,
            groups=groups,
            password=hashed,
            keep_password=person.keep,
        )
        async with unit(call.services, call.actor, call.origin, call.at) as opened:
            return await users.add(opened, new)

    made = run(work)
    tell(
        {"username": made.username, "sub": made.subject, "email": person.email},
        lambda: f"Made {made.username} (sub {made.subject}).",
        as_json=as_json,
    )


@app.command("list")
def list_(
    matching: Annotated[str, typer.Argument(help="Part of a name or address.", show_default=False)] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="How many at most.")] = 500,
    *,
    as_json: Json = False,
) -> None:
    """List people, with what they have to prove themselves by."""
    found = read(lambda services, _: users.list_users(services, matching, limit))
    documents = [
        {
            "username": each.user.username,
            "sub": each.user.subject,
            "status": each.user.status.value,
            "email": each.email,
            "authenticator_apps": each.apps,
            "security_keys": each.keys,
            "recovery_codes_left": each.codes_left,
            "exempt_until": each.exempt_until,
        }
        for each in found
    ]
    counts = ("authenticator_apps", "security_keys", "recovery_codes_left")
    columns = ("username", "status", "email", *counts, "exempt_until")
    heads = ("user", "status", "e-mail", "apps", "keys", "codes", "exempt until")
    tell(
        documents,
        lambda: table(heads, [[each[column] for column in columns] for each in documents], empty="Nobody."),
        as_json=as_json,
    )


@app.command()
def show(name: Name, *, as_json: Json = False) -> None:
    """Show everything about one person but secrets."""
    shown = read(lambda services, at: users.show(services, name, at))
    tell(document_of(shown), lambda: text_of(shown), as_json=as_json)


@app.command("set", epilog=f"Fields: {', '.join(user_profile.FIELDS)}.")
def set_(
    name: Name,
    values: Annotated[
        list[str], typer.Argument(metavar="FIELD=VALUE…", help="An empty value removes the field.", show_default=False)
    ],
    *,
    as_json: Json = False,
) -> None:
    """Change names, addresses and claims."""
    fields = typed.pairs(values)
    changed = change(lambda opened: user_profile.change(opened, name, fields))
    text = f"Changed {', '.join(changed)} of {name}." if changed else "Nothing differs; nothing was changed."
    tell({"username": name, "changed": list(changed)}, lambda: text, as_json=as_json)


@app.command()
def set_password(name: Name, *, keep: Keep = False, as_json: Json = False) -> None:
    """Set a new password, asked for or read from the first line of stdin. Sessions and grants end."""
    text = typed.new_password(name)

    async def work(call: Call) -> None:
        hashed = await managed_passwords.judged(call.services, name, text, call.at)
        async with unit(call.services, call.actor, call.origin, call.at) as opened:
            await managed_passwords.set_password(opened, name, hashed, keep=keep)

    run(work)
    after = "It is the person's own." if keep else "It is to be changed at the next sign-in."
    tell(
        {"username": name, "change_demanded": not keep}, lambda: f"Set the password of {name}. {after}", as_json=as_json
    )


@app.command()
def mark_compromised(name: Name, reason: Reason, *, as_json: Json = False) -> None:
    """Say that others may know the password: the next sign-in asks for a new one. Sessions and grants end."""
    ended = change(lambda opened: managed_passwords.mark_compromised(opened, name, reason))
    counts = {"sessions_ended": ended.sessions, "grants_ended": ended.grants}
    _done(name, counts, f"The password of {name} is to be changed.\n" + facts(counts.items()), as_json=as_json)


@app.command()
def reset_second_factor(name: Name, reason: Reason, *, mail: Mail = False, as_json: Json = False) -> None:
    """Take away authenticator apps, keys and recovery codes. Sessions and grants end.

    Gives an enrolment pass, without which no new factor can be set up.
    """
    handover = Handover(mail=mail)
    done = change(lambda opened: user_access.reset_second_factor(opened, name, reason, handover))
    counts = {
        "apps": done.apps,
        "codes": done.codes,
        "sessions_ended": done.ended.sessions,
        "grants_ended": done.ended.grants,
    }
    text = f"Reset the second factor of {name}.\n{facts(counts.items())}\n\n{_given_text(name, done.given)}"
    _done(name, {**counts, **_given(done.given)}, text, as_json=as_json)


@app.command()
def enrolment_pass(
    name: Name,
    hours: Annotated[int, typer.Option("--hours", help="How long it works; a week at most, 24 if mailed.")] = 24,
    *,
    mail: Mail = False,
    as_json: Json = False,
) -> None:
    """Make a one-time pass that lets the person set up a first second factor. One made before is void."""
    handover = Handover(mail=mail, lives=timedelta(hours=hours))
    given = change(lambda opened: passes.make(opened, name, handover))
    _done(name, _given(given), _given_text(name, given), as_json=as_json)


@app.command()
def find_reference(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="As it was read out.", show_default=False)],
    *,
    as_json: Json = False,
) -> None:
    """Find the sign-in of somebody who has lost every second factor and reads out the number of their page."""
    found = read(lambda services, _: help_wanted.find(services, number))
    documents = [
        {
            "username": each.username,
            "at": each.at,
            "client_id": each.client,
            "address": each.address,
            "browser": each.browser,
        }
        for each in found
    ]
    heads = ("user", "when", "app", "address", "browser")
    rows = [list(each.values()) for each in documents]
    tell(documents, lambda: table(heads, rows, empty="No sign-in has that number."), as_json=as_json)


@app.command()
def unlock(name: Name, *, as_json: Json = False) -> None:
    """Forget failures in a row, and the pauses they led to."""
    methods = change(lambda opened: user_access.unlock(opened, name))
    text = f"Unlocked {name} ({', '.join(methods)})." if methods else f"{name} had no failures."
    _done(name, {"unlocked": list(methods)}, text, as_json=as_json)


@app.command()
def disable(name: Name, *, as_json: Json = False) -> None:
    """Let the person sign in no more. Sessions and grants end."""
    ended = change(lambda opened: user_access.disable(opened, name))
    text = f"{name} was disabled already." if ended is None else f"Disabled {name}; {ended.sessions} sessions ended."
    _done(name, {"status": "disabled", "changed": ended is not None}, text, as_json=as_json)


@app.command()
def enable(name: Name, *, as_json: Json = False) -> None:
    """Let a disabled person sign in again."""
    changed = change(lambda opened: user_access.enable(opened, name))
    text = f"Enabled {name}." if changed else f"{name} was active already."
    _done(name, {"status": "active", "changed": changed}, text, as_json=as_json)


@app.command()
def exempt(
    name: Name,
    until: Annotated[
        str | None, typer.Option("--until", help="Last day, such as 2027-01-31.", show_default=False)
    ] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="Shown to admins.", show_default=False)] = None,
    *,
    lift: Annotated[bool, typer.Option("--lift", help="End the exemption now.")] = False,
    as_json: Json = False,
) -> None:
    """Ask no second factor for a while, unless a client or its request does. Needs --until and --reason, or --lift."""
    if lift:
        lifted = change(lambda opened: user_access.lift_exemption(opened, name))
        text = f"{name} is exempt no longer." if lifted else f"{name} was not exempt."
        _done(name, {"exempt_until": None, "changed": lifted}, text, as_json=as_json)
        return
    if until is None or reason is None:
        raise typer.BadParameter("give --until and --reason, or --lift")
    end, why = typed.date(until), reason
    change(lambda opened: user_access.exempt(opened, name, end, why))
    _done(name, {"exempt_until": end, "reason": why}, f"{name} is exempt until {moment(end)}.", as_json=as_json)


def _given(given: Given) -> dict[str, object]:
    return {"enrolment_pass": given.text, "pass_until": given.until}


def _given_text(name: str, given: Given) -> str:
    until = moment(given.until)
    if given.text is None:
        return f"Mailed an enrolment pass to {name}; it works once, until {until}."
    return f"Enrolment pass for {name}, shown only now; it works once, until {until}:\n{given.text}"


def _done(name: str, document: Mapping[str, object], text: str, *, as_json: bool) -> None:
    tell({"username": name, **document}, lambda: text, as_json=as_json)
