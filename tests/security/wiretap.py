"""Both sandboxes behind a wiretap: every proof of who we are that crosses the wire is noted, and an answer may be
replaced by one that repeats it all (a proxy's debug page, a hostile server)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote
from xml.sax.saxutils import escape

from connector.sandbox.broken import Broken
from connector.sandbox.front import Caller, Front
from connector.sandbox.wire import Answer, Request

_WRITE = re.compile(r"/record/v1/(customer|contact|opportunity)|composite/sobjects$|/Soap/")
_PROOFS = (
    re.compile(r"Bearer (\S+)"),
    re.compile(r'oauth_(?:signature|token)="([^"]{8,})"'),
    re.compile(r"(?:assertion|client_secret)=([^&]{8,})"),
    re.compile(r'"access_token": ?"([^"]+)"'),
    re.compile(r"sessionId>([^<]+)<"),
)


@dataclass
class Parrot:
    """Answers that say back what was said. `status` None: nothing is replaced. `logins`: token endpoints too;
    `writes_only`: reads are answered properly."""

    status: int | None = None
    logins: bool = False
    writes_only: bool = False

    def answers(self, request: Request) -> bool:
        if self.status is None or ("/oauth2/" in request.path and not self.logins):
            return False
        return not self.writes_only or _WRITE.search(request.path) is not None


@dataclass
class Wiretap:
    """Stands where a front stands."""

    front: Front
    parrot: Parrot = field(default_factory=Parrot)
    proofs: set[str] = field(default_factory=set)

    def handle(self, request: Request, caller: Caller) -> Answer | Broken:
        self._note(request.headers.get("Authorization", ""))
        self._note(request.body.decode("utf-8", "replace"))
        if self.parrot.answers(request):
            return repeated(self.front.brain.name, request, self.parrot.status or 400)
        answer = self.front.handle(request, caller)
        if isinstance(answer, Answer):
            self._note(answer.body.decode("utf-8", "replace"))
        return answer

    def _note(self, text: str) -> None:
        self.proofs.update(unquote(found) for pattern in _PROOFS for found in pattern.findall(text))


def repeated(vendor: str, request: Request, status: int) -> Answer:
    """An error in the vendor's own form whose every text repeats what proves who we are."""
    said = " ".join(_spoken(request))
    word = next(iter(_spoken(request)), "nothing")
    body: Any = {"o:errorDetails": [{"detail": said, "o:errorCode": word, "o:errorPath": word}], "status": status}
    if "/oauth2/" in request.path:
        body = {"error": word, "error_description": said, "instance_url": f"https://{word[:60]}.example"}
    elif vendor == "salesforce":
        body = [{"errorCode": word, "message": said, "fields": [word]}]
    content, kind = json.dumps(body), "application/json"
    if "/Soap/" in request.path:
        content, kind = _fault(word, said), "text/xml"
    headers = {"content-type": kind, "X-N-OperationId": word, "X-SFDC-Request-Id": word}
    return Answer(status, {**headers, "Location": f"https://{word[:50]}.example/{word}"}, content.encode())


def _spoken(request: Request) -> list[str]:
    text = f"{request.headers.get('Authorization', '')} {request.body.decode('utf-8', 'replace')}"
    return [unquote(found) for pattern in _PROOFS for found in pattern.findall(text)]


def _fault(word: str, said: str) -> str:
    return (
        '<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault>'
        f"<faultcode>sf:{escape(word)}</faultcode><faultstring>{escape(said)}</faultstring></s:Fault></s:Body></s:Envelope>"
    )
