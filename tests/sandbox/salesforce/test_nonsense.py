"""Whatever a client sends, the org answers, and what it refuses it does not write."""

from __future__ import annotations

import json
import random
from typing import Any
from urllib.parse import quote

import pytest

from connector.sandbox.salesforce.routes import ROUTES, Route
from tests.sandbox.salesforce.caller import Client

TOKENS = (
    "SELECT", "Id", "Name", "FROM", "Lead", "WHERE", "AND", "OR", "NOT", "(", ")", "=", "IN", "'x'",
    "('a','b')", "LIKE", "null", "5", "COUNT()", "COUNT(Id)", "Status", "LIMIT", "99999999999999999999",
    "OFFSET", ",", "Owner.Name", "CreatedDate", "TODAY", "2026-01-01T00:00:00Z", "Address", "Contacts", "TRUE",
    "<", ">=", "é",
)  # fmt: skip
SCALARS: tuple[Any, ...] = (
    None, True, 0, -1, 10**30, 2**63, 1.5, 1e308, float("nan"), "", "a" * 300, "\ud800", "\x00", "2026-13-01",
    "0001-01-01T00:00:00+14:00", "a@b.c", "@{a.id}", "@{a.body[0]}", "Lead",
)  # fmt: skip
HEADERS = ("If-Match", "If-Modified-Since", "If-Unmodified-Since", "Sforce-Query-Options", "Sforce-Auto-Assign")


class Nonsense:
    """Draws requests that are almost right."""

    def __init__(self, client: Client, seed: int) -> None:
        self.draw = random.Random(seed)
        self.client = client
        schema = client.brain.org.schema
        self.names = [field.name for sobject in schema.sobjects for field in sobject.fields] + ["attributes", "Owner"]
        self.ids = [row["Id"] for name in ("Lead", "Account", "Contact") for row in client.brain.rows(name)]

    def value(self, depth: int = 0) -> Any:
        kind = self.draw.randrange(8)
        if kind == 0 and depth < 3:
            return {self.draw.choice(self.names): self.value(depth + 1) for _ in range(2)}
        if kind == 1 and depth < 3:
            return [self.value(depth + 1)]
        return self.draw.choice(self.ids) if kind == 2 else self.draw.choice(SCALARS)

    def row(self) -> dict[str, Any]:
        base = {"LastName": "x", "Company": "y", "attributes": {"type": self.draw.choice(("Lead", "Contact", "?"))}}
        return base | {self.draw.choice(self.names): self.value() for _ in range(self.draw.randrange(4))}

    def body(self) -> dict[str, Any]:
        url = self.draw.choice(("/services/data/v62.0/sobjects/Lead", "/services/data/", "nowhere"))
        step = {"method": "POST", "url": url, "referenceId": "a", "body": self.value(), "httpHeaders": self.value()}
        many = {"records": [self.row(), self.value()], "allOrNone": self.value(), "ids": self.value(), "fields": ["Id"]}
        return self.draw.choice((self.row(), many, {"compositeRequest": [step, step | {"referenceId": "b"}]}))

    def path(self, route: Route) -> str:
        parts = {
            "{type}": self.draw.choice(("Lead", "Account", "User", "Nope")),
            "{id}": self.draw.choice([*self.ids, "00Q", "é"]),
            "{field}": self.draw.choice(("NetSuite_Id__c", "Id", "Email", "Name")),
            "{value}": self.draw.choice([*self.ids, "", "a/b", "\x00"]),
            "{locator}": self.draw.choice(("-", "0r8-5", "0r8x-99999999999999999999")),
        }
        return "/".join(quote(parts.get(segment, segment), safe="") for segment in route.path.split("/"))

    def query(self, route: Route) -> str:
        soql = "SELECT Id FROM Lead WHERE " + " ".join(self.draw.choices(TOKENS, k=self.draw.randrange(5)))
        texts = (soql, " ".join(self.draw.choices(TOKENS, k=6)), "Id,Name", "9999-12-31T23:59:59Z", "²")
        return "&".join(f"{name}={quote(self.draw.choice(texts))}" for name in route.params)

    def send(self) -> None:
        route = self.draw.choice(ROUTES)
        headers = {"Content_Type": "application/json"} if route.method in ("POST", "PATCH") else {}
        if self.draw.random() < 0.1:
            headers[self.draw.choice(HEADERS)] = self.draw.choice(("x", "batchSize=²", "Tue, 06 Jan 0000 00:00:00 GMT"))
        url = f"{self.client.root}{self.path(route)}?{self.query(route)}"
        before = self.client.brain.digest()
        body = json.dumps(self.body()).encode() if self.draw.random() < 0.95 else self.draw.randbytes(9)
        answer = self.client.send(route.method, url, body, **headers)
        assert answer.status < 500 or answer.headers["x-sandbox"] == "not-emulated"
        if not answer.wrote:
            assert self.client.brain.digest() == before, (route.method, url, body)


@pytest.mark.parametrize("seed", range(4))
def test_nonsense_is_answered_and_only_writes_when_it_says_so(client: Client, seed: int) -> None:
    client.brain.seed(3, accounts=2, contacts=2)
    nonsense = Nonsense(client, seed)
    for _ in range(300):
        nonsense.send()


@pytest.mark.parametrize("body", [b"", b"<a/>", b"\xff\xfe", b"<!DOCTYPE x>", b"grant_type=%ff"])
def test_bodies_that_are_nothing(client: Client, body: bytes) -> None:
    for path in ("/services/Soap/u/62.0", "/services/Soap/u", "/services/oauth2/token", "/services/oauth2/revoke", "/"):
        assert client.send("POST", path, body).status in (200, 400, 404, 500, 501)
