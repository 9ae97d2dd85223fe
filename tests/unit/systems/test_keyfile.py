"""Key files that anybody else could have read are refused, with the command that mends it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from connector.errors import ConfigError
from connector.systems.keyfile import parse_private_key, read_key_file


def key_file(folder: Path, mode: int) -> Path:
    path = folder / "key.pem"
    path.write_bytes(b"secret")
    path.chmod(mode)
    return path


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_closed_file_is_read(tmp_path: Path, mode: int) -> None:
    assert read_key_file(key_file(tmp_path, mode)) == b"secret"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660, 0o700 | 0o010])
def test_an_open_file_is_refused_with_the_command_that_mends_it(tmp_path: Path, mode: int) -> None:
    path = key_file(tmp_path, mode)
    with pytest.raises(ConfigError, match=f"chmod 600 {path}"):
        read_key_file(path, where="salesforce.auth.private_key")


def test_a_link_a_folder_and_a_pipe_are_refused(tmp_path: Path) -> None:
    link, pipe = tmp_path / "link", tmp_path / "pipe"
    link.symlink_to(key_file(tmp_path, 0o600))
    os.mkfifo(pipe, 0o600)
    for path in (link, tmp_path, pipe, tmp_path / "nothing"):
        with pytest.raises(ConfigError):
            read_key_file(path)


def test_what_is_no_plain_private_key_is_refused_without_showing_it() -> None:
    key = generate_private_key(SECP256R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    locked = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"pw"))
    assert parse_private_key(pem)
    for bad in (b"canary", pem[:60], locked):
        with pytest.raises(ConfigError) as told:
            parse_private_key(bad)
        assert "canary" not in str(told.value)
        assert told.value.__cause__ is None
