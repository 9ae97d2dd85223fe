"""Private key files: read once, and only if nobody else can have read or exchanged them."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from connector.errors import ConfigError

_MAX_BYTES = 64 * 1024


def read_key_file(path: Path, *, where: str = "") -> bytes:
    """The bytes of a private key file.

    The file must be a regular one (no link), belong to the current user or to root, and be closed to group
    and others (mode 0600 or 0400); nobody else may be able to exchange it in its folder. `where` is the
    configuration key that named it. Raises ConfigError with the command that mends it. The open file is checked,
    not the path, so it cannot be exchanged in between.
    """
    _check_folder(path.parent, where)
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise ConfigError(f"the key file {path} cannot be opened: {error.strerror}", where=where) from None
    try:
        _check(os.fstat(handle), path, where)
        return os.read(handle, _MAX_BYTES)
    finally:
        os.close(handle)


def _check(facts: os.stat_result, path: Path, where: str) -> None:
    if not stat.S_ISREG(facts.st_mode):
        raise ConfigError(f"the key file {path} is not a regular file", where=where)
    if facts.st_uid not in (0, os.geteuid()):
        raise ConfigError(f"the key file {path} belongs to another user", where=where, how=f"chown $USER {path}")
    if facts.st_mode & 0o077:
        mode = stat.S_IMODE(facts.st_mode)
        raise ConfigError(
            f"others than its owner may use the key file {path} (mode {mode:04o})", where=where, how=f"chmod 600 {path}"
        )


def _check_folder(folder: Path, where: str) -> None:
    """In a folder that all may write to anybody can put another file in the place of this one, unless it is sticky,
    as /tmp is: there only a file's owner can."""
    try:
        mode = folder.stat().st_mode
    except OSError as error:
        raise ConfigError(f"the folder {folder} cannot be looked at: {error.strerror}", where=where) from None
    if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
        raise ConfigError(
            f"everybody may exchange the key files in {folder} (mode {stat.S_IMODE(mode):04o})",
            where=where,
            how=f"chmod o-w {folder}",
        )


def parse_private_key(pem: bytes, *, where: str = "") -> PrivateKeyTypes:
    """The key object of an unencrypted PEM. Raises ConfigError without showing any of the key.

    Parsing a 4096-bit key takes a third of a second, so it is done once and the object is kept.
    """
    try:
        return load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ConfigError("this is not an unencrypted private key in PEM form", where=where) from None
