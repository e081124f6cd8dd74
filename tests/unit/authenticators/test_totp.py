"""App codes: the vectors of RFC 6238 and RFC 4226, what may be typed, and which time step a code belongs to."""

import base64
import random
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.authenticators import totp
from idp.authenticators.totp import Algorithm, TotpParameters, drift, match, new_secret, parse, time_step
from idp.authenticators.typed import Empty, LooksLikeRecoveryCode, WrongShape
from idp.values.secrets import AppCode, TotpSecret

AT = datetime(2031, 3, 5, 14, 5, 10, tzinfo=UTC)
SECRET = TotpSecret(base64.b32encode(b"12345678901234567890").decode())
DEFAULT = TotpParameters()

SEED = b"1234567890"
SEEDS: dict[Algorithm, bytes] = {"SHA1": SEED * 2, "SHA256": SEED * 3 + b"12", "SHA512": SEED * 6 + b"1234"}
RFC_6238 = [
    (59, "94287082", "46119246", "90693936"),
    (1111111109, "07081804", "68084774", "25091201"),
    (1111111111, "14050471", "67062674", "99943326"),
    (1234567890, "89005924", "91819424", "93441116"),
    (2000000000, "69279037", "90698825", "38618901"),
    (20000000000, "65353130", "77737706", "47863826"),
]
RFC_4226 = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"]


def full_width(text: str) -> str:
    return text.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)})


def code_of(step: int, secret: TotpSecret = SECRET) -> AppCode:
    return AppCode(pyotp.TOTP(secret.expose()).generate_otp(step))


@pytest.mark.parametrize(("seconds", "sha1", "sha256", "sha512"), RFC_6238)
def test_the_vectors_of_rfc_6238_match(seconds: int, sha1: str, sha256: str, sha512: str) -> None:
    """T-01, RFC 6238 appendix B: three algorithms, also beyond 2038."""
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    for (algorithm, seed), code in zip(SEEDS.items(), (sha1, sha256, sha512), strict=True):
        secret = TotpSecret(base64.b32encode(seed).decode().rstrip("="))
        parameters = TotpParameters(algorithm=algorithm, digits=8)
        assert match(secret, AppCode(code), parameters, at, window=0) == seconds // 30


@pytest.mark.parametrize(("count", "code"), list(enumerate(RFC_4226)))
def test_the_vectors_of_rfc_4226_match(count: int, code: str) -> None:
    """T-01, RFC 4226 appendix D: a time step is a counter, from 0 on."""
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=30 * count)
    assert match(SECRET, AppCode(code), DEFAULT, at) == count


@pytest.mark.parametrize(("offset", "accepted"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_one_step_on_either_side_is_accepted(offset: int, accepted: bool) -> None:  # noqa: FBT001
    """T-07, N-19: T-1 … T+1, no more."""
    step = time_step(AT, 30)
    assert match(SECRET, code_of(step + offset), DEFAULT, AT) == (step + offset if accepted else None)


def test_the_window_can_be_narrowed_to_the_present_step() -> None:
    """T-07, ASVS 6.5.5: configurable down to T."""
    step = time_step(AT, 30)
    assert match(SECRET, code_of(step - 1), DEFAULT, AT, window=0) is None
    assert match(SECRET, code_of(step), DEFAULT, AT, window=0) == step


def test_another_persons_code_does_not_match() -> None:
    """N-17: secrets are never shared."""
    other = new_secret(random.Random(1).randbytes)
    assert match(SECRET, code_of(time_step(AT, 30), other), DEFAULT, AT) is None


def test_steps_that_share_a_code_burn_the_later_one() -> None:
    """T-04: the replay key is the step; burning the later one also refuses the same digits of the earlier one."""
    codes = [pyotp.TOTP(SECRET.expose()).generate_otp(step) for step in range(6_000)]
    later = next(step for step in range(6_000) if codes[step] in codes[:step])
    earlier = codes.index(codes[later])
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=30 * later)
    assert match(SECRET, AppCode(codes[later]), DEFAULT, at, window=later - earlier) == later


def test_the_parameters_of_the_authenticator_decide_and_not_the_defaults() -> None:
    """T-09: algorithm, digits and period are stored with each authenticator."""
    own = TotpParameters(algorithm="SHA256", digits=8, period=60)
    code = AppCode(pyotp.TOTP(SECRET.expose(), digits=8, digest="sha256", interval=60).at(AT))
    assert match(SECRET, code, own, AT) == time_step(AT, 60)
    assert match(SECRET, code, DEFAULT, AT) is None


@pytest.mark.parametrize(
    ("algorithm", "digits", "period"),
    [("MD5", 6, 30), ("SHA1", 5, 30), ("SHA1", 9, 30), ("SHA1", 6, 14), ("SHA1", 6, 121)],
)
def test_parameters_that_no_app_makes_are_refused(algorithm: Algorithm, digits: int, period: int) -> None:
    """SP 800-63B 3.1.4.1: two minutes at most; RFC 4226 5.3: six digits at least."""
    with pytest.raises(ValueError, match=r"^(the algorithm of |the period of |)an app code .*(SHA256|digits|seconds)"):
        TotpParameters(algorithm=algorithm, digits=digits, period=period)


@pytest.mark.parametrize(("digits", "period"), [(6, 15), (8, 120)])
def test_the_bounds_of_the_parameters_are_allowed(digits: int, period: int) -> None:
    assert TotpParameters(digits=digits, period=period).period == period


def test_a_secret_is_160_bits_in_32_base32_characters() -> None:
    """T-12, N-17, RFC 4226 4 R6."""
    drawn: list[int] = []

    def entropy(octets: int) -> bytes:
        drawn.append(octets)
        return bytes(range(octets))

    assert new_secret(entropy).expose() == "AAAQEAYEAUDAOCAJBIFQYDIOB4IBCEQT"
    assert drawn == [20]


@given(st.integers(0, 2**64))
def test_two_secrets_differ(seed: int) -> None:
    """N-17: two enrolments never share one."""
    source = random.Random(seed)
    first, second = new_secret(source.randbytes), new_secret(source.randbytes)
    assert first != second
    assert len(base64.b32decode(first.expose())) == totp.SECRET_OCTETS


@pytest.mark.parametrize(
    "typed",
    [
        "007421",
        " 007 421\n",
        "007-421",
        full_width("007421"),
        "007\u00a0421",
        "007\u2009421",
        "\u200e007\u2011421\u200b",
        "00\u22127\u2014421",
        "\ufeff007421",
    ],
)
def test_a_code_is_taken_in_every_spelling_that_pastes(typed: str) -> None:
    """T-02, T-03: gaps dropped, full-width digits read, leading zeros kept."""
    assert parse(typed, 6) == AppCode("007421")


@pytest.mark.parametrize(
    "typed",
    [
        "7421",
        "0074211",
        "00742a",
        "⁰⁰⁷⁴²¹",
        "٠٠٧٤٢١",
        "00742²",
        "₀₀₇₄₂₁",
        "①②③④⑤⑥",
        "0074.21",
        "+07421",
        "007421" + " " * 300,
    ],
)
def test_what_is_not_six_ascii_digits_is_refused(typed: str) -> None:
    """T-02, T-03: superscript and Arabic-Indic digits never reach pyotp, which would take some of them."""
    assert parse(typed, 6) == WrongShape()


def test_the_longest_text_that_is_looked_at_is_256_characters() -> None:
    assert parse("007421" + " " * 250, 6) == AppCode("007421")
    assert parse("007421" + " " * 251, 6) == WrongShape()


def test_eight_digits_are_taken_where_the_authenticator_has_eight() -> None:
    """T-03: the credential's own digits."""
    assert parse("1234 5678", 8) == AppCode("12345678")
    assert parse("123456", 8) == WrongShape()


@pytest.mark.parametrize("typed", ["", "  ", "- -", "\u200b"])
def test_nothing_typed_is_empty(typed: str) -> None:
    assert parse(typed, 6) == Empty()


@pytest.mark.parametrize("typed", ["k7pm-x2dq-9w4t-c8hn", "K7PM X2DQ 9W4T C8HN", "2345234523452345"])
def test_a_recovery_code_is_recognised(typed: str) -> None:
    """«That looks like a recovery code.»."""
    assert parse(typed, 6) == LooksLikeRecoveryCode()


@given(st.text())
def test_whatever_is_typed_is_parsed_without_an_error(typed: str) -> None:
    """Issue: bad input gets a clear answer, never a 500."""
    parsed = parse(typed, 6)
    if isinstance(parsed, AppCode):
        assert len(parsed.expose()) == 6
        assert parsed.expose().isascii()
        assert parsed.expose().isdigit()
    assert totp.normalised(totp.normalised(typed)) == totp.normalised(typed)


@given(st.datetimes(datetime(1970, 1, 1), datetime(9000, 1, 1), timezones=st.just(UTC)), st.integers(15, 120))  # noqa: DTZ001
def test_a_time_step_holds_its_instant(at: datetime, period: int) -> None:
    """RFC 6238 4.2: T = floor(unix time / X)."""
    start = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=time_step(at, period) * period)
    assert start <= at < start + timedelta(seconds=period)


@pytest.mark.parametrize("steps", [-20, -4, -2, 2, 3, 20])
def test_a_wrong_clock_is_measured_at_enrolment(steps: int) -> None:
    """2 to 20 steps away; behind is negative."""
    code = code_of(time_step(AT, 30) + steps)
    assert match(SECRET, code, DEFAULT, AT) is None
    assert drift(SECRET, code, DEFAULT, AT) == timedelta(seconds=30 * steps)


@pytest.mark.parametrize("steps", [-21, -1, 0, 1, 21])
def test_a_clock_that_is_right_or_hopeless_is_not_measured(steps: int) -> None:
    assert drift(SECRET, code_of(time_step(AT, 30) + steps), DEFAULT, AT) is None


def test_steps_before_1970_do_not_exist() -> None:
    """A negative counter makes pyotp raise."""
    start = datetime(1970, 1, 1, tzinfo=UTC)
    assert match(SECRET, AppCode(RFC_4226[1]), DEFAULT, start) == 1
    assert drift(SECRET, AppCode(RFC_4226[2]), DEFAULT, start) == timedelta(minutes=1)


# What pyotp does that the code above must know. If one of these fails after an upgrade, read `totp` again.


def test_pyotp_takes_superscript_digits() -> None:
    """T-03: its comparison folds with NFKC, so such text must be refused before."""
    superscript = code_of(1).expose().translate({ord("0") + n: ord("⁰¹²³⁴⁵⁶⁷⁸⁹"[n]) for n in range(10)})
    assert pyotp.TOTP(SECRET.expose()).verify(superscript, for_time=30)
    assert match(SECRET, AppCode(superscript), DEFAULT, datetime.fromtimestamp(30, UTC)) is None


def test_pyotp_has_no_replay_guard() -> None:
    """RFC 6238 5.2: which is why a step is returned, for the caller to burn."""
    generator = pyotp.TOTP(SECRET.expose())
    assert [generator.verify(code_of(1).expose(), for_time=30) for _ in range(2)] == [True, True]


def test_pyotp_refuses_secrets_under_112_bits() -> None:
    """SP 800-63B 3.1.4.1."""
    short = TotpSecret(base64.b32encode(bytes(13)).decode().rstrip("="))
    with pytest.raises(ValueError, match="112 bits"):
        match(short, AppCode("000000"), DEFAULT, AT)


def test_pyotp_refuses_negative_counters() -> None:
    with pytest.raises(ValueError, match="positive"):
        pyotp.TOTP(SECRET.expose()).generate_otp(-1)
