"""One call on its way to a handler, and what the handler replies."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from connector.sandbox.salesforce.describe import SObject
from connector.sandbox.salesforce.errors import NotEmulated, refuse
from connector.sandbox.salesforce.org import Org, Saver
from connector.sandbox.salesforce.query import Queries
from connector.sandbox.wire import Request

KNOWN_HEADERS = frozenset(
    {
        "sforce-duplicate-rule-header",
        "sforce-auto-assign",
        "sforce-query-options",
        "sforce-call-options",
        "sforce-limit-info",
    }
)
SMALLEST_BATCH, LARGEST_BATCH = 200, 2000


@dataclass(frozen=True)
class Call:
    """`root` is `/services/data/vNN.0`; `parts` the variable segments of the path by name."""

    org: Org
    queries: Queries
    request: Request
    root: str
    version: float
    user_id: str
    parts: dict[str, str]

    @property
    def sobject(self) -> SObject:
        return self.org.sobject(self.parts["type"])

    @property
    def saver(self) -> Saver:
        """Who saves and how. NotEmulated for a header value that the sandbox does not know."""
        duplicates = duplicate_options(self.request.headers.get("Sforce-Duplicate-Rule-Header", ""))
        assign = str(self.request.headers.get("Sforce-Auto-Assign", "TRUE")).strip().upper()
        if assign not in ("TRUE", "FALSE"):
            raise NotEmulated("Sforce-Auto-Assign with the id of an assignment rule")
        return Saver(self.user_id, duplicates["allowsave"], assign == "TRUE", self.version)

    def json(self) -> dict[str, Any]:
        """The body, a JSON object. Refusal for another content type or for what cannot be parsed."""
        kind = self.request.headers.get("Content-Type", "").split(";")[0].strip().lower()
        if kind != "application/json":
            message = "Content type specified in the request is not supported: " + (kind or "none")
            raise refuse("UNSUPPORTED_MEDIA_TYPE", message)
        try:
            body = json.loads(self.request.body, parse_constant=_no_constant)
            json.dumps(body, ensure_ascii=False).encode()  # half a surrogate pair is no text
        except (ValueError, RecursionError) as error:
            raise refuse("JSON_PARSER_ERROR", f"The HTTP entity body is not valid JSON: {error}") from error
        if not isinstance(body, dict):
            raise refuse("JSON_PARSER_ERROR", "The HTTP entity body must be a JSON object")
        return body

    def batch_size(self) -> int | None:
        """The hint of `Sforce-Query-Options: batchSize=n`, kept within the documented bounds."""
        options = header_options(self.request.headers.get("Sforce-Query-Options", ""))
        if "batchsize" not in options:
            return None
        text = options["batchsize"]
        return max(SMALLEST_BATCH, min(LARGEST_BATCH, int(text))) if text.isdecimal() else None

    def refuse_unknown_headers(self) -> None:
        for name in self.request.headers:
            if name.startswith(("sforce-", "x-sfdc-")) and name not in KNOWN_HEADERS:
                raise NotEmulated(f"request header {name}")


@dataclass(frozen=True)
class Reply:
    """What a handler answers, before it is put on the wire. `body` None is an empty body."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    wrote: bool = False


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def header_options(text: str) -> dict[str, str]:
    """`a=1; b=2` as a dict with lower-case names and values."""
    pairs = (part.partition("=") for part in text.replace(",", ";").split(";") if part.strip())
    return {name.strip().lower(): value.strip().lower() for name, _, value in pairs}


def duplicate_options(text: str) -> dict[str, bool]:
    options = header_options(text)
    unknown = options.keys() - {"allowsave", "includerecorddetails", "runascurrentuser"}
    if unknown or options.get("includerecorddetails") == "true":
        raise NotEmulated("Sforce-Duplicate-Rule-Header with " + ", ".join(unknown or {"includeRecordDetails"}))
    return {"allowsave": options.get("allowsave") == "true"}
