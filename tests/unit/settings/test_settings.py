"""Settings: from the environment or a file, few, and a wrong one stops the start with a line that shows no value."""

import traceback
from ipaddress import ip_network
from pathlib import Path

import pytest
from pydantic import ValidationError

from idp.settings import Address, Settings, SettingsError, names
from idp.values.issuer import Issuer

CANARY = "canary-secret"
URL = f"postgresql://idp:{CANARY}@db.example/idp"


def test_nothing_need_be_set() -> None:
    settings = Settings.load({})
    assert settings.issuer == "http://localhost:8000"
    assert settings.database_url is None
    assert settings.listen == Address(host="127.0.0.1", port=8000)
    assert settings.keys_folder == settings.data_dir / "keys"


def test_the_environment_is_read_and_other_programs_names_are_left_alone() -> None:
    settings = Settings.load(
        {
            "PATH": "/bin",
            "IDP_ISSUER": "https://id.example.org",
            "IDP_DATABASE_URL": URL,
            "IDP_LISTEN": "[::1]:9000",
            "IDP_WORKERS": "4",
            "IDP_TRUSTED_PROXIES": "10.0.0.0/8, ::1/128",
            "IDP_KEYS_DIR": "/keys",
            "IDP_PASSWORD_HASH": "",
        }
    )
    assert settings.issuer == Issuer("https://id.example.org")
    assert isinstance(settings.issuer, Issuer)
    assert settings.database_url is not None
    assert settings.database_url.expose() == URL
    assert settings.listen == Address(host="::1", port=9000)
    assert settings.workers == 4
    assert settings.trusted_proxies == (ip_network("10.0.0.0/8"), ip_network("::1/128"))
    assert settings.keys_folder == Path("/keys")
    assert settings.password_hash == "m=19456,t=2,p=1"


def test_every_address_of_the_machine_can_be_listened_on() -> None:
    assert Settings.load({"IDP_LISTEN": ":8000"}).listen == Address(host="::", port=8000)


def test_a_file_gives_what_the_environment_does_not(tmp_path: Path) -> None:
    file = tmp_path / "idp.toml"
    file.write_text('issuer = "https://id.example.org"\nworkers = 2\ntrusted_proxies = ["10.0.0.0/8"]\n')
    settings = Settings.load({"IDP_CONFIG": str(file), "IDP_WORKERS": "3"})
    assert (settings.issuer, settings.workers) == ("https://id.example.org", 3)
    assert settings.trusted_proxies == (ip_network("10.0.0.0/8"),)


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    """As orchestrators mount them, with a final newline."""
    file = tmp_path / "url"
    file.write_text(f"{URL}\n")
    settings = Settings.load({"IDP_DATABASE_URL_FILE": str(file)})
    assert settings.database_url is not None
    assert settings.database_url.expose() == URL


@pytest.mark.parametrize(
    ("environ", "line"),
    [
        ({"IDP_ISUER": CANARY}, "IDP_ISUER: there is no such setting"),
        ({"IDP_BRAND_NAME": CANARY}, "IDP_BRAND_NAME: there is no such setting"),
        ({"IDP_ISSUER": "http://id.example.org"}, "IDP_ISSUER: the issuer may use http on localhost"),
        ({"IDP_ISSUER": f"https://x:{CANARY}@y"}, "IDP_ISSUER: the issuer must have no query, fragment or user name"),
        ({"IDP_DATABASE_URL": CANARY}, "IDP_DATABASE_URL: must be a URL such as"),
        ({"IDP_SMTP_URL": CANARY}, "IDP_SMTP_URL: must be a URL such as"),
        ({"IDP_SMTP_URL": f"https://a:{CANARY}@b"}, "IDP_SMTP_URL: must be a URL such as"),
        ({"IDP_SMTP_URL": f"smtp://a:{CANARY}@b:x"}, "IDP_SMTP_URL: must be a URL such as"),
        ({"IDP_SMTP_URL": f"smtp://b/?tls={CANARY}"}, "IDP_SMTP_URL: must be a URL such as"),
        ({"IDP_SMTP_URL": f"smtp://{CANARY}@b"}, "IDP_SMTP_URL: must be a URL such as"),
        ({"IDP_SMTP_URL": f"smtp://a:{CANARY}@b"}, "IDP_SMTP_URL and IDP_SMTP_FROM: set both or neither"),
        ({"IDP_SMTP_FROM": f"{CANARY}\r\nBcc: a@b"}, "IDP_SMTP_FROM: must be an address such as"),
        ({"IDP_DATABASE_URL": f"mysql://a:{CANARY}@b/c"}, "IDP_DATABASE_URL: must be a URL such as"),
        ({"IDP_DATABASE_URL_FILE": "/nowhere"}, "IDP_DATABASE_URL_FILE: cannot read the file"),
        (
            {"IDP_DATABASE_URL": URL, "IDP_DATABASE_URL_FILE": "/x"},
            "IDP_DATABASE_URL and IDP_DATABASE_URL_FILE: set one",
        ),
        ({"IDP_LISTEN": CANARY}, "IDP_LISTEN: must be HOST:PORT"),
        ({"IDP_LISTEN": "127.0.0.1:70000"}, "IDP_LISTEN: must be HOST:PORT"),
        ({"IDP_WORKERS": CANARY}, "IDP_WORKERS: "),
        ({"IDP_WORKERS": "0"}, "IDP_WORKERS: "),
        ({"IDP_PASSWORD_HASH": "m=8,t=1,p=1"}, "IDP_PASSWORD_HASH: Input should be 'm=19456,t=2,p=1' or"),
        ({"IDP_TRUSTED_PROXIES": CANARY}, "IDP_TRUSTED_PROXIES: must be addresses or networks such as"),
        ({"IDP_TRUSTED_PROXIES": "10.0.0.1/8"}, "IDP_TRUSTED_PROXIES: must be addresses or networks such as"),
        ({"IDP_LOG_LEVEL": CANARY}, "IDP_LOG_LEVEL: "),
        ({"IDP_TLS_CERT": "/c"}, "IDP_TLS_CERT and IDP_TLS_KEY: set both or neither"),
        ({"IDP_CONFIG": "/nowhere"}, "IDP_CONFIG: cannot read /nowhere"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_wrong_setting_stops_the_start_with_a_line_that_shows_no_value(environ: dict[str, str], line: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.load(environ)
    assert str(caught.value).startswith(line)
    assert len(str(caught.value).splitlines()) == 1
    assert CANARY not in str(caught.value)
    assert CANARY not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("metrics", "public"),
    [(None, False), (":8000", True), (":7999", True), (":7998", False), (":8001", False), ("127.0.0.2:0", False)],
)
def test_metrics_have_ports_of_their_own(metrics: str | None, public: bool) -> None:  # noqa: FBT001 - the table's word
    """V13.4.5: one per worker, counted up; a worker tells them from everything else by the port."""
    environ = {
        "IDP_LISTEN": "127.0.0.1:8000",
        "IDP_WORKERS": "2",
        **({"IDP_METRICS_LISTEN": metrics} if metrics else {}),
    }
    assert Settings.load(environ).metrics_are_public is public


def test_every_mistake_has_a_line(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.load({"IDP_LISTEN": "x", "IDP_WORKERS": "x"})
    assert [line.split(":")[0] for line in str(caught.value).splitlines()] == ["IDP_LISTEN", "IDP_WORKERS"]


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "idp.toml"
    file.write_text(f"database_url = {CANARY}")
    with pytest.raises(SettingsError) as caught:
        Settings.load({"IDP_CONFIG": str(file)})
    assert str(caught.value) == f"IDP_CONFIG: {file} is no TOML file"


def test_no_setting_changes_after_the_start_and_none_is_printed() -> None:
    settings = Settings.load({"IDP_DATABASE_URL": URL})
    with pytest.raises(ValidationError):
        settings.__setattr__("workers", 2)
    assert CANARY not in repr(settings)
    assert CANARY not in settings.model_dump_json()
    assert CANARY not in repr(settings.model_dump())


def test_every_name_is_listed() -> None:
    assert {"IDP_ISSUER", "IDP_DATABASE_URL", "IDP_LISTEN"} <= set(names())
