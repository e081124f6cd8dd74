"""Mails to people: what causes each, what stands in it, and that it is one fixed shape in two forms."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import get_args
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from idp.audit.catalogue import EVENTS
from idp.audit.directory import PasswordSet, SecondFactorReset, UserChanged, UserDisabled, UserUnlocked
from idp.audit.event import Event
from idp.audit.factors import FactorReactivated, FactorRemoved, FactorSuspended
from idp.audit.guards import AuthenticatorDisabled, ThrottlePaused
from idp.audit.keys import KeyRegistered
from idp.audit.links import PasswordReset
from idp.audit.passes import EnrolmentPassRefused
from idp.audit.profile import AddressConfirmed, AddressLeft
from idp.audit.reported import NotMeReported
from idp.audit.sign_in import (
    EnrolmentConfirmed,
    FactorRefused,
    KeyCopied,
    PasswordChanged,
    RecoveryCodesMade,
    RecoveryCodeUsed,
    SecondFactorTurnedOff,
    SignInCompleted,
)
from idp.authenticators.methods import Counter
from idp.notices import mails
from idp.notices.causes import caused_by
from idp.notices.mails import AnyMail, Letter
from idp.notices.rendering import Recipient, rendered
from idp.values.ids import AuthenticatorId
from idp.words.speech import Speech, languages, speaking

AT = datetime(2031, 3, 5, 9, 14, 20, tzinfo=UTC)
UNTIL = AT + timedelta(minutes=15)
APP = AuthenticatorId(UUID(int=7))
ALICE = Recipient(name="Alice", brand="Example", contact="help@example.org")
MOST_OCTETS = 20_000

KEY = KeyRegistered(authenticator=APP, synced=False, verifies=True, aaguid=str(UUID(int=0)))

CAUSES: list[tuple[Event, AnyMail]] = [
    (EnrolmentConfirmed(authenticator=APP), mails.TwoFactorOn()),
    (EnrolmentConfirmed(authenticator=APP, replaced=True), mails.AppReplaced(codes=False)),
    (EnrolmentConfirmed(authenticator=APP, further=True), mails.FactorAdded(method="otp")),
    (FactorRemoved(method="key", authenticator=APP), mails.FactorChanged(now="removed", method="key")),
    (FactorSuspended(method="otp", authenticator=APP), mails.FactorChanged(now="lost", method="otp")),
    (FactorReactivated(method="otp", authenticator=APP), mails.FactorChanged(now="found", method="otp")),
    (KEY, mails.TwoFactorOn(method="key")),
    (replace(KEY, further=True), mails.FactorAdded(method="key")),
    (SecondFactorReset(apps=1, codes=8), mails.TwoFactorReset()),
    (SecondFactorTurnedOff(), mails.TwoFactorOff()),
    (UserDisabled(), mails.AccountSwitchedOff()),
    (NotMeReported(reported=None, reported_at=None, sessions=1, grants=1), mails.EverythingElseEnded()),
    (AddressConfirmed(email="new@example.com"), mails.AddressAdded(by="person")),
    (UserChanged(fields=("email", "name"), before={}, after={}), mails.AddressAdded(by="admin")),
    (AddressLeft(email="old@example.com"), mails.AddressLeft(to="old@example.com")),
    (RecoveryCodeUsed(left=6), mails.RecoveryCodeSpent(left=6)),
    (RecoveryCodesMade(count=10), mails.NewRecoveryCodes()),
    (PasswordChanged(reason="too_short"), mails.NewPassword(by="person")),
    (PasswordReset(), mails.NewPassword(by="person")),
    (PasswordSet(change_demanded=True), mails.NewPassword(by="admin")),
    (FactorRefused(method="otp", reason="wrong", failures=3), mails.SecondStepFailed(failures=3)),
    (
        FactorRefused(method="key", reason="bad_signature", failures=2),
        mails.SecondStepFailed(failures=2, with_key=True),
    ),
    (KeyCopied(authenticator=APP), mails.KeyIsCopied()),
    (EnrolmentPassRefused(reason="wrong", failures=2), mails.SecondStepFailed(failures=2)),
    (ThrottlePaused(method="pwd", failures=10, until=UNTIL), mails.SignInPaused(method=Counter.PASSWORD, until=UNTIL)),
    (AuthenticatorDisabled(method="otp", failures=100), mails.SignInPaused(method=Counter.APP_CODE, until=None)),
    (SignInCompleted(acr="2fa", amr=("pwd", "otp", "mfa")), mails.NewBrowser()),
]

LINK = "https://login.example.com/reset-password?app=x&token=y"
CONFIRM = mails.ConfirmAddress(to="new@example.com", username="alice", link=LINK, until=UNTIL)
FORGOTTEN = mails.ForgottenPassword(link=LINK, until=UNTIL)
PASS = mails.EnrolmentPassMailed(enrolment_pass="k7pm-x2dq-9w4t-c8hn-r5vb-e3gz", until=UNTIL)

EVERY: list[AnyMail] = [
    *(mail for _, mail in CAUSES),
    mails.AppReplaced(codes=True),
    mails.RecoveryCodeSpent(left=1),
    mails.RecoveryCodeSpent(left=0),
    mails.SecondStepFailed(failures=1),
    mails.SecondStepFailed(failures=1, with_key=True),
]


def letter(mail: AnyMail) -> Letter:
    return Letter(mail=mail, at=AT, address="203.0.113.7", agent="Mozilla/5.0 (Windows NT 10.0) Firefox/140.0")


@pytest.mark.parametrize(("event", "mail"), CAUSES, ids=[mail.kind for _, mail in CAUSES])
def test_what_happened_is_told_by_its_mail(event: Event, mail: AnyMail) -> None:
    """N-27, N-36, V6.3.5, V6.3.7."""
    assert caused_by([event]) == (mail,)


def test_what_needs_no_mail_has_none() -> None:
    """A code that was not looked at was told when its pause began."""
    silent = SignInCompleted(acr="1fa", amr=("pwd",), silent=True)
    other = UserChanged(fields=("name",), before={}, after={})
    assert caused_by([other]) == (None,)
    assert caused_by([UserUnlocked(), FactorRefused(method="otp", reason="paused"), silent]) == (None, None, None)
    told = {type(event) for event, _ in CAUSES}
    assert told < set(EVENTS)


def test_codes_that_come_with_an_app_are_told_with_it() -> None:
    happened = [EnrolmentConfirmed(authenticator=APP), RecoveryCodesMade(count=10)]
    assert caused_by(happened) == (mails.TwoFactorOn(), None)


def test_every_mail_has_a_cause() -> None:
    """But those that somebody asks for, and the one that is the thing itself."""
    assert {*(type(mail) for _, mail in CAUSES), *get_args(mails.Asked), mails.EnrolmentPassMailed} == set(
        get_args(AnyMail)
    )


@pytest.mark.parametrize("mail", EVERY, ids=[str(mail) for mail in EVERY])
def test_a_letter_is_restored_as_it_was_stored(mail: AnyMail) -> None:
    assert Letter.restored(letter(mail).stored()) == letter(mail)


@pytest.mark.parametrize("mail", EVERY, ids=[str(mail) for mail in EVERY])
def test_the_fixed_shape(mail: AnyMail) -> None:
    """What happened; when, where, with what; was it you; not you; what we never ask."""
    made = rendered(letter(mail), ALICE)
    shape = [
        r"Hello Alice,\n\n[A-Z].+\n\n",
        r"When: 5 March 2031 at 09:14 UTC\nWhere: 203\.0\.113\.7\nBrowser: Firefox on Windows\n\n",
        r"((Was it you|Did you ask for it)\? Nothing to do\.|A key that keeps its secret cannot be copied: .+)\n",
        r"(.+\n)?\n",
        r"Not you\? Ask help@example\.org\.\n\n",
        r"We never ask for your password or codes\.\nExample\n",
    ]
    assert re.fullmatch("".join(shape), made.text)
    assert "Example" in made.subject
    assert "\n" not in made.subject


@pytest.mark.parametrize("mail", EVERY, ids=[str(mail) for mail in EVERY])
def test_the_twin_says_the_same_and_fetches_nothing(mail: AnyMail) -> None:
    """No pictures, no tracking, under 20 KB; language and direction are said."""
    made = rendered(letter(mail), ALICE)
    reader = Reader()
    reader.feed(made.html)
    words = " ".join(made.text.split())
    said = " ".join("".join(reader.words).split())
    assert said.removeprefix(made.subject).strip().removeprefix(made.subject).strip() == words
    assert reader.tags[0] == ("html", {"lang": "en", "dir": "ltr"})
    assert [tag for tag, attributes in reader.tags if {"src", "srcset", "background", "href"} & attributes.keys()] == []
    assert not {"img", "script", "link", "style", "iframe", "object"} & {tag for tag, _ in reader.tags}
    assert "url(" not in made.html
    assert len(made.html.encode()) + len(made.text.encode()) < MOST_OCTETS


class Reader(HTMLParser):
    """The words, and the tags with their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.words.append(" " if tag in {"br", "p", "h1", "title"} else "")

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_who_was_not_it_can_say_so() -> None:
    """By a link, where the mail has one."""
    link = "https://login.example.com/secure-account?token=x"
    made = rendered(letter(mails.NewBrowser()), replace(ALICE, secure_url=link))
    assert f"\n\nNot you? Secure my account:\n{link}\n\n" in made.text
    assert f'<a href="{link}">' in made.html
    assert "Ask help@example.org" not in made.text


def test_a_link_that_was_asked_for() -> None:
    """Text and HTML hold the same; it is sent only while it works."""
    made = rendered(letter(FORGOTTEN), ALICE)
    assert f"\n\nChoose a new password:\n{LINK}\n\nWhen: " in made.text
    assert f'<a href="{LINK.replace("&", "&amp;")}">' in made.html
    assert "until 09:29 UTC" in made.text
    assert "your password stays as it is" in made.text
    assert not letter(FORGOTTEN).pointless(UNTIL - timedelta(seconds=1))
    assert letter(FORGOTTEN).pointless(UNTIL)
    assert not letter(mails.NewBrowser()).pointless(UNTIL + timedelta(days=1))
    assert Letter.restored(letter(FORGOTTEN).stored()) == letter(FORGOTTEN)
    assert LINK not in repr(letter(FORGOTTEN))


def test_an_address_is_confirmed_by_its_own_link() -> None:
    """Whoever reads it is told which account wants it; where it lives, and not when the link is dead already."""
    made = rendered(letter(CONFIRM), ALICE)
    assert "The account alice is to have this address." in made.text
    assert f"\n\nConfirm the address, signed in as ever:\n{LINK}\n\n" in made.text
    assert "until 5 March 2031 at 09:29 UTC" in made.text
    assert letter(CONFIRM).pointless(UNTIL)
    assert Letter.restored(letter(CONFIRM).stored()) == letter(CONFIRM)
    assert not {LINK, CONFIRM.to} & {*repr(letter(CONFIRM)).split("'")}


def test_an_enrolment_pass_stands_by_itself_and_is_not_sent_too_late() -> None:
    """On a line of its own, to be copied; in no print of the letter."""
    made = rendered(letter(PASS), ALICE)
    assert f"\n\n    {PASS.enrolment_pass}\n\n" in made.text
    assert f'<bdi dir="ltr">{PASS.enrolment_pass}</bdi>' in made.html
    assert not letter(PASS).pointless(UNTIL - timedelta(seconds=1))
    assert letter(PASS).pointless(UNTIL)
    assert PASS.enrolment_pass not in repr(letter(PASS))


@pytest.mark.parametrize("key", [False, True], ids=["any", "key"])
def test_what_has_to_be_set_up_is_told_with_its_day(*, key: bool) -> None:
    """What would do, from when on, and where; not once it is too late."""
    needed = mails.SetUpNeeded(link=LINK, until=UNTIL, key=key)
    made = rendered(letter(needed), ALICE)
    what = "a security key or passkey" if key else "two-factor sign-in"
    assert made.subject == f"Your Example account needs {what} by 5 March 2031"
    assert f"From 5 March 2031 at 09:29 UTC on, your account needs {what}." in made.text
    assert f"\n\nSet it up now:\n{LINK}\n\n" in made.text
    assert letter(needed).pointless(UNTIL)


@pytest.mark.parametrize("mail", [*EVERY, FORGOTTEN, CONFIRM, PASS], ids=str)
@pytest.mark.parametrize(
    ("zone", "when", "until"),
    [
        ("Europe/Berlin", "5 March 2031 at 10:14 (UTC+1)", r"10:(29|30) \(UTC\+1\)"),
        ("Asia/Kathmandu", "5 March 2031 at 14:59 (UTC+5:45)", r"15:1[45] \(UTC\+5:45\)"),
        ("America/St_Johns", "5 March 2031 at 05:44 (UTC-3:30)", r"0(5:59|6:00) \(UTC-3:30\)"),
        ("Pacific/Kiritimati", "5 March 2031 at 23:14 (UTC+14)", r"23:(29|30) \(UTC\+14\)"),
    ],
)
def test_times_are_told_in_the_persons_zone(mail: AnyMail, zone: str, when: str, until: str) -> None:
    """With what it is off from UTC; whatever a mail says of times."""
    made = rendered(letter(mail), replace(ALICE, zone=ZoneInfo(zone)))
    assert f"When: {when}\n" in made.text
    assert f"{when}</time>" in made.html
    assert bool(re.search(until, made.text)) == (getattr(mail, "until", None) is not None)
    assert " UTC" not in made.text + made.html


def test_without_a_browser_nothing_is_said_of_one() -> None:
    made = rendered(Letter(mail=mails.TwoFactorReset(), at=AT), ALICE)
    assert "Where:" not in made.text + made.html
    assert "Browser:" not in made.text + made.html


def test_a_name_is_text_and_no_markup() -> None:
    made = rendered(letter(mails.NewBrowser()), Recipient(name="<b>Al & ice</b>", brand="Ex\nample", contact="us"))
    assert "&lt;b&gt;Al &amp; ice&lt;/b&gt;" in made.html
    assert "Hello <b>Al & ice</b>," in made.text
    assert made.subject == "A new browser signed in to your Ex ample account"


def test_the_end_of_a_pause_is_said_on_the_clock() -> None:
    """A mail may be read later, so no «in 15 minutes»; rounded up, so that nobody comes back too early."""
    assert (
        "You can try again at 09:30 UTC."
        in rendered(letter(mails.SignInPaused(method=Counter.PASSWORD, until=UNTIL)), ALICE).text
    )


@pytest.mark.parametrize("mail", EVERY, ids=[str(mail) for mail in EVERY])
def test_a_mail_is_in_the_language_of_its_reader(mail: AnyMail) -> None:
    """By the account's `locale`, whatever is spoken around it; one that we do not speak is English."""
    german = rendered(letter(mail), replace(ALICE, locale="de-AT"))
    assert (german.language, german.text.splitlines()[0]) == ("de", "Guten Tag Alice,")
    assert "Wann: 5. März 2031 um 09:14 Uhr UTC\nVon wo: 203.0.113.7\nBrowser: Firefox auf Windows\n" in german.text
    assert '<html lang="de" dir="ltr">' in german.html
    with speaking(Speech(language=languages()["de"])):
        assert rendered(letter(mail), replace(ALICE, locale="tlh")) == rendered(letter(mail), ALICE)
        assert rendered(letter(mail), ALICE).language == "en"
