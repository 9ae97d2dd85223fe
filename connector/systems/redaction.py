"""What a server says, fit to be told on: nothing that proves who we are.

A server may repeat in its errors whatever we sent it, our token included (a proxy's debug page, a hostile server).
Tokens, signatures and signed assertions look like nothing else that a vendor writes to people, so they are told by
their looks, wherever they stand; a field's or an error's name never looks so.
"""

from __future__ import annotations

import re
from typing import Final

MASK: Final = "***"
_LONGEST_NAME = 80
_WORD = re.compile(r"[A-Za-z0-9+/=_.!~%-]{24,}")
_NAME = re.compile(r"[A-Za-z]+(?:[._][A-Za-z0-9]+)+")


def without_proofs(text: str) -> str:
    """`text` with every word masked that looks like a token: 24 characters or more, letters and digits mixed.

    >>> without_proofs("Session 00D000000000062!AQEAQNx8mV0x3v5v is invalid")
    'Session *** is invalid'
    >>> without_proofs("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST: custentity_region_of_the_buyer_2")
    'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST: custentity_region_of_the_buyer_2'
    """
    return _WORD.sub(_masked, text)


def name(text: object) -> str:
    """A code or a field's name as a server gives it, cut to a length that names have."""
    return without_proofs(str(text))[:_LONGEST_NAME]


def _masked(found: re.Match[str]) -> str:
    word = found[0]
    mixed = any(letter.isdigit() for letter in word) and any(letter.isalpha() for letter in word)
    return MASK if mixed and not _NAME.fullmatch(word) else word
