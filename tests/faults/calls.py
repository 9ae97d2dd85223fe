"""The calls that the connector makes: the columns of the fault table, and how a request is told to be one of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

Side = Literal["netsuite", "salesforce", "ours"]
Kind = Literal["login", "read", "write", "state"]


@dataclass(frozen=True)
class Call:
    """One kind of request. `match` is how a sandbox's fault list recognises it."""

    side: Side
    name: str
    kind: Kind
    method: str
    path: str
    body: str | None = None

    @property
    def title(self) -> str:
        if self.side == "ours":
            return self.name
        return f"{'NetSuite' if self.side == 'netsuite' else 'Salesforce'} {self.name}"

    @property
    def match(self) -> dict[str, Any]:
        return {"method": self.method, "path": self.path, "body": self.body}

    def is_made_by(self, side: str, method: str, url: str, body: str) -> bool:
        parts = urlsplit(url)
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        return (
            (side, method) == (self.side, self.method)
            and re.search(self.path, target) is not None
            and (self.body is None or self.body in body)
        )


NETSUITE = (
    Call("netsuite", "login", "login", "POST", "/oauth2/v1/token$"),
    Call("netsuite", "query", "read", "POST", "/query/v1/suiteql"),
    Call("netsuite", "schema", "read", "GET", "/metadata-catalog/"),
    Call("netsuite", "create", "write", "POST", "/record/v1/"),
    Call("netsuite", "update", "write", "PATCH", "/record/v1/"),
)
SALESFORCE = (
    Call("salesforce", "login", "login", "POST", "/services/oauth2/token$"),
    Call("salesforce", "describe", "read", "POST", "/composite$", "/describe"),
    Call("salesforce", "query", "read", "GET", r"/query(All)?/?\?q="),
    Call("salesforce", "mark", "read", "POST", "/composite$", "/updated/"),
    Call("salesforce", "changes", "read", "POST", "/composite$", "SystemModstamp"),
    Call("salesforce", "next page", "read", "GET", r"/query(All)?/[A-Za-z0-9]+-\d+"),
    Call("salesforce", "read", "read", "POST", "/composite/sobjects/"),
    Call("salesforce", "create", "write", "POST", "/composite/sobjects$"),
    Call("salesforce", "update", "write", "PATCH", "/composite/sobjects$"),
    Call("salesforce", "convert", "write", "POST", "/services/Soap/"),
)
CALLS = NETSUITE + SALESFORCE
STATE = Call("ours", "our state in a file", "state", "", "")
STATE_ON_SERVER = Call("ours", "our state in PostgreSQL", "state", "", "")
"""Its check wants the URL of a server as its path."""
COLUMNS = (*CALLS, STATE, STATE_ON_SERVER)


def named(title: str) -> Call:
    return next(call for call in CALLS if call.title == title)


def call_of(side: str, method: str, url: str, body: str) -> Call | None:
    """None for a request that is no column of the table."""
    return next((call for call in CALLS if call.is_made_by(side, method, url, body)), None)
