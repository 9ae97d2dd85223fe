"""Other people's clients, unmodified, against the sandboxes over HTTPS and in process.

Their seams, for whoever wants to do the same with a served stand:

- simple-salesforce builds its login URL as `https://{instance_url or domain}.salesforce.com/services/...`: an
  `instance_url` that ends in a query (`127.0.0.1:8443/services/oauth2/token?host=`) turns the rest into a harmless
  parameter, while `domain="login"` keeps the audience right. Everything after the login follows the
  `instance_url` of the token answer. The CA is given through `session.verify`.
- the PyPI `netsuite` client has a cached property `rest_api.hostname`, which may be assigned; httpx takes the CA
  from the environment variable SSL_CERT_FILE.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import httpx
import jwt
import pytest
import requests
from netsuite import Config, NetSuite, TokenAuth
from netsuite.exceptions import NetsuiteAPIRequestError
from simple_salesforce import Salesforce
from simple_salesforce.exceptions import (
    SalesforceAuthenticationFailed,
    SalesforceMalformedRequest,
    SalesforceResourceNotFound,
)

from connector.sandbox.stand import Addresses, Stand

# How the netsuite client uses httpx and oauthlib is not ours to change.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

TOKEN_PATH = "/services/rest/auth/oauth2/v1/token"


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    stand = Stand(seed=3, directory=tmp_path_factory.mktemp("stand"), running_clocks=True)
    yield stand
    assert [front.stats()["bugs"] for front in (stand.netsuite_front, stand.salesforce_front)] == [0, 0]
    stand.close()


@pytest.fixture(scope="module")
def at(stand: Stand) -> Iterator[Addresses]:
    with stand.serving(tls=True) as at:
        yield at


@pytest.fixture
def session(at: Addresses) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.verify = str(at.certificate)
        session.trust_env = False
        yield session


@pytest.fixture
def in_process() -> Iterator[tuple[Stand, requests.Session]]:
    stand = Stand.in_process(seed=3)
    with requests.Session() as session:
        stand.mount(session)
        yield stand, session
    stand.close()


def token_host(at: Addresses) -> str:
    return at.salesforce_url.removeprefix("https://") + "/services/oauth2/token?host="


# simple-salesforce


@pytest.fixture
def salesforce(stand: Stand, at: Addresses, session: requests.Session) -> Salesforce:
    login = stand.salesforce_login
    return Salesforce(
        username=login.username,
        consumer_key=login.consumer_key,
        privatekey_file=str(login.key.private_file),
        domain="login",
        instance_url=token_host(at),
        version="62.0",
        session=session,
    )


def lifecycle_of_a_lead(salesforce: Salesforce) -> None:
    made = salesforce.Lead.create({"LastName": "Akin", "Company": "Aethna Home", "Email": "akin@aethna.example"})
    assert made["success"] is True
    lead_id = made["id"]
    assert salesforce.Lead.update(lead_id, {"FirstName": "Kristen"}) == 204
    found = salesforce.query(f"SELECT Id, Name, Status FROM Lead WHERE Id = '{lead_id}'")
    assert found["totalSize"] == 1
    assert found["records"][0]["Name"] == "Kristen Akin"
    assert salesforce.Lead.get(lead_id)["Email"] == "akin@aethna.example"
    assert salesforce.Lead.delete(lead_id) == 204
    with pytest.raises(SalesforceResourceNotFound):
        salesforce.Lead.get(lead_id)


def test_simple_salesforce_logs_in_with_a_jwt_and_works_over_https(salesforce: Salesforce, at: Addresses) -> None:
    assert salesforce.base_url == at.salesforce_url + "/services/data/v62.0/"
    lifecycle_of_a_lead(salesforce)


def test_simple_salesforce_upserts_by_external_id(salesforce: Salesforce) -> None:
    key = "NetSuite_Id__c/customer:77"
    assert salesforce.Account.upsert(key, {"Name": "Grimes"}) == 201
    assert salesforce.Account.upsert(key, {"Name": "Grimes & Huff"}) in (200, 204)
    found = salesforce.query("SELECT Name FROM Account WHERE NetSuite_Id__c = 'customer:77'")
    assert [record["Name"] for record in found["records"]] == ["Grimes & Huff"]


def test_simple_salesforce_pages_through_a_query(salesforce: Salesforce) -> None:
    leads = [{"attributes": {"type": "Lead"}, "LastName": f"Page {n:03}", "Company": "Pages"} for n in range(450)]
    for start in range(0, len(leads), 200):
        body = {"allOrNone": True, "records": leads[start : start + 200]}
        salesforce.restful("composite/sobjects", method="POST", json=body)
    paged = salesforce.query_all_iter(
        "SELECT LastName FROM Lead WHERE Company = 'Pages' ORDER BY LastName",
        headers={"Sforce-Query-Options": "batchSize=200"},
    )
    assert [record["LastName"] for record in paged] == [lead["LastName"] for lead in leads]


def test_simple_salesforce_describes_objects(salesforce: Salesforce) -> None:
    assert "Lead" in {sobject["name"] for sobject in salesforce.describe()["sobjects"]}
    assert any(field["name"] == "Company" and not field["nillable"] for field in salesforce.Lead.describe()["fields"])


def test_simple_salesforce_understands_refusals(salesforce: Salesforce) -> None:
    with pytest.raises(SalesforceMalformedRequest) as caught:
        salesforce.Lead.create({"LastName": "Akin"})
    assert caught.value.content[0]["errorCode"] == "REQUIRED_FIELD_MISSING"


def test_simple_salesforce_renews_an_expired_session_by_itself(stand: Stand, salesforce: Salesforce) -> None:
    stand.salesforce_front.arm([{"kind": "expire_token"}])
    assert salesforce.query("SELECT COUNT() FROM Lead")["done"] is True


def test_simple_salesforce_logs_in_with_client_credentials(
    stand: Stand, at: Addresses, session: requests.Session
) -> None:
    login = stand.salesforce_login
    salesforce = Salesforce(
        consumer_key=login.consumer_key,
        consumer_secret=login.client_secret,
        domain=token_host(at),
        session=session,
    )
    lifecycle_of_a_lead(salesforce)


def test_simple_salesforce_is_refused_with_a_wrong_consumer_key(
    stand: Stand, at: Addresses, session: requests.Session
) -> None:
    login = stand.salesforce_login
    with pytest.raises(SalesforceAuthenticationFailed):
        Salesforce(
            username=login.username,
            consumer_key="3MVG9wrong",
            privatekey=login.key.private_pem,
            domain="login",
            instance_url=token_host(at),
            session=session,
        )


def test_simple_salesforce_works_in_process_with_salesforces_own_host_names(
    in_process: tuple[Stand, requests.Session],
) -> None:
    stand, session = in_process
    login = stand.salesforce_login
    salesforce = Salesforce(
        username=login.username,
        consumer_key=login.consumer_key,
        privatekey=login.key.private_pem,
        domain="login",
        session=session,
    )
    assert salesforce.sf_instance == "sandbox.my.salesforce.com"
    lifecycle_of_a_lead(salesforce)


# The PyPI `netsuite` client (httpx, asynchronous, token-based authentication)


@pytest.fixture
def netsuite(stand: Stand, at: Addresses, monkeypatch: pytest.MonkeyPatch) -> NetSuite:
    monkeypatch.setenv("SSL_CERT_FILE", str(at.certificate))
    return netsuite_client(stand, at)


def netsuite_client(stand: Stand, at: Addresses, **wrong: str) -> NetSuite:
    login = stand.netsuite_login
    given = {
        "consumer_key": login.consumer_key,
        "consumer_secret": login.consumer_secret,
        "token_id": login.token_id,
        "token_secret": login.token_secret,
    }
    client = NetSuite(Config(account=login.account_id, auth=TokenAuth(**given | wrong)))
    client.rest_api.hostname = at.netsuite_url.removeprefix("https://")
    return client


async def create_customer(client: NetSuite, name: str) -> str:
    """The id of a new lead, from the Location that the client's raw response carries."""
    body = {"companyName": name, "entityStatus": {"id": "6"}}
    made: httpx.Response = await client.rest_api.request("POST", "/record/v1/customer", json=body)
    assert (made.status_code, made.content) == (204, b"")
    return made.headers["location"].rsplit("/", 1)[-1]


def test_netsuite_client_creates_reads_updates_queries_and_deletes(netsuite: NetSuite) -> None:
    async def work() -> None:
        api = netsuite.rest_api
        customer_id = await create_customer(netsuite, "Grimes, Madden and Huff")
        path = f"/record/v1/customer/{customer_id}"
        assert (await api.get(path))["companyName"] == "Grimes, Madden and Huff"
        assert await api.patch(path, json={"email": "office@grimes.example"}) is None
        query = f"SELECT id, companyname, email FROM customer WHERE id = {customer_id}"
        found = await api.suiteql(query, limit=5)
        assert found["totalResults"] == 1
        row: dict[str, Any] = found["items"][0]
        assert (row["companyname"], row["email"]) == ("Grimes, Madden and Huff", "office@grimes.example")
        assert await api.delete(path) is None
        with pytest.raises(NetsuiteAPIRequestError) as caught:
            await api.get(path)
        assert caught.value.status_code == 404

    asyncio.run(work())


def test_netsuite_client_upserts_by_external_id(netsuite: NetSuite) -> None:
    async def work() -> None:
        path = "/record/v1/customer/eid:SF-77"
        for name in ("Rosales", "Rosales-Molina"):
            await netsuite.rest_api.put(path, json={"companyName": name, "entityStatus": {"id": "6"}})
        found = await netsuite.rest_api.suiteql("SELECT companyname FROM customer WHERE externalid = 'SF-77'")
        assert [row["companyname"] for row in found["items"]] == ["Rosales-Molina"]

    asyncio.run(work())


def test_netsuite_client_reads_the_metadata_catalog(netsuite: NetSuite) -> None:
    async def work() -> None:
        schema = await netsuite.rest_api.jsonschema("customer")
        assert "companyName" in schema["properties"]

    asyncio.run(work())


def test_netsuite_client_signs_parameters_that_need_encoding(netsuite: NetSuite) -> None:
    async def work() -> None:
        await create_customer(netsuite, "Crosby & Söhne, Inc.")
        found = await netsuite.rest_api.get(
            "/record/v1/customer", params={"q": 'companyName IS "Crosby & Söhne, Inc."'}
        )
        assert found["totalResults"] == 1

    asyncio.run(work())


def test_netsuite_client_keeps_ten_requests_in_flight_and_five_are_throttled(netsuite: NetSuite, stand: Stand) -> None:
    stand.netsuite_front.arm([{"kind": "slow", "seconds": 0.3, "times": 10}])

    async def work() -> list[int]:
        asked = [netsuite.rest_api.request("GET", "/record/v1/customer") for _ in range(10)]
        return sorted([answer.status_code for answer in await asyncio.gather(*asked)])

    assert asyncio.run(work()) == [200] * 5 + [429] * 5
    stand.netsuite_front.arm([])


def test_netsuite_client_is_refused_with_a_wrong_secret(
    stand: Stand, at: Addresses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(at.certificate))
    client = netsuite_client(stand, at, token_secret="wrong")
    with pytest.raises(NetsuiteAPIRequestError) as caught:
        asyncio.run(client.rest_api.suiteql("SELECT id FROM customer"))
    assert caught.value.status_code == 401


# Plain requests and PyJWT, for OAuth 2.0 machine to machine


def assertion(stand: Stand, token_url: str, **other: Any) -> str:
    login = stand.netsuite_login
    now = int(time.time())
    claims = {"iss": login.client_id, "scope": ["rest_webservices"], "aud": token_url, "iat": now, "exp": now + 300}
    return jwt.encode(claims | other, login.key.private_pem, algorithm="ES256", headers={"kid": login.certificate_id})


def fetch_token(session: requests.Session, url: str, signed: str) -> requests.Response:
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": signed,
    }
    return session.post(url + TOKEN_PATH, data=form, timeout=10)


def test_a_machine_gets_a_token_and_queries_netsuite(stand: Stand, at: Addresses, session: requests.Session) -> None:
    signed = assertion(stand, at.netsuite_url + TOKEN_PATH)
    token = fetch_token(session, at.netsuite_url, signed).json()["access_token"]
    answer = session.post(
        at.netsuite_url + "/services/rest/query/v1/suiteql",
        json={"q": "SELECT COUNT(*) AS n FROM customerstatus"},
        headers={"Authorization": f"Bearer {token}", "Prefer": "transient"},
        timeout=10,
    )
    assert answer.status_code == 200
    assert int(answer.json()["items"][0]["n"]) >= 10


def test_an_assertion_for_somebody_else_buys_no_token(stand: Stand, at: Addresses, session: requests.Session) -> None:
    signed = assertion(stand, "https://elsewhere.example/token")
    answer = fetch_token(session, at.netsuite_url, signed)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_a_machine_works_in_process_with_netsuites_own_host_name(in_process: tuple[Stand, requests.Session]) -> None:
    stand, session = in_process
    url = f"https://{stand.netsuite_host}"
    token = fetch_token(session, url, assertion(stand, url + TOKEN_PATH)).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    made = session.post(f"{url}/services/rest/record/v1/customer", json={"companyName": "A"}, headers=headers)
    assert made.status_code == 204
    assert made.headers["location"].startswith(f"{url}/services/rest/record/v1/customer/")
