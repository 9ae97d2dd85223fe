"""Files: whose keys are read, and who may read what we write, whatever the umask."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from stat import S_IMODE

import pytest

from connector.errors import ConfigError
from connector.sandbox.stand import Stand
from connector.secret import resolve
from connector.state.store import open_store
from connector.systems.keyfile import read_key_file
from tests.security.office import SECRETS, office


@pytest.fixture
def open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def key_file(folder: Path, mode: int) -> Path:
    path = folder / "key.pem"
    path.write_bytes(b"secret")
    path.chmod(mode)
    return path


@pytest.mark.parametrize("mode", range(0o400, 0o1000, 0o7))
def test_a_key_is_read_only_if_nobody_else_can_use_it(tmp_path: Path, mode: int) -> None:
    path = key_file(tmp_path, mode)
    if mode & 0o077:
        with pytest.raises(ConfigError, match=f"chmod 600 {re.escape(str(path))}"):
            read_key_file(path)
    elif mode & 0o400:
        assert read_key_file(path) == b"secret"


@pytest.mark.parametrize("mode", [0o777, 0o757, 0o773, 0o702])
def test_a_key_that_anybody_could_exchange_is_refused(tmp_path: Path, mode: int) -> None:
    path = key_file(tmp_path, 0o600)
    tmp_path.chmod(mode)
    with pytest.raises(ConfigError, match=f"chmod o-w {re.escape(str(tmp_path))}"):
        read_key_file(path)
    with pytest.raises(ConfigError, match="chmod o-w"):
        resolve(f"${{file:{path}}}", tmp_path)


@pytest.mark.parametrize("mode", [0o1777, 0o700, 0o755, 0o500])
def test_a_key_in_a_folder_of_which_its_owner_is_the_master_is_read(tmp_path: Path, mode: int) -> None:
    path = key_file(tmp_path, 0o600)
    tmp_path.chmod(mode)
    assert read_key_file(path) == b"secret"


def test_a_secret_that_is_a_link_is_refused(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(key_file(tmp_path, 0o600))
    with pytest.raises(ConfigError):
        resolve(f"${{file:{link}}}", tmp_path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_key_of_somebody_else_is_refused(tmp_path: Path) -> None:
    path = key_file(tmp_path, 0o600)
    os.chown(path, 12345, -1)
    with pytest.raises(ConfigError, match="belongs to another user"):
        read_key_file(path)


@pytest.mark.usefixtures("open_umask")
def test_the_state_is_its_owners_alone(tmp_path: Path) -> None:
    store = open_store(tmp_path / "deep" / "state.db")
    with store.lock(), store.transaction():
        store.add_recheck([], "nothing")
        assert open_to_others(tmp_path) == []
    store.close()
    assert open_to_others(tmp_path) == []


@pytest.mark.usefixtures("open_umask")
def test_whatever_a_command_writes_is_its_owners_alone(tmp_path: Path) -> None:
    with office(tmp_path, SECRETS) as tapped:
        config = ("--config", str(tapped.folder / "config.yaml"))
        tapped.newcomers(1)
        (tapped.folder / "config.yaml").chmod(0o600)
        for words in (("plan", "--out", str(tapped.folder / "plan.json")), ("sync",), ("status",), ("verify",)):
            code, printed = tapped.call(*words, *config)
            assert code == 0, printed
        made = {path.name for path in tapped.folder.rglob("*") if path.is_file()}
        assert {"plan.json", "connector.db"} <= made
        assert open_to_others(tapped.folder) == []


@pytest.mark.usefixtures("open_umask")
def test_the_keys_of_the_sandboxes_are_their_owners_alone(tmp_path: Path) -> None:
    stand = Stand(directory=tmp_path / "keys")
    with stand.serving(tls=True) as at:
        assert at.certificate is not None
        assert [name for name in open_to_others(tmp_path) if name != "ca.pem"] == []
    stand.close()


def open_to_others(folder: Path) -> list[str]:
    """Files and folders below `folder` that group or others may use."""
    return sorted(path.name for path in folder.rglob("*") if S_IMODE(path.stat().st_mode) & 0o077)
