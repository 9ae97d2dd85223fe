"""Texts brought to a form in which two spellings of one thing are equal. Used to find candidates, never to write."""

from __future__ import annotations

import re
import unicodedata

_LEGAL_FORMS = frozenset(
    {
        *("inc", "incorporated", "corp", "corporation", "co", "company", "ltd", "limited", "llc", "llp", "lp", "plc"),
        *("gmbh", "ag", "kg", "ohg", "ug", "sa", "sas", "sarl", "srl", "spa", "bv", "nv", "ab", "as", "oy", "kk"),
        *("pty", "pte"),
    }
)
_FREE_MAIL = frozenset(
    {
        *("gmail.com", "googlemail.com", "yahoo.com", "hotmail.com", "outlook.com", "live.com", "aol.com"),
        *("icloud.com", "gmx.de", "gmx.net", "web.de", "mail.com", "proton.me"),
    }
)
_NOT_WORD = re.compile(r"[^\w]+", re.UNICODE)
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*://", re.IGNORECASE)


def plain(text: str | None) -> str:
    """Lower case, without accents, punctuation and doubled space.

    >>> plain("  Ångström & Söhne, Inc. ")
    'angstrom sohne inc'
    """
    if not text:
        return ""
    folded = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(char for char in folded if not unicodedata.combining(char))
    return _NOT_WORD.sub(" ", bare).strip()


def company(name: str | None) -> str:
    """A company name without its legal form; the form stays when nothing else would be left.

    >>> company("Aethna Home Products, Inc.")
    'aethna home products'
    >>> company("The Company Ltd")
    'the'
    """
    words = plain(name).split()
    core = words
    while len(core) > 1 and core[-1] in _LEGAL_FORMS:
        core = core[:-1]
    return " ".join(core)


def email(address: str | None) -> str:
    """An e-mail address for comparison: trimmed, without regard to case."""
    return (address or "").strip().casefold()


def domain(website: str | None) -> str:
    """The host of a web address without `www.`; empty for what is none.

    >>> domain("https://www.Burlington.com/about")
    'burlington.com'
    """
    host = _SCHEME.sub("", (website or "").strip()).split("/", 1)[0].split(":", 1)[0].casefold()
    return host.removeprefix("www.") if "." in host else ""


def mail_domain(address: str | None) -> str:
    """The company's domain in an e-mail address; empty for free mail providers."""
    host = email(address).rpartition("@")[2]
    return "" if host in _FREE_MAIL else host
