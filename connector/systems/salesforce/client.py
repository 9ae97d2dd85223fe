"""Calls to one org: REST and SOAP, through our session.

simple-salesforce builds the REST requests. What it would do with the answers is replaced: its 401 retry drops the
caller's headers and can recurse without end, its exceptions carry whole bodies, and it knows https only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote
from xml.etree.ElementTree import Element

from simple_salesforce.api import Salesforce

from connector.core.schema import SystemName
from connector.errors import RemoteError, Throttled, Unintelligible
from connector.systems.salesforce import soap
from connector.systems.salesforce.auth import TokenAuthorizer
from connector.systems.salesforce.errors import error_from, error_of, judge, judge_soap
from connector.systems.salesforce.settings import SalesforceSettings
from connector.systems.session import Response, Session, Verdict, decoded

_LIMIT_REST_SECONDS = 120
"""How long a limit that the org names is believed; runs are further apart."""
MOST_QUERIES_IN_COMPOSITE = 5
MOST_PARTS_IN_COMPOSITE = 25

_LOCATOR = re.compile(r"/services/data/v\d+\.\d/(query(?:All)?/[A-Za-z0-9]+-\d+)")


class ServerClock:
    """The org's time, learned from the `Date` of its answers; never ahead of it. Ours until one has arrived."""

    def __init__(self, own_now: Callable[[], datetime], ticks: Callable[[], float]) -> None:
        self._own_now, self._ticks = own_now, ticks
        self._seen: tuple[datetime, float] | None = None

    def see(self, response: Response) -> None:
        try:
            told = parsedate_to_datetime(response.headers.get("Date", ""))
        except ValueError:
            return
        self._seen = (told.astimezone(UTC), self._ticks())

    @property
    def known(self) -> bool:
        return self._seen is not None

    def now(self) -> datetime:
        if self._seen is None:
            return self._own_now()
        told, seen_at = self._seen
        return told + timedelta(seconds=self._ticks() - seen_at)


class _Requests(Salesforce):
    """simple-salesforce as a builder of requests, and nothing else."""

    session: Session

    def __init__(self, session: Session, settings: SalesforceSettings) -> None:
        # The token that it insists on is never sent: the session's authorizer sets the header for each sending.
        super().__init__(session_id="unused", instance=settings.host, session=session, version=settings.api_version)
        # It writes https:// in front of every host; a local sandbox may speak plain http.
        self.base_url = f"{settings.base_url}/services/data/v{settings.api_version}/"
        self.headers = {"Content-Type": "application/json", "Accept": "application/json"}

    def _call_salesforce(
        self, method: str, url: str, name: str = "", retries: int = 0, max_retries: int = 0, **options: Any
    ) -> Response:
        headers = {**self.headers, **options.pop("headers", {})}
        response = self.session.request(method, url, headers=headers, decode=_from_json, **options)
        if response.status_code >= 300:
            raise error_of(response)
        usage = response.headers.get("Sforce-Limit-Info")
        if usage:
            self.api_usage = self.parse_api_usage(usage)
        return response

    def parse_result_to_json(self, result: Response) -> Any:
        return decoded(result)


class Client:
    """One org's API. Methods raise the kinds of RemoteError; reads are retried, writes never blindly."""

    def __init__(
        self,
        settings: SalesforceSettings,
        session: Session,
        own_now: Callable[[], datetime],
        ticks: Callable[[], float],
    ) -> None:
        self.settings = settings
        self.clock = ServerClock(own_now, ticks)
        self._ticks = ticks
        self._refused: tuple[Throttled, float] | None = None
        self._session = session
        self._requests = _Requests(session, settings)
        self.authorizer = TokenAuthorizer(
            session,
            settings.login,
            base_url=settings.base_url,
            audience=settings.audience,
            server_now=self.clock.now,
            own_now=own_now,
        )
        session.authorizer = self.authorizer
        session.judge = self._judge

    def get(self, path: str) -> Any:
        return self._rest("GET", path, safe=True)

    def look_up(self, path: str, body: Any) -> Any:
        """A read that is a POST, because its question is long."""
        return self._rest("POST", path, safe=True, data=to_json(body))

    def create(self, path: str, body: Any, headers: Mapping[str, str]) -> Any:
        return self._rest("POST", path, safe=False, data=to_json(body), headers=headers)

    def change(self, path: str, body: Any, headers: Mapping[str, str]) -> Any:
        """None where the answer has no body."""
        return self._rest("PATCH", path, safe=False, data=to_json(body), headers=headers)

    def remove(self, path: str, params: Mapping[str, str]) -> Any:
        return self._rest("DELETE", path, safe=False, params=params)

    def query(self, soql: str) -> Mapping[str, Any]:
        """The first page: `{"records", "done", "nextRecordsUrl"?}`."""
        self._mind_the_quota()
        with self._believed():
            return _page(self._requests.query(soql))

    def query_all(self, soql: str) -> Mapping[str, Any]:
        """The same with deleted records among them."""
        self._mind_the_quota()
        with self._believed():
            return _page(self._requests.query(soql, include_deleted=True))

    def next_page(self, url: str) -> Mapping[str, Any]:
        """The page that `nextRecordsUrl` names. It is data: only a locator of this API is taken from it."""
        locator = _LOCATOR.fullmatch(url)
        if not locator:
            raise Unintelligible("the next page's address is not one of this API", system=SystemName.SALESFORCE)
        return _page(self.get(locator[1]))

    def as_page(self, answer: Any) -> Mapping[str, Any]:
        """A query's answer that came as a part of a composite call."""
        return _page(answer)

    def server_now(self) -> datetime:
        """The org's time: its answer to the login has told it, if nothing else has."""
        if not self.clock.known:
            _ = self.authorizer.token
        return self.clock.now()

    def every_row(self, soql: str) -> list[Mapping[str, Any]]:
        """All rows of a query with a small result."""
        page = self.query(soql)
        rows = list(page["records"])
        while not page["done"]:
            page = self.next_page(page["nextRecordsUrl"])
            rows += page["records"]
        return rows

    def composite_get(self, paths: Sequence[str]) -> list[Any]:
        """The bodies of several reads in one call, in order; a refused one stands there as its error."""
        parts = [
            {
                "method": "GET",
                "url": f"/services/data/v{self.settings.api_version}/{path}",
                "referenceId": f"part{place}",
            }
            for place, path in enumerate(paths)
        ]
        answer = self.look_up("composite", {"allOrNone": False, "compositeRequest": parts})
        answers = answer.get("compositeResponse") if isinstance(answer, dict) else None
        if not isinstance(answers, list) or [part.get("referenceId") for part in answers] != [
            part["referenceId"] for part in parts
        ]:
            raise Unintelligible("a composite answer has other parts than its request", system=SystemName.SALESFORCE)
        return [_part(part) for part in answers]

    def soap(self, envelope: bytes) -> Element:
        """The answer's body element; SoapFault if it is a fault. Never sent twice unless nothing was applied."""
        self._mind_the_quota()
        response = self._session.request(
            "POST",
            f"{self.settings.base_url}/services/Soap/u/{self.settings.api_version}",
            data=envelope,
            headers={"Content-Type": "text/xml; charset=UTF-8", "SOAPAction": '""'},
            safe=False,
            judge=self._judge_soap,
            decode=lambda answer: soap.body_of(answer.content),
        )
        if not response.ok:
            with self._believed():
                raise soap.fault_of(response)
        body: Element = decoded(response)
        return body

    def _rest(self, method: str, path: str, **options: Any) -> Any:
        self._mind_the_quota()
        with self._believed():
            return self._requests.restful(path, method=method, **options)

    def _judge(self, response: Response) -> Verdict:
        self.clock.see(response)
        return judge(response)

    def _judge_soap(self, response: Response) -> Verdict:
        self.clock.see(response)
        return judge_soap(response)

    @contextmanager
    def _believed(self) -> Iterator[None]:
        """Remembers that the org refuses every call (`REQUEST_LIMIT_EXCEEDED`)."""
        try:
            yield
        except Throttled as error:
            if error.code:
                self._refused = (error, self._ticks())
            raise

    def _mind_the_quota(self) -> None:
        """Stop at the configured share of the org's daily calls, and for a while after the org itself said that they
        are used up: hundreds of batches would each be refused anew. Its own counter lags by seconds (recorded)."""
        if self._refused is not None and self._ticks() - self._refused[1] < _LIMIT_REST_SECONDS:
            raise self._refused[0]
        usage = self._requests.api_usage.get("api-usage")
        if usage is None or usage.used < usage.total * self.settings.daily_share:
            return
        self._requests.api_usage = {}  # known no longer: the next run asks the org itself
        share = round(self.settings.daily_share * 100)
        raise Throttled(
            f"{usage.used} of the org's {usage.total} daily API calls are used up, and we stop at {share} %",
            system=SystemName.SALESFORCE,
        )


def query_path(soql: str, *, deleted_too: bool) -> str:
    """A query as a part of a composite call, which wants it percent-encoded (documented)."""
    return f"{'queryAll' if deleted_too else 'query'}?q={quote(soql, safe='')}"


def segment(text: str) -> str:
    """One step of a path; nothing in it can become another step."""
    return quote(text, safe="")


def to_json(body: Any) -> bytes:
    return json.dumps(body, default=_number, separators=(",", ":")).encode()


def _number(value: Any) -> int | float:
    """A Decimal as JSON has it. Salesforce keeps numbers as doubles, so a double loses nothing that it would keep."""
    if not isinstance(value, Decimal):
        raise TypeError(f"{type(value).__name__} cannot be sent to Salesforce")
    return int(value) if value == value.to_integral_value() else float(value)


def _from_json(response: Response) -> Any:
    return json.loads(response.content, parse_float=Decimal, parse_int=Decimal)


def _page(answer: Any) -> Mapping[str, Any]:
    if (
        not isinstance(answer, dict)
        or not isinstance(answer.get("records"), list)
        or not isinstance(answer.get("done"), bool)
        or (not answer["done"] and not isinstance(answer.get("nextRecordsUrl"), str))
    ):
        raise Unintelligible("a query's answer has no rows", system=SystemName.SALESFORCE)
    return answer


def _part(part: Mapping[str, Any]) -> Any | RemoteError:
    status = int(part.get("httpStatusCode") or 0)
    return part.get("body") if 200 <= status < 300 else error_from(part.get("body"), status)
