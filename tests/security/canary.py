"""Secrets that must never get out, and the search for them in every spelling that a program may give them."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

PIECE = 24
"""A piece of this length gives a secret away; messages may have been cut."""


def spellings(secret: str) -> Iterator[str]:
    """Plain, URL-encoded, JSON-escaped, and base64 wherever in a longer text the secret may have stood."""
    yield secret
    yield quote(secret, safe="")
    yield quote(secret)
    yield quote_plus(secret)
    yield json.dumps(secret)[1:-1]
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + secret.encode())
        whole = encoded.rstrip(b"=")[(before * 8 + 5) // 6 : -1].decode()
        yield whole
        yield whole.replace("+", "-").replace("/", "_")


def pieces(secret: str) -> Iterator[str]:
    """The secret itself, or of a long one every piece that would give it away."""
    for line in filter(None, secret.splitlines()):
        if "-----" not in line:
            yield from (line[at : at + PIECE] for at in range(0, max(1, len(line) - PIECE + 1), PIECE))


def leaks(secrets: Iterable[str], written: bytes) -> list[str]:
    """What of `secrets` stands in `written`, as the first letters of each."""
    text = written.decode("utf-8", "replace")
    found = (
        f"{secret[:8]}... as {spelling[:12]}..."
        for secret in secrets
        for piece in pieces(secret)
        for spelling in spellings(piece)
        if len(spelling) > 5 and spelling in text
    )
    return sorted(set(found))
