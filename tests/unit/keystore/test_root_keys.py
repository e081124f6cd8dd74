"""The folder of root keys: what is written, what is taken, what stops the start."""

import os
import stat
from pathlib import Path
from random import Random

import pytest

from idp.keystore.key_octets import KeyOctets
from idp.keystore.root_keys import KeyFolderError, MissingRootKey, RootKey, RootKeys


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "keys"


def test_a_created_key_is_loaded_again(folder: Path) -> None:
    """ASVS 13.3.1: root keys live in files, outside the database."""
    made = RootKeys.create(folder, Random(1).randbytes)
    loaded = RootKeys.load(folder)
    assert loaded.get(made.id) == made
    assert loaded.ids == {made.id}
    loaded.require({made.id})


def test_folder_and_file_are_the_owners_alone(folder: Path) -> None:
    """0600; the umask of the caller changes nothing."""
    before = os.umask(0)
    try:
        made = RootKeys.create(folder, Random(1).randbytes)
    finally:
        os.umask(before)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / f"root-{made.id}.key").stat().st_mode) == 0o600
    assert [path.name for path in folder.iterdir()] == [f"root-{made.id}.key"]


def test_the_id_derives_from_the_content(folder: Path) -> None:
    """Two keys never share a name, and a key keeps its name wherever it is written."""
    one, two = RootKeys.create(folder, Random(1).randbytes), RootKeys.create(folder, Random(2).randbytes)
    assert one.id != two.id
    assert RootKey.of(KeyOctets(Random(1).randbytes(32))).id == one.id
    assert RootKeys.load(folder).ids == {one.id, two.id}


def test_an_absent_or_empty_folder_holds_no_key(folder: Path) -> None:
    """A first start has none; a later one learns from `require` what is missing."""
    assert RootKeys.load(folder).ids == frozenset()
    folder.mkdir(mode=0o700)
    assert RootKeys.load(folder).ids == frozenset()


def test_a_missing_key_is_named_with_its_folder_in_one_line(folder: Path) -> None:
    """Issue: a missing or foreign root key is no start and one line."""
    RootKeys.create(folder, Random(1).randbytes)
    with pytest.raises(MissingRootKey) as refused:
        RootKeys.load(folder).require(["00112233aabb"])
    assert "00112233aabb" in str(refused.value)
    assert str(folder) in str(refused.value)
    assert "\n" not in str(refused.value)
    with pytest.raises(MissingRootKey):
        RootKeys.load(folder).one("00112233aabb")
    assert RootKeys.load(folder).get("00112233aabb") is None


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o610])
def test_a_file_that_others_may_open_is_refused(folder: Path, mode: int) -> None:
    made = RootKeys.create(folder, Random(1).randbytes)
    (folder / f"root-{made.id}.key").chmod(mode)
    with pytest.raises(KeyFolderError, match="may be read by others; run: chmod 600"):
        RootKeys.load(folder)


@pytest.mark.parametrize("mode", [0o770, 0o707])
def test_a_folder_that_others_may_write_is_refused(folder: Path, mode: int) -> None:
    """Whoever can write there can plant a key of their own."""
    RootKeys.create(folder, Random(1).randbytes)
    folder.chmod(mode)
    with pytest.raises(KeyFolderError, match="may be written by others"):
        RootKeys.load(folder)
    with pytest.raises(KeyFolderError, match="may be written by others"):
        RootKeys.create(folder, Random(2).randbytes)


def test_a_key_under_another_keys_name_is_refused(folder: Path) -> None:
    made = RootKeys.create(folder, Random(1).randbytes)
    (folder / f"root-{made.id}.key").rename(folder / "root-00112233aabb.key")
    with pytest.raises(KeyFolderError, match=f"holds the key {made.id}, not the one that its name says"):
        RootKeys.load(folder)


@pytest.mark.parametrize(
    "text", [b"", b"\n", b"short", b"A" * 42, b"A" * 44, b"A" * 42 + b"!", b"\xff" * 43, b"A" * 300]
)
def test_a_file_without_a_key_is_refused(folder: Path, text: bytes) -> None:
    made = RootKeys.create(folder, Random(1).randbytes)
    (folder / f"root-{made.id}.key").write_bytes(text)
    with pytest.raises(KeyFolderError, match="does not hold a root key"):
        RootKeys.load(folder)


def test_a_file_with_an_odd_name_is_refused_and_others_are_left_alone(folder: Path) -> None:
    """A misspelt key must not be overlooked; a note of the admin harms nobody."""
    RootKeys.create(folder, Random(1).randbytes)
    (folder / "README").write_text("Back these up apart from the database.")
    (folder / ".root-0123456789ab.unfinished").write_text("half")
    assert len(RootKeys.load(folder).ids) == 1
    (folder / "root-old.key").write_text("x")
    with pytest.raises(KeyFolderError, match="is no name of a root key"):
        RootKeys.load(folder)


def test_a_link_inside_the_folder_is_followed_one_that_leads_out_is_refused(folder: Path, tmp_path: Path) -> None:
    """Mounted secrets are links to a sibling folder; a link elsewhere is somebody's trick."""
    made = RootKeys.create(folder, Random(1).randbytes)
    name = f"root-{made.id}.key"
    (folder / "..data").mkdir(mode=0o700)
    (folder / name).rename(folder / "..data" / name)
    (folder / name).symlink_to(f"..data/{name}")
    assert RootKeys.load(folder).ids == {made.id}
    (folder / "..data" / name).rename(tmp_path / name)
    (folder / name).unlink()
    (folder / name).symlink_to(tmp_path / name)
    with pytest.raises(KeyFolderError, match="leads out of the folder"):
        RootKeys.load(folder)


def test_what_the_system_refuses_is_one_line(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_text("")
    for folder in (plain, plain / "keys"):
        with pytest.raises(KeyFolderError) as refused:
            RootKeys.create(folder, Random(1).randbytes)
        assert "\n" not in str(refused.value)
    with pytest.raises(KeyFolderError, match="is not a folder"):
        RootKeys.load(plain)
    (tmp_path / "keys").mkdir(mode=0o700)
    (tmp_path / "keys" / "root-0123456789ab.key").mkdir()
    with pytest.raises(KeyFolderError, match="cannot read the root keys"):
        RootKeys.load(tmp_path / "keys")


def test_room_for_a_key_is_made_and_leaves_nothing_behind(tmp_path: Path) -> None:
    RootKeys.make_room(tmp_path / "a" / "keys")
    RootKeys.make_room(tmp_path / "a" / "keys")
    assert list((tmp_path / "a" / "keys").iterdir()) == []
    (tmp_path / "plain").touch()
    with pytest.raises(KeyFolderError, match=r"cannot write a root key into .*: Not a directory"):
        RootKeys.make_room(tmp_path / "plain" / "keys")


def test_a_key_is_never_shown(folder: Path) -> None:
    """ASVS 16.2.5: representations name the kind alone."""
    made = RootKeys.create(folder, Random(1).randbytes)
    text = (folder / f"root-{made.id}.key").read_text().strip()
    for shown in (repr(made), str(made.key), f"{made.key}", repr(RootKeys.load(folder))):
        assert text not in shown
        assert repr(made.key.expose()) not in shown
    assert str(made.key) == "KeyOctets(…)"


def test_key_octets_are_256_bits_and_compare_by_content() -> None:
    octets = Random(1).randbytes(32)
    assert KeyOctets(octets) == KeyOctets(octets)
    assert hash(KeyOctets(octets)) == hash(KeyOctets(octets))
    assert KeyOctets(octets) != KeyOctets(Random(2).randbytes(32))
    assert KeyOctets(octets) != octets
    assert KeyOctets(octets).identifier("root") != KeyOctets(octets).identifier("csrf")
    with pytest.raises(ValueError, match="32 octets, not 31"):
        KeyOctets(octets[:31])
