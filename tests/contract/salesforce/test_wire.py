"""Over real sockets, and with answers that the sandbox never gives."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import responses
from requests import PreparedRequest

from connector.core.flow import Conversion, Done, Outcome, Refused, Unknown
from connector.errors import Unavailable, Unintelligible
from connector.sandbox.serve import Authority, serve
from connector.systems.salesforce.auth import ClientCredentials
from connector.systems.salesforce.settings import SalesforceSettings
from connector.systems.salesforce.system import SalesforceSystem, open_session
from tests.contract.salesforce.conftest import Org, changed, create, sf

Answer = tuple[int, dict[str, str], str]


@pytest.mark.parametrize("tls", [False, True])
def test_the_whole_way_over_http_and_https(org: Org, tmp_path: Path, tls: bool) -> None:
    authority = Authority(tmp_path) if tls else None
    with serve({"salesforce": org.front}, tls=authority) as urls:
        settings = SalesforceSettings(org.jwt, local_url=urls["salesforce"])
        with open_session(settings, ca=str(authority.certificate) if authority else None) as session:
            system = SalesforceSystem(settings, session, now=org.brain.world.clock.now)
            account, lead = system.write([create("Account", "ns-customer-1", Name="A"), create("Lead", LastName="L")])
            assert isinstance(account, Done)
            assert isinstance(lead, Refused)
            assert lead.code == "REQUIRED_FIELD_MISSING"
            assert system.find_by_key("Account", ["ns-customer-1"]) == {"ns-customer-1": (account.ref,)}
            made = org.make("Lead", LastName="L", Company="X")
            (outcome,) = system.convert([Conversion(made, account.ref.id, None, "Closed - Converted")])
            assert isinstance(outcome, Done)
            assert [record.converted is not None for record in changed(system)[0]] == [True]


def test_without_its_ca_a_server_is_not_trusted(org: Org, tmp_path: Path) -> None:
    with serve({"salesforce": org.front}, tls=Authority(tmp_path)) as urls:
        settings = SalesforceSettings(org.jwt, local_url=urls["salesforce"])
        with open_session(settings) as session, pytest.raises(Unavailable, match="CA"):
            SalesforceSystem(settings, session).identity()


def test_many_threads_log_in_once_and_renew_once(org: Org) -> None:
    system = org.connect()
    for _ in range(2):
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _: system.converted_statuses(), range(32)))
        assert sum(count for route, count in org.calls().items() if "token" in route) == 1
        org.brain.expire_tokens()


# --- answers that the sandbox never gives ---

DOMAIN = "https://acme.my.salesforce.com"
DATA = f"{DOMAIN}/services/data/v62.0"
TOKEN = {"access_token": "00D!t", "instance_url": DOMAIN, "id": f"{DOMAIN}/id/00D000000000001AAA/005000000000001AAA"}


@pytest.fixture
def acme() -> Iterator[SalesforceSystem]:
    settings = SalesforceSettings(ClientCredentials("id", "secret"), domain="acme")
    with open_session(settings, retries=1, sleep=lambda seconds: None) as session:
        yield SalesforceSystem(settings, session)


@pytest.fixture
def vendor() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        mock.post(f"{DOMAIN}/services/oauth2/token", json=TOKEN)
        yield mock


def test_a_poisoned_row_is_cornered_and_the_others_arrive(
    acme: SalesforceSystem, vendor: responses.RequestsMock
) -> None:
    def answer(request: PreparedRequest) -> Answer:
        rows = json.loads(request.body or b"")["records"]
        if any(row["Name"] == "poison" for row in rows):
            return 400, {}, json.dumps([{"message": "Cannot deserialize", "errorCode": "JSON_PARSER_ERROR"}])
        ids = [{"id": f"001{row['Name']:0>12}AAA", "success": True, "errors": []} for row in rows]
        return 200, {}, json.dumps(ids)

    vendor.add_callback("POST", f"{DATA}/composite/sobjects", callback=answer)
    names = [str(number) for number in range(60)]
    names[37] = "poison"
    outcomes = acme.write([create("Account", Name=name) for name in names])
    assert [place for place, outcome in enumerate(outcomes) if not isinstance(outcome, Done)] == [37]
    assert outcomes[5] == Done(sf("Account", "001000000000005AAA"))
    refused = outcomes[37]
    assert isinstance(refused, Refused)
    assert refused.code == "JSON_PARSER_ERROR"


@pytest.mark.parametrize(
    "body",
    [
        [],
        [{"id": "001000000000001AAA", "success": True, "errors": []}],
        [{"success": "yes"}, {"success": True}],
        {"hasErrors": False},
        [{"id": "x", "success": True, "errors": []}] * 2,
    ],
)
def test_an_answer_that_does_not_fit_the_batch_says_nothing(
    acme: SalesforceSystem, vendor: responses.RequestsMock, body: object
) -> None:
    vendor.post(f"{DATA}/composite/sobjects", json=body)
    outcomes: list[Outcome] = list(acme.write([create("Account", Name="A"), create("Account", Name="B")]))
    assert [type(outcome) for outcome in outcomes] == [Unknown, Unknown]


@pytest.mark.parametrize("url", ["https://evil.example/query/0r8x-2000", "/services/oauth2/token", "//evil.example/x"])
def test_the_next_page_is_looked_for_nowhere_else(
    acme: SalesforceSystem, vendor: responses.RequestsMock, url: str
) -> None:
    vendor.get(f"{DATA}/query/", json={"records": [], "done": False, "nextRecordsUrl": url})
    with pytest.raises(Unintelligible):
        acme.converted_statuses()


def test_an_app_that_issues_jwt_tokens_is_found_out_at_login(acme: SalesforceSystem) -> None:
    with responses.RequestsMock() as mock:
        mock.post(f"{DOMAIN}/services/oauth2/token", json={**TOKEN, "access_token": "eyJh.eyJz.c2ln"})
        with pytest.raises(Exception, match="switch that off"):
            acme.identity()


def test_a_conversion_answered_by_a_page_is_unknown(acme: SalesforceSystem, vendor: responses.RequestsMock) -> None:
    vendor.post(f"{DOMAIN}/services/Soap/u/62.0", body="<html><body>maintenance</body></html>")
    conversion = Conversion("00Q000000000001AAA", "001000000000001AAA", None, "x")
    assert isinstance(acme.convert([conversion])[0], Unknown)
    assert len(vendor.calls) == 2
