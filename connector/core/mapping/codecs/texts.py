"""Text, e-mail and web addresses."""

from __future__ import annotations

import re

from connector.core.flow import Pair
from connector.core.mapping.codecs.base import Codec, Options, Unfit, as_text, both, codec, same, text_key
from connector.core.mapping.worked import Worked


@codec(
    "text",
    Worked("job_title: {netsuite: title, salesforce: Title}", {"title": "CEO"}, {"Title": "CEO"}),
    Worked(
        "custom.ref: {netsuite: custentity_ref, salesforce: Ref__c}",
        {"custentity_ref": 42},
        {"Ref__c": "42"},
        "to_salesforce",
    ),
)
def text(options: Options) -> Codec:
    """Text as people typed it. Equal apart from outer space and the kind of line ends."""
    return both(as_text, same, text_key, plain=True)


@codec(
    "long_text",
    Worked(
        "description: {netsuite: comments, salesforce: Description, as: long_text}",
        {"comments": "Call back.\nAsk for Kristen."},
        {"Description": "Call back.\nAsk for Kristen."},
    ),
)
def long_text(options: Options) -> Codec:
    """Text of several lines. Equal apart from outer space and the kind of line ends."""
    return text(options)


_EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+")


@codec(
    "email",
    Worked(
        "email: {netsuite: email, salesforce: Email, as: email}",
        {"email": "Kakin@athenahome.com"},
        {"Email": "Kakin@athenahome.com"},
    ),
    Worked(
        "email: {netsuite: email, salesforce: Email, as: email}",
        {"email": "ask Kristen"},
        {},
        "to_salesforce",
        "'ask Kristen' is not an e-mail address",
    ),
)
def email(options: Options) -> Codec:
    """An e-mail address. Equal without regard to case; one that both systems would refuse is held."""
    return both(as_text, _checked_email, lambda value: text_key(value).casefold())


def _checked_email(value: str) -> str:
    if not _EMAIL.fullmatch(value.strip()):
        raise Unfit(f"{value!r} is not an e-mail address")
    return value.strip()


_SCHEME = re.compile(r"^(https?|ftp|file)://", re.IGNORECASE)


@codec(
    "url",
    Worked(
        "website: {netsuite: url, salesforce: Website, as: url}",
        {"url": "https://www.burlington.com"},
        {"Website": "www.burlington.com"},
        "to_netsuite",
    ),
    Worked(
        "website: {netsuite: url, salesforce: Website, as: url}",
        {"url": "http://edgecomm.com"},
        {"Website": "http://edgecomm.com"},
    ),
)
def url(options: Options) -> Codec:
    """A web address. Equal without regard to http or https, a slash at the end, and the case of the host.
    NetSuite refuses one without a scheme (recorded), so `https://` is put before it there."""
    return Codec(Pair(as_text, as_text), Pair(_with_scheme, same), _url_key, lossy=True)


def _with_scheme(value: str) -> str:
    bare = value.strip()
    return bare if _SCHEME.match(bare) else f"https://{bare}"


def _url_key(value: str | None) -> str:
    bare = re.sub(r"^https?://", "", text_key(value), flags=re.IGNORECASE)
    host, slash, rest = bare.partition("/")
    return (host.casefold() + slash + rest).rstrip("/")
