"""Secrets: a configuration names where they are, it never holds them.

    ${env:NAME}                 an environment variable
    ${file:path}                a file that only its owner can read, relative to the configuration
    ${keyring:service/name}     the keyring of the operating system (extra `lead-connector[keyring]`)

Every value that was read through a reference is remembered in `LIVE`, so that the logs can mask it
wherever it turns up.
"""

from __future__ import annotations

import base64
import os
import re
from pathlib import Path
from typing import Final
from urllib.parse import quote, quote_plus

from connector.errors import ConfigError

FORMS: Final = "${env:NAME}, ${file:path} or ${keyring:service/name}"
MASK: Final = "***"
_REFERENCE = re.compile(r"\$\{(env|file|keyring):([^${}]+)\}")
_SHORTEST_MASKED = 6


class Referenced(str):
    """A text that came through a reference, and so may be a secret."""

    __slots__ = ()


class Live:
    """The secrets of this process, in every spelling in which they may reach a log line."""

    def __init__(self) -> None:
        self._spellings: set[str] = set()

    def add(self, secret: str) -> None:
        """Remember `secret`; very short ones are not masked, they would blank out ordinary words."""
        lines = [line for line in secret.splitlines() if "-----" not in line]
        for text in {secret, secret.strip(), *lines}:
            if len(text) >= _SHORTEST_MASKED:
                self._spellings.update(_spellings(text))

    def mask(self, text: str) -> str:
        """`text` without any live secret."""
        for spelling in sorted(self._spellings, key=len, reverse=True):
            text = text.replace(spelling, MASK)
        return text


LIVE: Final = Live()


def _spellings(secret: str) -> tuple[str, ...]:
    encoded = base64.b64encode(secret.encode()).decode().rstrip("=")
    url_safe = base64.urlsafe_b64encode(secret.encode()).decode().rstrip("=")
    return secret, quote(secret, safe=""), quote_plus(secret), encoded, url_safe


def resolve(text: str, folder: Path) -> str:
    """`text` itself, or, when it is a reference, what it refers to (as `Referenced`).

    Raises ConfigError for a reference of an unknown form, and for one that leads nowhere.
    """
    if "${" not in text:
        return text
    found = _REFERENCE.fullmatch(text)
    if found is None:
        raise ConfigError(
            f"`{text}` is not a reference that is known here", how=f"Write {FORMS}, and nothing beside it."
        )
    kind, name = found.groups()
    secret = _environment(name) if kind == "env" else _keyring(name) if kind == "keyring" else _file(name, folder)
    LIVE.add(secret)
    return Referenced(secret)


def _environment(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise ConfigError(f"the environment variable {name} is not set", how=f"Set it: export {name}=...")
    return value


def _file(name: str, folder: Path) -> str:
    from connector.systems.keyfile import read_key_file  # brings cryptography: only where a file is named

    path = folder / Path(name).expanduser()
    try:
        text = read_key_file(path).decode().rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not text") from error
    if not text:
        raise ConfigError(f"{path} is empty", how="Put the secret, and nothing else, into the file.")
    return text


def _keyring(name: str) -> str:
    service, _, user = name.partition("/")
    try:
        import keyring  # type: ignore[import-not-found]
    except ImportError as error:
        raise ConfigError("reading the keyring needs the extra `lead-connector[keyring]`") from error
    value = keyring.get_password(service, user)
    if not value:
        raise ConfigError(f"the keyring holds nothing under {name}", how=f"keyring set {service} {user}")
    return str(value)
