"""The floor of processor time and memory: the same records, read and written with the same libraries by a bare loop.

`python -m bench.bare FOLDER first` carries every lead across; `quiet MARKS` asks what changed since; `changes MARKS`
carries the edits across. MARKS is the JSON of the marks that the phase before told. No engine, no state, no error
handling: only `requests`, simple-salesforce and a dictionary from field to field.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import jwt
import requests
from requests.adapters import HTTPAdapter
from ruamel.yaml import YAML
from simple_salesforce.api import Salesforce

from bench.floors import NETSUITE_PAGE, NETSUITE_TYPES, SALESFORCE_COLLECTION
from bench.served import Logins
from bench.usage import ROOT, Stopwatch, tell

Row = Mapping[str, Any]
Marks = dict[str, str]

IN_FLIGHT = 4
SALESFORCE_TYPES = ("Lead", "Account", "Contact", "Opportunity")
ADDRESS = {"Street": "addr1", "City": "city", "State": "state", "PostalCode": "zip"}
COUNTRIES = {"United Kingdom": "GB", "USA": "US", "Austria": "AT", "France": "FR", "Australia": "AU"}
"""Where the made-up leads live."""
EDITED = ("title", "Title")
"""The field that the benchmark edits, as NetSuite and Salesforce call it."""


@dataclass(frozen=True)
class Column:
    """A field that both sides have; `values`: NetSuite's id by Salesforce's value, where it is a list."""

    netsuite: str
    values: Mapping[str, str] | None

    def translated(self, value: Any) -> Any:
        return value if self.values is None else {"id": str(self.values[value]).split(",")[0]}


def columns() -> dict[str, Column]:
    """The fields of the shipped lead mapping that go straight across, by their Salesforce name."""
    lines = YAML(typ="safe", pure=True).load(ROOT / "mappings" / "lead.yaml")["fields"].values()
    straight = [line for line in lines if isinstance(line["netsuite"], str) and isinstance(line["salesforce"], str)]
    return {line["salesforce"]: Column(line["netsuite"], line.get("values")) for line in straight}


class Both:
    """The two APIs after a login each."""

    def __init__(self, logins: Logins) -> None:
        self._logins = logins
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.mount("http://", HTTPAdapter(pool_maxsize=IN_FLIGHT))
        self.http.hooks["response"].append(self._note_time)
        self.netsuite_headers = {"Authorization": f"Bearer {self._netsuite_token()}", "Prefer": "transient"}
        host = urlsplit(logins.salesforce_url).netloc
        self.salesforce = Salesforce(session_id=self._salesforce_token(), instance=host, session=self.http)
        self.salesforce.base_url = f"{logins.salesforce_url}/services/data/v{self.salesforce.sf_version}/"

    def _netsuite_token(self) -> str:
        url, now = f"{self._logins.netsuite_url}/services/rest/auth/oauth2/v1/token", int(time.time())
        claims = {"iss": self._logins.netsuite_client_id, "aud": url, "scope": ["rest_webservices"]}
        key = Path(self._logins.netsuite_key_file).read_text()
        headers = {"kid": self._logins.netsuite_certificate_id}
        signed = jwt.encode({**claims, "iat": now, "exp": now + 300}, key, algorithm="ES256", headers=headers)
        kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        form = {"grant_type": "client_credentials", "client_assertion_type": kind, "client_assertion": signed}
        return str(self._posted(url, data=form).json()["access_token"])

    def _salesforce_token(self) -> str:
        logins, url = self._logins, f"{self._logins.salesforce_url}/services/oauth2/token"
        claims = {"iss": logins.salesforce_consumer_key, "sub": logins.salesforce_username}
        claims |= {"aud": logins.salesforce_audience, "exp": int(time.time()) + 180}  # type: ignore[dict-item]
        signed = jwt.encode(claims, Path(logins.salesforce_key_file).read_text(), algorithm="RS256")
        form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": signed}
        return str(self._posted(url, data=form).json()["access_token"])

    def close(self) -> None:
        self.http.close()

    def _note_time(self, answer: requests.Response, **_: Any) -> None:
        if answer.url.startswith(self._logins.salesforce_url):
            self._salesforce_date = answer.headers["Date"]

    def _posted(self, url: str, **options: Any) -> requests.Response:
        answer = self.http.post(url, timeout=60, **options)
        answer.raise_for_status()
        return answer

    def suiteql(self, query: str) -> list[Row]:
        url = f"{self._logins.netsuite_url}/services/rest/query/v1/suiteql?limit={NETSUITE_PAGE}"
        items: list[Row] = self._posted(url, json={"q": query}, headers=self.netsuite_headers).json()["items"]
        return items

    def create(self, body: Row) -> str:
        url = f"{self._logins.netsuite_url}/services/rest/record/v1/customer"
        return self._posted(url, json=body, headers=self.netsuite_headers).headers["Location"].rpartition("/")[2]

    def patch(self, id_: str, body: Row) -> None:
        url = f"{self._logins.netsuite_url}/services/rest/record/v1/customer/{id_}"
        self.http.patch(url, json=body, headers=self.netsuite_headers, timeout=60).raise_for_status()

    def collection(self, rows: Iterable[Row]) -> None:
        """Update Salesforce leads, 200 a call."""
        rest = iter(rows)
        while some := list(islice(rest, SALESFORCE_COLLECTION)):
            records = [{"attributes": {"type": "Lead"}, **row} for row in some]
            answers: Any = self.salesforce.restful("composite/sobjects", method="PATCH", json={"records": records})
            assert all(answer["success"] for answer in answers)

    def marks(self) -> Marks:
        """Where the next phase begins: the vendors' own clocks after the last write."""
        row = self.suiteql("SELECT TO_CHAR(CURRENT_DATE, 'YYYY-MM-DD HH24:MI:SS') AS clock FROM DUAL")[0]
        told = parsedate_to_datetime(self._salesforce_date)
        # The alias of a bare expression is not kept.
        netsuite = next(row[name] for name in row if name != "links")
        return {"salesforce": f"{told:%Y-%m-%dT%H:%M:%SZ}", "netsuite": netsuite}


# --- the loop ---


def first(both: Both, marks: Marks) -> int:
    crossing = columns()
    made: dict[str, str] = {}
    with ThreadPoolExecutor(IN_FLIGHT) as pool:
        for page in lead_pages(both, crossing):
            made |= zip((lead["Id"] for lead in page), pool.map(both.create, bodies(page, crossing)), strict=True)
    both.collection({"id": lead, "NetSuite_Id__c": f"ns-customer-{id_}"} for lead, id_ in made.items())
    return sum(len(page) for page in customer_pages(both, crossing)) - len(made)


def quiet(both: Both, marks: Marks) -> int:
    leads, customers = changed(both, marks)
    return len(leads) + len(customers)


def changes(both: Both, marks: Marks) -> int:
    """The edits of each side are found by the other side's key, which `first` has written."""
    leads, customers = changed(both, marks)
    netsuite, salesforce = EDITED
    edited = [(lead["NetSuite_Id__c"].rpartition("-")[2], {netsuite: lead[salesforce]}) for lead in leads]
    with ThreadPoolExecutor(IN_FLIGHT) as pool:
        list(pool.map(lambda one: both.patch(*one), edited))
    both.collection({"id": row["externalid"].removeprefix("sf-"), salesforce: row[netsuite]} for row in customers)
    ids = ", ".join(id_ for id_, _ in edited)
    written = both.suiteql(f"SELECT id, {netsuite} FROM customer WHERE id IN ({ids})")
    back = {"ids": [row["externalid"].removeprefix("sf-") for row in customers], "fields": ["Id", salesforce]}
    rows: Any = both.salesforce.restful("composite/sobjects/Lead", method="POST", json=back)
    return len(edited) - len(written) + len(customers) - len(rows)


def lead_pages(both: Both, crossing: Mapping[str, Column]) -> Iterator[list[Row]]:
    page = both.salesforce.query(f"SELECT Id, {', '.join((*crossing, *ADDRESS, 'Country'))} FROM Lead ORDER BY Id")
    while True:
        yield page["records"]
        if page["done"]:
            return
        page = both.salesforce.query_more(page["nextRecordsUrl"].rpartition("/")[2])


def bodies(leads: Iterable[Row], crossing: Mapping[str, Column]) -> Iterator[Row]:
    for lead in leads:
        fields = {to.netsuite: to.translated(lead[name]) for name, to in crossing.items() if lead[name] is not None}
        place: dict[str, Any] = {to: lead[name] for name, to in ADDRESS.items()}
        place["country"] = {"id": COUNTRIES[lead["Country"]]}
        book = {"items": [{"defaultBilling": True, "addressBookAddress": place}]}
        yield {"isPerson": True, "externalId": f"sf-{lead['Id']}", "addressBook": book, **fields}


def customer_pages(both: Both, crossing: Mapping[str, Column]) -> Iterator[list[Row]]:
    """What was written, read back."""
    own = ", ".join(f"c.{name} AS {name}" for name in ("id", *(to.netsuite.lower() for to in crossing.values())))
    place = ", ".join(f"a.{name} AS {name}" for name in (*ADDRESS.values(), "country"))
    joined = (
        "customer c LEFT JOIN customeraddressbook b ON b.entity = c.id AND b.defaultbilling = 'T'"
        " LEFT JOIN customeraddressbookentityaddress a ON a.nkey = b.addressbookaddress"
    )
    last = "0"
    while rows := both.suiteql(
        f"SELECT {own}, {place} FROM {joined} WHERE c.id > {last} ORDER BY c.id FETCH FIRST {NETSUITE_PAGE} ROWS ONLY"
    ):
        yield rows
        last = rows[-1]["id"]


def changed(both: Both, marks: Marks) -> tuple[list[Row], list[Row]]:
    """Leads and customers that changed since the marks; the other types are asked for and thrown away."""
    netsuite, salesforce = EDITED
    since = marks["salesforce"]
    queries = {name: f"SELECT Id FROM {name} WHERE SystemModstamp > {since}" for name in SALESFORCE_TYPES}
    queries["Lead"] = f"SELECT Id, NetSuite_Id__c, {salesforce} FROM Lead WHERE SystemModstamp > {since}"
    answers = composite(both.salesforce, queries)
    stamp = f"lastmodifieddate > TO_TIMESTAMP('{marks['netsuite']}', 'YYYY-MM-DD HH24:MI:SS')"
    found = {name: both.suiteql(f"SELECT id, externalid FROM {name} WHERE {stamp}") for name in NETSUITE_TYPES[1:]}
    found["customer"] = both.suiteql(f"SELECT id, externalid, {netsuite} FROM customer WHERE {stamp}")
    both.suiteql(f"SELECT recordid FROM deletedrecord WHERE {stamp.replace('lastmodified', 'deleted', 1)}")
    return answers["Lead"], found["customer"]


def composite(salesforce: Salesforce, queries: Mapping[str, str]) -> dict[str, list[Row]]:
    path = f"/services/data/v{salesforce.sf_version}/queryAll?q="
    parts = [{"method": "GET", "url": path + quote(text), "referenceId": name} for name, text in queries.items()]
    answer: Any = salesforce.restful("composite", method="POST", json={"compositeRequest": parts})
    return {part["referenceId"]: part["body"]["records"] for part in answer["compositeResponse"]}


LOOPS: Mapping[str, Callable[[Both, Marks], int]] = {"first": first, "quiet": quiet, "changes": changes}


def main() -> None:
    folder, name = Path(sys.argv[1]), sys.argv[2]
    marks = json.loads(sys.argv[3]) if sys.argv[3:] else {}
    stopwatch = Stopwatch()
    both = Both(Logins.of_folder(folder))
    left = LOOPS[name](both, marks)
    told = {"left": left, "marks": both.marks()}
    both.close()
    tell(stopwatch.usage(), told)


if __name__ == "__main__":
    main()
