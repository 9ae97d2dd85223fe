"""Logging in: JWT bearer (RS256, really verified) and client credentials; opaque session tokens that expire.

Documented: both flows give no refresh token and no lifetime; a session ends after some time of inactivity.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from connector.sandbox.salesforce.errors import refuse
from connector.sandbox.salesforce.org import Org
from connector.sandbox.wire import Request

JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
SHARED_LOGIN_HOSTS = ("login.salesforce.com", "test.salesforce.com")
LONGEST_JWT_SECONDS = 300


class OAuthRefusal(Exception):
    """`{"error", "error_description"}` with status 400."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.body = {"error": error, "error_description": description}


@dataclass
class Session:
    user_id: str
    last_used: float


class Sessions:
    """Tokens handed out, each good until it was unused for the org's session timeout."""

    def __init__(self, org: Org) -> None:
        self._org = org
        self._open: dict[str, Session] = {}

    def open(self, user_id: str) -> str:
        noise = self._org.world.random.randbytes(66)
        token = f"{self._org.org_id[:15]}!{base64.b64encode(noise, b'._').decode()}"
        self._open[token] = Session(user_id, self._seconds())
        return token

    def user_of(self, token: str | None) -> str:
        """The user behind a token. Refusal INVALID_SESSION_ID (401) when it is unknown or has expired."""
        session = self._open.get(token or "")
        idle = self._seconds() - session.last_used if session else 0
        if session is None or idle > self._org.settings.session_timeout_seconds:
            raise refuse("INVALID_SESSION_ID", "Session expired or invalid")
        session.last_used = self._seconds()
        return session.user_id

    def close(self, token: str) -> None:
        self._open.pop(token, None)

    def close_all(self) -> None:
        self._open.clear()

    def _seconds(self) -> float:
        return self._org.now().timestamp()


def bearer(request: Request) -> str | None:
    """The token of the Authorization header (`Bearer`, or the older `OAuth`)."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() in ("bearer", "oauth") else None


def grant(org: Org, sessions: Sessions, request: Request) -> dict[str, Any]:
    """The token answer. OAuthRefusal when the login fails."""
    form = read_form(request)
    flow = GRANTS.get(form.get("grant_type", ""))
    if flow is None:
        raise OAuthRefusal("unsupported_grant_type", "grant type not supported")
    flow(org, request, form)
    return _token_answer(org, sessions, request)


def read_form(request: Request) -> dict[str, str]:
    """The form of a request. OAuthRefusal when it is not text."""
    try:
        return request.form
    except UnicodeDecodeError as error:
        raise OAuthRefusal("invalid_request", "the body must be a form in UTF-8") from error


def _token_answer(org: Org, sessions: Sessions, request: Request) -> dict[str, Any]:
    user_id, base = org.people.integration, org.settings.instance_url or request.base_url
    issued_at = str(int(org.now().timestamp() * 1000))
    return {
        "access_token": sessions.open(user_id),
        "signature": base64.b64encode(org.world.random.randbytes(32)).decode(),
        "scope": "api",
        "instance_url": base,
        "id": f"{base}/id/{org.org_id}/{user_id}",
        "token_type": "Bearer",
        "issued_at": issued_at,
    }


def _jwt_bearer(org: Org, request: Request, form: dict[str, str]) -> None:
    settings = org.settings
    if settings.consumer_public_key is None:
        raise OAuthRefusal("invalid_grant", "user hasn't approved this consumer")
    claims = _verified_claims(settings.consumer_public_key, form.get("assertion", ""))
    if claims.get("iss") != settings.consumer_key:
        raise OAuthRefusal("invalid_client_id", "client identifier invalid")
    if claims.get("aud") not in settings.audiences:
        raise OAuthRefusal("invalid_grant", "audience is invalid")
    if settings.check_jwt_lifetime:
        _check_lifetime(org, claims)
    if claims.get("sub") != settings.username:
        raise OAuthRefusal("invalid_grant", "user hasn't approved this consumer")


def _verified_claims(pem: str, assertion: str) -> dict[str, Any]:
    options: Any = {"verify_exp": False, "verify_aud": False, "verify_iat": False, "verify_nbf": False}
    try:
        claims: dict[str, Any] = jwt.decode(assertion, public_key(pem), algorithms=["RS256"], options=options)
    except jwt.PyJWTError as error:
        raise OAuthRefusal("invalid_grant", "invalid assertion") from error
    return claims


def _check_lifetime(org: Org, claims: dict[str, Any]) -> None:
    """`exp` must lie ahead, by at most five minutes. Clients send it as a number or as text."""
    try:
        left = timedelta(seconds=float(claims.get("exp", "")) - org.now().timestamp())
    except (TypeError, ValueError) as error:
        raise OAuthRefusal("invalid_grant", "invalid assertion") from error
    if not timedelta(0) < left <= timedelta(seconds=LONGEST_JWT_SECONDS):
        raise OAuthRefusal("invalid_grant", "expired authorization code")


def public_key(pem: str) -> Any:
    """The RSA public key of a PEM key or certificate."""
    data = pem.encode()
    if b"BEGIN CERTIFICATE" in data:
        return x509.load_pem_x509_certificate(data).public_key()
    return load_pem_public_key(data)


def _client_credentials(org: Org, request: Request, form: dict[str, str]) -> None:
    if request.host in SHARED_LOGIN_HOSTS:
        raise OAuthRefusal("invalid_grant", "request not supported on this domain")
    client_id, secret = _basic(request) or (form.get("client_id", ""), form.get("client_secret", ""))
    settings = org.settings
    if settings.client_secret is None or client_id != settings.consumer_key:
        raise OAuthRefusal("invalid_client_id", "client identifier invalid")
    if not hmac.compare_digest(secret.encode(), settings.client_secret.encode()):
        raise OAuthRefusal("invalid_client", "invalid client credentials")


def _basic(request: Request) -> tuple[str, str] | None:
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client_id, _, secret = base64.b64decode(encoded).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return client_id, secret


GRANTS: dict[str, Callable[[Org, Request, dict[str, str]], None]] = {
    JWT_GRANT: _jwt_bearer,
    "client_credentials": _client_credentials,
}
