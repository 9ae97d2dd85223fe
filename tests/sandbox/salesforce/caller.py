"""A client that speaks raw HTTP to a sandboxed org: no adapter of ours in between."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from connector.sandbox.salesforce.routes import Salesforce
from connector.sandbox.wire import Answer, Headers, Request

HOST = "https://northwind.my.salesforce.com"
ROOT = "/services/data/v62.0"
RECORDINGS = Path(__file__).parents[3].parent / "shared" / "reference"
SECRET = "client secret of the tests"


class Client:
    """Sends requests as the integration user."""

    def __init__(self, brain: Salesforce, version: str = "v62.0") -> None:
        self.brain = brain
        self.root = f"/services/data/{version}"
        self.token = ""
        self.log_in()

    def send(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        """`path` as it goes on the wire; header names with underscores for dashes."""
        given = Headers({"Authorization": f"Bearer {self.token}"})
        for name, value in headers.items():
            given[name.replace("_", "-")] = value
        bare, _, query = path.partition("?")
        return self.brain.answer(Request(method, HOST + path, bare, query, given, body))

    def log_in(self) -> None:
        form = f"grant_type=client_credentials&client_id=3MVG9sandboxConnectedApp&client_secret={quote(SECRET)}"
        answer = self.send("POST", "/services/oauth2/token", form.encode())
        assert answer.status == 200, answer.body
        self.token = answer.json()["access_token"]

    def get(self, path: str, **headers: str) -> Answer:
        return self.send("GET", self.root + path, **headers)

    def delete(self, path: str) -> Answer:
        return self.send("DELETE", self.root + path)

    def post(self, path: str, body: Any, **headers: str) -> Answer:
        return self._json("POST", path, body, headers)

    def patch(self, path: str, body: Any, **headers: str) -> Answer:
        return self._json("PATCH", path, body, headers)

    def _json(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Answer:
        kind = {"Content_Type": "application/json"} | headers
        return self.send(method, self.root + path, json.dumps(body).encode(), **kind)

    def create(self, sobject: str, **fields: Any) -> str:
        answer = self.post(f"/sobjects/{sobject}", fields)
        assert answer.status == 201, answer.body
        return str(answer.json()["id"])

    def read(self, sobject: str, record_id: str, *fields: str) -> dict[str, Any]:
        answer = self.get(f"/sobjects/{sobject}/{record_id}" + (f"?fields={','.join(fields)}" if fields else ""))
        assert answer.status == 200, answer.body
        return dict(answer.json())

    def query(self, soql: str, *, deleted: bool = False) -> list[dict[str, Any]]:
        return list(self.ask(soql, deleted=deleted).json()["records"])

    def ask(self, soql: str, *, deleted: bool = False, **headers: str) -> Answer:
        return self.get(f"/{'queryAll' if deleted else 'query'}?q={quote(soql)}", **headers)

    def lead(self, **fields: Any) -> str:
        return self.create("Lead", **({"LastName": "Holm", "Company": "Cedar Foods"} | fields))

    def soap(self, operation: str, *, header: str = "", token: str | None = None) -> Answer:
        envelope = (
            '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
            'xmlns:urn="urn:partner.soap.sforce.com" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
            f"<soapenv:Header><urn:SessionHeader><urn:sessionId>{token or self.token}</urn:sessionId>"
            f"</urn:SessionHeader>{header}</soapenv:Header><soapenv:Body>{operation}</soapenv:Body></soapenv:Envelope>"
        )
        kind = {"Content_Type": "text/xml; charset=UTF-8", "SOAPAction": '""'}
        return self.send("POST", "/services/Soap/u/62.0", envelope.encode(), **kind)


MakeClient = Callable[..., Client]


def recording(path: str) -> Any:
    """A recorded payload; the test is skipped where the recordings are not at hand."""
    file = RECORDINGS / path
    if not file.exists():
        pytest.skip(f"recording {path} is not at hand")
    text = file.read_text(encoding="utf-8")
    return json.loads(text) if file.suffix == ".json" else text


def shape(value: Any) -> Any:
    """Keys and JSON types of a payload, for comparing an answer with a recording."""
    if isinstance(value, dict):
        return {name: shape(item) for name, item in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__
