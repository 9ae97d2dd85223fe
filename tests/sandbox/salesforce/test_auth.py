"""Logging in, sessions that end, and who the token belongs to."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from connector.sandbox.wire import Answer
from tests.sandbox.salesforce.caller import HOST, ROOT, Client, MakeClient

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PUBLIC = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def token(client: Client, assertion: str) -> Answer:
    return client.send("POST", "/services/oauth2/token", f"grant_type={GRANT}&assertion={assertion}".encode())


def assertion(client: Client, key: rsa.RSAPrivateKey = KEY, **changes: object) -> str:
    expires = client.brain.world.clock.now() + timedelta(minutes=3)
    claims = {
        "iss": "3MVG9sandboxConnectedApp",
        "sub": "integration@northwind.example",
        "aud": "https://test.salesforce.com",
        "exp": int(expires.timestamp()),
    }
    return jwt.encode(claims | changes, key, algorithm="RS256")


def test_a_jwt_signed_by_the_registered_key_opens_a_session(make_client: MakeClient) -> None:
    client = make_client(consumer_public_key=PUBLIC)
    answer = token(client, assertion(client))
    body = answer.json()
    assert answer.status == 200
    assert set(body) == {
        "access_token",
        "signature",
        "scope",
        "instance_url",
        "id",
        "token_type",
        "issued_at",
    }
    assert body["access_token"].startswith(client.brain.org.org_id[:15] + "!")
    assert body["instance_url"] == HOST
    client.token = body["access_token"]
    assert client.get("/limits").status == 200


def test_a_certificate_serves_as_the_key(make_client: MakeClient) -> None:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "connector")])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(KEY.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=365))
        .sign(KEY, hashes.SHA256())
    )
    client = make_client(consumer_public_key=certificate.public_bytes(Encoding.PEM).decode())
    assert token(client, assertion(client)).status == 200


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"iss": "someone else"}, "invalid_client_id"),
        ({"sub": "nobody@northwind.example"}, "invalid_grant"),
        ({"aud": "https://northwind.my.salesforce.com"}, "invalid_grant"),
        ({"exp": 0}, "invalid_grant"),
        ({"exp": 4102444800}, "invalid_grant"),
        ({"exp": "soon"}, "invalid_grant"),
    ],
)
def test_wrong_claims_are_refused(make_client: MakeClient, changes: dict[str, object], error: str) -> None:
    client = make_client(consumer_public_key=PUBLIC)
    answer = token(client, assertion(client, **changes))
    assert (answer.status, answer.json()["error"]) == (400, error)
    assert set(answer.json()) == {"error", "error_description"}


def test_another_key_is_refused(make_client: MakeClient) -> None:
    client = make_client(consumer_public_key=PUBLIC)
    answer = token(client, assertion(client, OTHER_KEY))
    assert answer.json() == {"error": "invalid_grant", "error_description": "invalid assertion"}


def test_only_rs256_is_accepted(make_client: MakeClient) -> None:
    client = make_client(consumer_public_key=PUBLIC)
    forged = jwt.encode({"iss": "3MVG9sandboxConnectedApp"}, "x" * 32, algorithm="HS256")
    assert token(client, forged).status == 400


def test_client_credentials_by_basic_header(make_client: MakeClient) -> None:
    client = make_client()
    good = base64.b64encode(b"3MVG9sandboxConnectedApp:client secret of the tests").decode()
    bad = base64.b64encode(b"3MVG9sandboxConnectedApp:wrong").decode()
    body = b"grant_type=client_credentials"
    url = "/services/oauth2/token"
    assert client.send("POST", url, body, Authorization=f"Basic {good}").status == 200
    refused = client.send("POST", url, body, Authorization=f"Basic {bad}")
    assert (refused.status, refused.json()["error"]) == (400, "invalid_client")


def test_the_password_flow_is_gone(client: Client) -> None:
    answer = client.send("POST", "/services/oauth2/token", b"grant_type=password&username=a&password=b")
    assert answer.json()["error"] == "unsupported_grant_type"


def test_a_session_ends_after_inactivity(make_client: MakeClient) -> None:
    client = make_client(session_timeout_seconds=100)
    client.brain.world.clock.advance(90)
    assert client.get("/limits").status == 200
    client.brain.world.clock.advance(90)
    assert client.get("/limits").status == 200
    client.brain.world.clock.advance(101)
    answer = client.get("/limits")
    assert answer.status == 401
    assert answer.json() == [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]


def test_expired_tokens_end_every_session(client: Client) -> None:
    client.brain.expire_tokens()
    assert client.get("/limits").status == 401
    assert client.soap("<urn:undelete><urn:ids>x</urn:ids></urn:undelete>").status == 500
    client.log_in()
    assert client.get("/limits").status == 200


def test_the_identity_names_user_and_org(client: Client) -> None:
    brain = client.brain
    info = client.send("GET", "/services/oauth2/userinfo").json()
    assert (info["user_id"], info["organization_id"]) == (brain.org.people.integration, brain.org.org_id)
    same = client.send("GET", f"/id/{brain.org.org_id}/{brain.org.people.integration}").json()
    assert same["username"] == "integration@northwind.example"


def test_versions_need_no_token(client: Client) -> None:
    client.token = "none"
    versions = client.send("GET", "/services/data").json()
    assert [entry["version"] for entry in versions] == [f"{number}.0" for number in range(59, 67)]
    assert set(versions[0]) == {"label", "url", "version"}
    assert client.send("GET", ROOT + "/limits").status == 401
