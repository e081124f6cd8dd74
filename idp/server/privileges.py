"""Under which user PostgreSQL runs: it refuses root, so root gives it an unprivileged uid, real or in a namespace.

Changes no mode or owner: where the unprivileged uid cannot reach a folder, the namespace is the way in, not a chmod.
"""

import os
import pwd
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

from idp.server.binaries import Binaries
from idp.server.failure import PostgresStartFailed
from idp.server.processes import Child, spawn

_NOBODY = 65534


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who the server is to itself (`uid`, `gid`), and who owns its files to everyone else (`owner`, `group`)."""

    uid: int
    gid: int
    owner: int
    group: int

    @property
    def spec(self) -> str:
        """The form that `child.assume` reads."""
        if self.uid != self.owner:
            return f"namespace:{self.uid}:{self.gid}"
        return "-" if self.owner == os.geteuid() else f"drop:{self.uid}:{self.gid}"


def choose(cluster: Path, binaries: Binaries) -> Identity:
    """The identity for this data folder: who owns an existing one decides; a new one gets the least that works.

    `cluster` need not exist, but the folder that its parent stands in must. May raise `PostgresStartFailed`.
    """
    owner = _owner_of(cluster)
    if os.geteuid() != 0:
        return _without_root(cluster, owner)
    if owner is not None:
        return _namespaced() if owner == 0 else _dropped_to(owner)
    dropped = _dropped_to(_unprivileged_uid())
    obstacle = _obstacle(dropped, cluster, binaries)
    if obstacle is None:
        return dropped
    refusal = _obstacle(_namespaced(), cluster, binaries)
    if refusal is None:
        return _namespaced()
    raise PostgresStartFailed(
        f"PostgreSQL cannot run as root; as uid {dropped.uid} it {obstacle}; in a user namespace it {refusal}"
    )


def _without_root(cluster: Path, owner: int | None) -> Identity:
    me = Identity(uid=os.geteuid(), gid=os.getegid(), owner=os.geteuid(), group=os.getegid())
    if owner not in (None, me.uid):
        raise PostgresStartFailed(f"{cluster} belongs to uid {owner}, this process runs as uid {me.uid}")
    return me


def _owner_of(cluster: Path) -> int | None:
    try:
        return cluster.stat().st_uid
    except FileNotFoundError:
        return None
    except PermissionError as error:
        raise PostgresStartFailed(
            f"{cluster.parent} belongs to another user (this process runs as uid {os.geteuid()})"
        ) from error


def _unprivileged_uid() -> int:
    try:
        return pwd.getpwnam("postgres").pw_uid
    except KeyError:
        return _NOBODY


def _dropped_to(uid: int) -> Identity:
    try:
        gid = pwd.getpwuid(uid).pw_gid
    except KeyError:
        gid = uid
    return Identity(uid=uid, gid=gid, owner=uid, group=gid)


def _namespaced() -> Identity:
    return Identity(uid=_NOBODY, gid=_NOBODY, owner=0, group=0)


def _obstacle(identity: Identity, cluster: Path, binaries: Binaries) -> str | None:
    """Try it: run the server program under this identity from the folder beside the data. None when that works."""
    probe = Child(
        name="probe",
        argv=[binaries.postgres, "--version"],
        env={},
        folder=cluster.parent.parent,
        identity=identity.spec,
        parting_signal=signal.SIGKILL,
        output=subprocess.PIPE,
    )
    with spawn(probe) as process:
        said, _ = process.communicate(timeout=30)
    if process.returncode == 0:
        return None
    return said.decode(errors="replace").strip().removeprefix("idp: ") or f"exits with status {process.returncode}"
