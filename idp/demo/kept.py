"""DIR/demo.json: what a person or a test needs to use the demo, and where a later run finds its secrets again."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

NAME, BEFORE = "demo.json", "demo.before.json"

Entry = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Secrets of an earlier run by user name and client id; nothing where there was none."""

    passwords: Mapping[str, str] = field(default_factory=dict, repr=False)
    totp_secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    recovery_codes: Mapping[str, Sequence[str]] = field(default_factory=dict, repr=False)
    client_secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


def put_aside(folder: Path) -> None:
    """Let there be no demo.json but that of a demo that runs: whoever waits for it must not meet an older one."""
    path = folder / NAME
    if path.exists():
        path.replace(folder / BEFORE)


def taken_up(folder: Path) -> Kept:
    """The secrets of the run before."""
    put_aside(folder)
    try:
        said = json.loads((folder / BEFORE).read_text(encoding="utf-8"))
        accounts, clients = list(said["accounts"]), list(said["clients"])
    except (OSError, ValueError, KeyError, TypeError):
        return Kept()
    return Kept(
        passwords=_texts(accounts, "username", "password"),
        totp_secrets=_texts(accounts, "username", "totp_secret"),
        recovery_codes={
            str(each["username"]): each["recovery_codes"] for each in accounts if each.get("recovery_codes")
        },
        client_secrets=_texts(clients, "client_id", "client_secret"),
    )


def write(folder: Path, document: Mapping[str, object]) -> Path:
    """Write demo.json whole or not at all, readable by its owner alone."""
    path, fresh = folder / NAME, folder / "demo.new.json"
    fresh.unlink(missing_ok=True)
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:  # noqa: PTH123 - a descriptor is opened
        json.dump(document, file, ensure_ascii=False, indent=2)
        file.write("\n")
    fresh.replace(path)
    (folder / BEFORE).unlink(missing_ok=True)
    return path


def _texts(entries: Sequence[Entry], key: str, value: str) -> dict[str, str]:
    return {str(each[key]): str(each[value]) for each in entries if each.get(value)}
