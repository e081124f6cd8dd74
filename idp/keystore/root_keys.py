"""The folder of root keys: `root-<id>.key`, base64url, readable by its owner alone. Owns the files, not their use."""

import base64
import binascii
import os
import re
import stat
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Self

from idp.keystore.key_octets import KeyOctets
from idp.values.entropy import Entropy

FOLDER_MODE = 0o700
FILE_MODE = 0o600
_NAME = re.compile(r"root-([0-9a-f]{12})\.key")
_LARGEST = 256


class KeyFolderError(Exception):
    """The folder of root keys cannot be used; the message is one line for whoever starts the service."""


class MissingRootKey(KeyFolderError):
    """The database names a root key that the folder lacks: starting would leave its secrets unreadable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RootKey:
    """A key that seals others; `id` derives from its content."""

    id: str
    key: KeyOctets

    @classmethod
    def of(cls, key: KeyOctets) -> Self:
        """The key under its own id."""
        return cls(id=key.identifier("root"), key=key)


@dataclass(frozen=True, slots=True)
class RootKeys:
    """The root keys of one folder, as they were when it was read."""

    folder: Path
    _keys: Mapping[str, RootKey]

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Every key of the folder; none where the folder is absent or empty (then `require` tells what is missing).

        Raises KeyFolderError for a key file that others may read, that is a link out of the folder, or whose content is
        not the key that its name says. Other files are left alone.
        """
        try:
            if not folder.exists():
                return cls(folder, {})
            _refuse_shared_folder(folder)
            found = [_read(path) for path in _key_files(folder)]
        except OSError as error:
            raise KeyFolderError(f"cannot read the root keys in {folder}: {error.strerror}") from error
        return cls(folder, {key.id: key for key in found})

    @staticmethod
    def create(folder: Path, entropy: Entropy) -> RootKey:
        """A new key, on disk for good when this returns. The folder is made when absent.

        Call it under the migration lock, and only where nothing is sealed yet or a root rotation begins.
        """
        root = RootKey.of(KeyOctets.generate(entropy))
        try:
            folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
            _refuse_shared_folder(folder)
            _write(folder, root)
        except OSError as error:
            raise KeyFolderError(f"cannot write a root key into {folder}: {error.strerror}") from error
        return root

    @staticmethod
    def make_room(folder: Path) -> None:
        """The folder, fit for `create`: what could not be written later is said now. Raises KeyFolderError."""
        try:
            folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
            _refuse_shared_folder(folder)
            with TemporaryFile(dir=folder):
                pass
        except OSError as error:
            raise KeyFolderError(f"cannot write a root key into {folder}: {error.strerror}") from error

    @property
    def ids(self) -> frozenset[str]:
        """The ids at hand."""
        return frozenset(self._keys)

    def get(self, key_id: str) -> RootKey | None:
        """The key of that id, if it is at hand."""
        return self._keys.get(key_id)

    def one(self, key_id: str) -> RootKey:
        """The key of that id. Raises MissingRootKey."""
        self.require({key_id})
        return self._keys[key_id]

    def require(self, ids: Collection[str]) -> None:
        """Raises MissingRootKey unless every one of these is at hand."""
        missing = sorted(set(ids) - self.ids)
        if missing:
            names = ", ".join(missing)
            raise MissingRootKey(f"the database is sealed under root key {names}, which {self.folder} does not hold")


def _refuse_shared_folder(folder: Path) -> None:
    """Who can write into the folder can plant a key, whatever the modes of the files are."""
    mode = folder.stat().st_mode
    if not stat.S_ISDIR(mode):
        raise KeyFolderError(f"{folder} is not a folder")
    if mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise KeyFolderError(f"{folder} may be written by others; run: chmod 700 {folder}")


def _key_files(folder: Path) -> Iterator[Path]:
    inside = folder.resolve()
    for path in sorted(folder.glob("root-*.key")):
        # Mounted secrets are links to a sibling inside the mount; a link that leaves the folder is a planted one.
        if not path.resolve().is_relative_to(inside):
            raise KeyFolderError(f"{path} is a link that leads out of the folder")
        yield path


def _read(path: Path) -> RootKey:
    named = _NAME.fullmatch(path.name)
    if named is None:
        raise KeyFolderError(f"{path} is no name of a root key (root-<12 hexadecimal digits>.key)")
    try:
        root = RootKey.of(KeyOctets(base64.b64decode(_private_text(path), altchars=b"-_", validate=True)))
    except (binascii.Error, ValueError):
        raise KeyFolderError(f"{path} does not hold a root key") from None
    if root.id != named[1]:
        raise KeyFolderError(f"{path} holds the key {root.id}, not the one that its name says")
    return root


def _private_text(path: Path) -> bytes:
    """The content, padding restored; the mode is that of the opened file, so that it cannot change in between."""
    with path.open("rb") as file:
        mode = os.fstat(file.fileno()).st_mode
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise KeyFolderError(f"{path} may be read by others; run: chmod 600 {path}")
        text = file.read(_LARGEST).strip()
    return text + b"=" * (-len(text) % 4)


def _write(folder: Path, root: RootKey) -> None:
    """Content first, then the name, then the folder itself: a crash leaves either no key or a whole one."""
    text = base64.urlsafe_b64encode(root.key.expose()).rstrip(b"=") + b"\n"
    final = folder / f"root-{root.id}.key"
    unfinished = folder / f".root-{root.id}.unfinished"
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(final)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
