"""Calls a NetSuite brain as a client on the wire would: signed requests in, status, headers and JSON out."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

import requests
from requests_oauthlib import OAuth1

from connector.sandbox.netsuite.routes import NetSuite
from connector.sandbox.wire import Answer, Headers, Request

HOST = "https://tstdrv1234567.suitetalk.api.netsuite.com"
RECORD = "/services/rest/record/v1"
SUITEQL = "/services/rest/query/v1/suiteql"


def wire(prepared: requests.PreparedRequest) -> Request:
    """A prepared request as a front hands it to a brain."""
    url = prepared.url or ""
    parts = urlsplit(url)
    body = prepared.body or b""
    headers = {
        name: value.decode() if isinstance(value, bytes) else str(value) for name, value in prepared.headers.items()
    }
    raw = body.encode() if isinstance(body, str) else bytes(body)
    return Request(prepared.method or "GET", url, parts.path, parts.query, Headers(headers), raw)


class Caller:
    """One signed client of one account."""

    def __init__(self, brain: NetSuite) -> None:
        self.brain = brain
        settings = brain.settings
        self.auth = OAuth1(
            settings.consumer_key,
            settings.consumer_secret,
            settings.token_id,
            settings.token_secret,
            realm=settings.realm,
            signature_method="HMAC-SHA256",
        )

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        data = body if isinstance(body, str | None) else json.dumps(body)
        named.setdefault("Content-Type", "application/json")
        prepared = requests.Request(method, HOST + path, headers=named, data=data, auth=self.auth).prepare()
        return self.brain.answer(wire(prepared))

    def get(self, path: str, **headers: str) -> Any:
        answer = self.send("GET", RECORD + path, **headers)
        assert answer.status == 200, answer.body
        return answer.json()

    def make(self, record: str, **fields: Any) -> str:
        """Create a record with every name checked; its id."""
        answer = self.send("POST", f"{RECORD}/{record}", fields, X_NetSuite_PropertyNameValidation="Error")
        assert answer.status == 204, answer.body
        return answer.headers["Location"].rsplit("/", 1)[1]

    def change(self, path: str, **fields: Any) -> None:
        answer = self.send("PATCH", RECORD + path, fields, X_NetSuite_PropertyNameValidation="Error")
        assert answer.status == 204, answer.body

    def query(self, q: str, params: list[Any] | None = None, page: str = "") -> Answer:
        body = {"q": q} if params is None else {"q": q, "params": params}
        return self.send("POST", SUITEQL + page, body, Prefer="transient")

    def rows(self, q: str, params: list[Any] | None = None, page: str = "") -> list[dict[str, Any]]:
        """Items of a page without their empty links."""
        answer = self.query(q, params, page)
        assert answer.status == 200, answer.body
        return [{name: value for name, value in item.items() if name != "links"} for item in answer.json()["items"]]

    def refused(self, answer: Answer, status: int = 400) -> str:
        """The detail text of a refusal with that status."""
        assert answer.status == status, (answer.status, answer.body)
        return str(answer.json()["o:errorDetails"][0]["detail"])

    def lead(self, **fields: Any) -> str:
        named = {"isPerson": True, "firstName": "Ann", "lastName": "Lee", "companyName": "Acme"}
        return self.make("customer", **{**named, "entityStatus": {"id": "6"}, **fields})

    def company(self, **fields: Any) -> str:
        return self.make("customer", **{"companyName": "Globex", "entityStatus": {"id": "8"}, **fields})
