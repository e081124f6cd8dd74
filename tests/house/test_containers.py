"""Reads the container files as data: nobody is root, nothing is writable by default, no secret stands in them.

No container engine runs here. What an engine would run of ours is run in tests/journeys/test_backup_restore.py.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from idp import settings
from idp.settings import Settings
from tests.house.code import ROOT, tracked_files

COMPOSE: Mapping[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: Mapping[str, Mapping[str, Any]] = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if "build" in service]
SECRET_NAMES = re.compile(r"password|secret|database_(owner_)?url|token", re.IGNORECASE)
CREDENTIALS = re.compile(r"://[^\s/@]*:[^\s/@]+@")


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions with their arguments, continued lines joined, comments left out."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    joined = re.sub(r"\n\s+", " ", "\n".join(lines)).splitlines()
    return [(word, re.sub(r"\s+", " ", rest)) for word, _, rest in (line.partition(" ") for line in joined)]


def arguments(word: str) -> list[str]:
    return [rest for found, rest in instructions() if found == word]


def final_stage() -> list[tuple[str, str]]:
    found = instructions()
    start = max(number for number, (word, _) in enumerate(found) if word == "FROM")
    return found[start:]


def image_environment() -> dict[str, str]:
    text = next(rest for word, rest in final_stage() if word == "ENV")
    return dict(re.findall(r"(\w+)=(\S+)", text))


def environment(service: str) -> dict[str, str]:
    """What a service is given, with compose's own defaults filled in."""
    given = SERVICES[service].get("environment", {})
    return {name: re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", str(value)) for name, value in given.items()}


def known_settings() -> set[str]:
    secrets = {name for name in settings.names() if "DATABASE" in name or name == "IDP_SMTP_URL"}
    return {*settings.names(), settings.CONFIG, *(f"{name}_FILE" for name in secrets)}


def named() -> Iterator[tuple[str, str]]:
    """Where each setting is named, and its name."""
    yield from (("Dockerfile", name) for name in image_environment())
    yield from ((service, name) for service in SERVICES for name in environment(service))


def test_every_setting_named_exists() -> None:
    assert [(where, name) for where, name in named() if name.startswith("IDP_") and name not in known_settings()] == []


@pytest.mark.parametrize("service", OURS)
def test_the_settings_of_a_service_are_accepted(service: str, tmp_path: Path) -> None:
    """As `idp` itself reads them in that container, the secrets being files."""
    url = tmp_path / "url"
    url.write_text("postgresql://somebody:something@database/idp\n", encoding="utf-8")
    given = image_environment() | environment(service)
    given = {name: str(url) if name.endswith("_FILE") else value for name, value in given.items()}
    if "IDP_ISSUER" in given:
        assert given["IDP_ISSUER"].startswith("${IDP_ISSUER:?"), "nobody shall start with an address that is not theirs"
        given["IDP_ISSUER"] = "https://login.example.com"
    loaded = Settings.load({name: value for name, value in given.items() if name.startswith("IDP_")})
    assert loaded.database_url is not None
    assert (loaded.database_owner_url is not None) == (service == "migrate")


def test_no_secret_stands_in_a_container_file() -> None:
    """ASVS 13.3.1: secrets come from files, and never through the environment."""
    for name in ("Dockerfile", "docker-compose.yml"):
        assert not CREDENTIALS.search((ROOT / name).read_text(encoding="utf-8")), name
    assert [(where, name) for where, name in named() if SECRET_NAMES.search(name) and not name.endswith("_FILE")] == []
    assert all(set(secret) == {"file"} for secret in COMPOSE["secrets"].values())
    assert arguments("ARG") == []


def test_the_files_of_secrets_are_ignored_by_git() -> None:
    paths = [secret["file"].removeprefix("./") for secret in COMPOSE["secrets"].values()]
    found = subprocess.run(
        ["git", "check-ignore", "--no-index", *paths], cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert found.stdout.split() == paths


@pytest.mark.parametrize("service", list(SERVICES))
def test_a_container_may_do_nothing_that_it_need_not(service: str) -> None:
    """Read-only root, no capability, no new privileges, no root user."""
    given = SERVICES[service]
    assert given["read_only"] is True
    assert given["cap_drop"] == ["ALL"]
    assert "cap_add" not in given
    assert "privileged" not in given
    assert "no-new-privileges:true" in given["security_opt"]
    assert str(given["user"]).partition(":")[0] not in {"", "0", "root"}


def test_the_owners_password_is_with_those_who_need_it() -> None:
    """The server's role can then not rewrite security events, whatever happens to the provider."""
    assert {name for name, service in SERVICES.items() if "database_owner_url" in service.get("secrets", [])} == {
        "roles",
        "migrate",
    }
    assert {name for name, service in SERVICES.items() if "superuser_password" in service.get("secrets", [])} == {
        "database",
        "roles",
    }


def test_each_service_waits_for_what_it_needs() -> None:
    def waits(service: str) -> dict[str, str]:
        return {name: each["condition"] for name, each in SERVICES[service]["depends_on"].items()}

    assert waits("roles") == {"database": "service_healthy"}
    assert waits("migrate") == {"roles": "service_completed_successfully"}
    assert waits("provider") == {"migrate": "service_completed_successfully"}
    assert "healthcheck" in SERVICES["database"]
    assert {SERVICES[each]["restart"] for each in ("roles", "migrate")} == {"no"}


def test_the_provider_runs_several_workers_and_keeps_its_keys() -> None:
    """A container that is replaced finds its root keys again, in a volume that the database cannot reach."""
    assert int(environment("provider")["IDP_WORKERS"]) > 1
    keys = image_environment()["IDP_KEYS_DIR"]
    mounts = {name: service["volumes"] for name, service in SERVICES.items() if "volumes" in service}
    assert mounts == {"database": ["database:/var/lib/postgresql"], "provider": [f"keys:{keys}"]}
    assert ("VOLUME", keys) in final_stage()
    made = next(rest for word, rest in final_stage() if word == "RUN")
    assert f"--mode=0700 --owner=idp --group=idp {Path(keys).parent} {keys}" in made


def test_only_loopback_and_the_inner_network_reach_anything() -> None:
    published = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert published == ["127.0.0.1:8000:8000", "127.0.0.1:8025:8025"]
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    trusted = environment("provider")["IDP_TRUSTED_PROXIES"]
    assert trusted == COMPOSE["networks"]["outside"]["ipam"]["config"][0]["gateway"]


def test_mails_are_caught_beside_the_provider_and_only_when_asked_for() -> None:
    """On the provider's own loopback: elsewhere it would have to encrypt, which no switch takes away."""
    catcher = SERVICES["mail"]
    assert (catcher["profiles"], catcher["network_mode"]) == (["mail"], "service:provider")
    assert catcher["environment"]["MP_SMTP_BIND_ADDR"] == "127.0.0.1:1025"
    assert (environment("provider")["IDP_SMTP_URL"], environment("provider")["IDP_SMTP_FROM"]) == ("", "")
    assert "secrets" not in catcher


def test_the_script_of_the_roles_is_one_that_bash_reads() -> None:
    script = SERVICES["roles"]["command"][0].replace("$$", "$")
    bash = shutil.which("bash")
    assert bash, "bash is needed to look at its script"
    subprocess.run([bash, "-n"], input=script, check=True, text=True)


def test_the_image_ends_without_root_and_with_a_health_check() -> None:
    stage = final_stage()
    user = next(rest for word, rest in stage if word == "USER")
    assert re.fullmatch(r"[1-9]\d+:[1-9]\d+", user), "a number, so that orchestrators can see that it is not root"
    assert all(SERVICES[name]["user"] == user for name in OURS)
    assert [word for word, _ in stage if word == "COPY"] == ["COPY"], "only the finished environment comes along"
    check = next(rest for word, rest in stage if word == "HEALTHCHECK")
    code = json.loads(check.partition("CMD ")[2])
    assert code[:2] == ["python", "-c"]
    compile(code[2], "HEALTHCHECK", "exec")
    assert "'/healthz'" in code[2]
    assert ("ENTRYPOINT", '["idp"]') in stage


def test_every_package_in_the_image_is_checked_against_its_hash() -> None:
    commands = [each for rest in arguments("RUN") for each in rest.split("&&") if re.search(r"\bpip\b", each)]
    assert commands
    locked = [each for each in commands if "--no-index" not in each]
    assert [each for each in locked if "--require-hashes" not in each or "--no-deps" not in each] == []
    assert {re.split(r"[: ]", rest)[0] for rest in arguments("FROM")} == {"python"}
    assert all("@sha256" not in rest and ":latest" not in rest for rest in arguments("FROM"))


def test_the_builder_is_sent_what_it_copies_and_nothing_else() -> None:
    """Keys, data and history never reach a builder."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    sent = {line.removeprefix("!") for line in rules if line.startswith("!")}
    copied = {source for rest in arguments("COPY") if not rest.startswith("--from") for source in rest.split()[:-1]}
    assert sent == copied
    tracked = tracked_files()
    assert [path for path in sent if not any(each == path or each.startswith(f"{path}/") for each in tracked)] == []
