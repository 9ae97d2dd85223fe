"""Nothing that proves who we are goes anywhere but to the account's own host, whatever a server or the machine says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from connector.config import Config, load_config
from connector.core.flow import Unknown, Write
from connector.core.ports import Wanted
from connector.errors import AuthFailed, ConfigError, RemoteError, Unintelligible
from connector.sandbox.serve import serve
from connector.sandbox.stand import Stand
from connector.sandbox.wire import Answer, Request
from connector.systems.netsuite.settings import NetSuiteSettings, TokenLogin
from connector.systems.netsuite.system import NetSuiteSystem, netsuite_session
from connector.systems.salesforce.auth import ClientCredentials
from connector.systems.salesforce.settings import SalesforceSettings
from connector.systems.salesforce.system import SalesforceSystem, open_session


class Elsewhere:
    """Another host: it notes whatever reaches it, and welcomes everybody."""

    def __init__(self) -> None:
        self.seen: list[Request] = []

    def handle(self, request: Request, caller: Any) -> Answer:
        self.seen.append(request)
        token = {"access_token": "stolen", "instance_url": request.base_url, "records": [], "done": True, "items": []}
        return Answer(200, {"content-type": "application/json"}, json.dumps(token).encode())


class Street:
    """The two sandboxes and the other host, each on a port of its own, and our adapters."""

    def __init__(self, stand: Stand, elsewhere: Elsewhere, urls: dict[str, str]) -> None:
        self.stand, self.elsewhere, self.urls = stand, elsewhere, urls
        ours, theirs = stand.netsuite_login, stand.salesforce_login
        token = TokenLogin(ours.consumer_key, ours.consumer_secret, ours.token_id, ours.token_secret)
        netsuite = NetSuiteSettings(ours.account_id, token, sandbox_url=urls["netsuite"], concurrency=1)
        salesforce = SalesforceSettings(
            ClientCredentials(theirs.consumer_key, theirs.client_secret), local_url=urls["salesforce"]
        )
        self.sessions = [netsuite_session(netsuite, sleep=_no_sleep), open_session(salesforce, sleep=_no_sleep)]
        self.netsuite = NetSuiteSystem(netsuite, self.sessions[0])
        self.salesforce = SalesforceSystem(salesforce, self.sessions[1])

    def arm(self, side: str, **fault: Any) -> None:
        front = self.stand.netsuite_front if side == "netsuite" else self.stand.salesforce_front
        front.arm([{"times": None, **fault}])

    def close(self) -> None:
        for session in self.sessions:
            session.close()


def _no_sleep(seconds: float) -> None:
    assert seconds >= 0


@contextmanager
def neighbourhood() -> Iterator[Street]:
    stand, elsewhere = Stand(running_clocks=True), Elsewhere()
    fronts: Any = {"netsuite": stand.netsuite_front, "salesforce": stand.salesforce_front, "elsewhere": elsewhere}
    with serve(fronts, hang_seconds=0.05) as urls:
        street = Street(stand, elsewhere, urls)
        yield street
        street.close()
    stand.close()


@pytest.fixture
def street() -> Iterator[Street]:
    with neighbourhood() as one:
        yield one


CALLS: dict[str, tuple[str, Any]] = {
    "NetSuite query": ("netsuite", lambda street: street.netsuite.identity()),
    "NetSuite schema": ("netsuite", lambda street: street.netsuite.describe(["customer"])),
    "Salesforce login": ("salesforce", lambda street: street.salesforce.identity()),
    "Salesforce query": ("salesforce", lambda street: street.salesforce.converted_statuses()),
    "Salesforce describe": ("salesforce", lambda street: street.salesforce.describe(["Lead"])),
}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("call", CALLS)
def test_no_read_follows_a_redirect(street: Street, call: str, status: int) -> None:
    side, ask = CALLS[call]
    location = {"Location": street.urls["elsewhere"] + "/services/oauth2/token"}
    street.arm(side, kind="reply", status=status, headers=location)
    with pytest.raises(Unintelligible, match="not followed"):
        ask(street)
    assert street.elsewhere.seen == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("side", ["netsuite", "salesforce"])
def test_no_write_follows_a_redirect(street: Street, side: str, status: int) -> None:
    system: Any = street.netsuite if side == "netsuite" else street.salesforce
    type_, fields = ("customer", {"companyName": "Acme"}) if side == "netsuite" else ("Account", {"Name": "Acme"})
    match = {"path": "/record/v1/customer$|composite/sobjects$"}
    street.arm(side, kind="reply", status=status, headers={"Location": street.urls["elsewhere"]}, match=match)
    (outcome,) = system.write([Write(type_, None, fields, "ns-customer-1" if side == "salesforce" else "sf-1")])
    assert isinstance(outcome, Unknown)
    assert street.elsewhere.seen == []


@pytest.mark.parametrize(
    "url", ["{elsewhere}", "{elsewhere}/services/data", "https://evil.example", "//evil.example", ""]
)
def test_an_instance_url_elsewhere_is_refused(street: Street, url: str) -> None:
    told = {"access_token": "00Dx!token", "instance_url": url.format(**street.urls), "id": ""}
    street.arm("salesforce", kind="reply", status=200, content=json.dumps(told), match={"path": "/oauth2/"})
    with pytest.raises(AuthFailed, match="the org is at"):
        street.salesforce.identity()
    assert street.elsewhere.seen == []


@pytest.mark.parametrize(
    "url",
    [
        "{elsewhere}/services/data/v62.0/query/01g000000000000AAA-2000",
        "@{elsewhere}/services/data/v62.0/query/01g000000000000AAA-2000",
        "//evil.example/services/data/v62.0/query/01g000000000000AAA-2000",
        "/services/data/v62.0/query/../../../elsewhere",
        "/services/data/v62.0/query/01g-2000?next=//evil.example",
        "/services/oauth2/token",
    ],
)
def test_a_next_page_elsewhere_is_refused(street: Street, url: str) -> None:
    page = {"records": [], "done": False, "totalSize": 9, "nextRecordsUrl": url.format(**street.urls)}
    street.arm("salesforce", kind="reply", status=200, content=json.dumps(page), match={"path": "/query/"})
    with pytest.raises(Unintelligible):
        street.salesforce.converted_statuses()
    assert street.elsewhere.seen == []


@pytest.mark.parametrize("location", ["{elsewhere}/services/rest/record/v1/customer/77", "//evil.example/customer/77"])
def test_a_location_elsewhere_names_no_record(street: Street, location: str) -> None:
    headers = {"Location": location.format(**street.urls)}
    street.arm("netsuite", kind="reply", status=204, headers=headers, match={"path": "/record/v1/customer$"})
    (outcome,) = street.netsuite.write([Write("customer", None, {"companyName": "Acme"}, "sf-1")])
    assert isinstance(outcome, Unknown)
    assert street.elsewhere.seen == []


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"])
def test_proxies_of_the_environment_see_nothing(street: Street, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, street.urls["elsewhere"])
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert street.netsuite.identity()
    assert street.salesforce.identity()
    assert street.elsewhere.seen == []


def test_a_netrc_file_gives_no_password_away(street: Street, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password canary\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    assert street.netsuite.identity()
    assert street.salesforce.identity()


@pytest.mark.parametrize("url", ["http://user:pass@{host}/x", "ftp://{host}/x", "http://{host}@evil.example/"])
def test_an_address_of_another_kind_is_not_called(street: Street, url: str) -> None:
    host = street.urls["netsuite"].removeprefix("http://")
    with pytest.raises(Unintelligible):
        street.sessions[0].get(url.format(host=host))


@pytest.mark.parametrize("side", [0, 1])
def test_another_host_is_not_called(street: Street, side: int) -> None:
    with pytest.raises(Unintelligible, match="not one of this system's hosts"):
        street.sessions[side].get(street.urls["elsewhere"] + "/services")
    assert street.elsewhere.seen == []


@pytest.mark.parametrize(
    "account",
    ["", "a.b", "evil.example/", "1234567@evil", "../x", "1234567\n", "1234567_SB1/x", "x y", "é", "1234567%2e", "a:b"],
)
def test_an_account_id_cannot_change_the_host(account: str) -> None:
    with pytest.raises(ConfigError):
        NetSuiteSettings(account, TokenLogin("a", "b", "c", "d"))
    with pytest.raises(ValidationError):
        Config.model_validate({"netsuite": {"account": account}})


@pytest.mark.parametrize("domain", ["", "evil.example", "a/b", "a@b", "a\n", "-a", "a-", "a b", "é", "a%2e", "a:1"])
def test_a_domain_cannot_change_the_host(domain: str) -> None:
    with pytest.raises(ConfigError):
        SalesforceSettings(ClientCredentials("a", "b"), domain=domain)
    with pytest.raises(ConfigError):
        SalesforceSettings(ClientCredentials("a", "b"), domain="mine", sandbox_name=domain or ".")


@pytest.mark.parametrize("id_", ["../../elsewhere", "1/2", "1?x=y", "1%2F2", "", " 1", "1;DROP", "１"])
def test_an_id_cannot_change_the_path(street: Street, id_: str) -> None:
    street.stand.netsuite_front.reset_stats()
    for system, type_ in ((street.netsuite, "customer"), (street.salesforce, "Lead")):
        with pytest.raises((ValueError, RemoteError)):
            outcomes: Any = system.write([Write(type_, id_, {"phone": "1"} if type_ == "customer" else {"Phone": "1"})])
            raise ValueError(outcomes)
    assert not [route for route in street.stand.netsuite_front.stats()["by_route"] if route.startswith("PATCH")]


def test_a_type_that_is_no_name_is_not_asked_for(street: Street) -> None:
    for type_ in ("Lead/../User", "Lead WHERE", "Lead'", ""):
        with pytest.raises(ValueError, match="not a"):
            street.salesforce.changes([Wanted(type_, ("Id",), None)])


LOCAL = """
netsuite:
  account: "{account}"
  auth: {{method: token, consumer_key: a, consumer_secret: "${{env:S}}", token_id: b, token_secret: "${{env:S}}"}}
salesforce:
  domain: {domain}
  {more}
  auth: {{method: client_credentials, client_id: a, client_secret: "${{env:S}}"}}
local_sandbox: {{netsuite: "{at}", salesforce: "{at}"}}
"""


def _config(folder: Path, **facts: str) -> Config:
    told = {"account": "TSTDRV1234567", "domain": "sandbox", "more": "", "at": "http://127.0.0.1:1", **facts}
    (folder / "config.yaml").write_text(LOCAL.format(**told))
    return load_config(folder / "config.yaml")


@pytest.mark.parametrize(
    "facts",
    [{"account": "1234567"}, {"domain": "northwind"}, {"domain": "northwind", "more": "environment: production"}],
)
def test_the_switch_for_local_sandboxes_does_not_go_with_production_ids(
    facts: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("S", "a-secret")
    assert _config(tmp_path).local_sandbox is not None
    assert _config(tmp_path, account="1234567_SB1").local_sandbox is not None
    with pytest.raises(ConfigError, match="local_sandbox"):
        _config(tmp_path, **facts)


@pytest.mark.parametrize(
    "at", ["https://evil.example", "http://127.0.0.1.evil.example", "http://u@127.0.0.1", "file:///x"]
)
def test_a_local_sandbox_is_on_this_machine(at: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("S", "a-secret")
    with pytest.raises(ConfigError, match="local sandbox"):
        _config(tmp_path, at=at)
