"""Logging in to Salesforce: OAuth 2.0 JWT bearer or client credentials, and keeping the session token.

Neither flow gives a refresh token, and the answer tells no lifetime (documented): a token is used until it is
refused, then fetched anew.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from connector.core.schema import SystemName
from connector.errors import AuthFailed, ConfigError
from connector.systems.keyfile import parse_private_key
from connector.systems.redaction import name, without_proofs
from connector.systems.session import PreparedRequest, Response, Session, decoded

TOKEN_PATH = "/services/oauth2/token"  # noqa: S105 - a path, not a secret
SESSION_SLOT = b"{session}"
"""Stands for the session token in a SOAP envelope; filled when the envelope leaves."""

_JWT_LIFETIME_SECONDS = 180
_SKEW_TO_MENTION_SECONDS = 60
_IDENTITY_URL = re.compile(r"/id/(00D[A-Za-z0-9]{12,15})/(005[A-Za-z0-9]{12,15})$")
_JWT_SHAPE = re.compile(r"ey[\w-]+\.[\w-]+\.[\w-]+")


@dataclass(frozen=True)
class JwtBearer:
    """Log in as `username` with a certificate's key; the app must be pre-authorised for that user."""

    consumer_key: str
    username: str
    private_key: RSAPrivateKey = field(repr=False)

    @classmethod
    def from_pem(cls, consumer_key: str, username: str, pem: bytes, *, where: str = "") -> JwtBearer:
        """Raises ConfigError if the key is not an RSA one (Salesforce takes RS256 only, documented)."""
        key = parse_private_key(pem, where=where)
        if not isinstance(key, RSAPrivateKey):
            raise ConfigError("Salesforce takes RSA keys only", where=where)
        return cls(consumer_key, username, key)

    def form(self, audience: str, now: datetime) -> dict[str, str]:
        claims = {
            "iss": self.consumer_key,
            "sub": self.username,
            "aud": audience,
            "exp": int(now.timestamp()) + _JWT_LIFETIME_SECONDS,
        }
        assertion = jwt.encode(claims, self.private_key, algorithm="RS256")
        return {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion}


@dataclass(frozen=True)
class ClientCredentials:
    """Log in as the app's run-as user."""

    client_id: str
    client_secret: str = field(repr=False)

    def form(self, audience: str, now: datetime) -> dict[str, str]:
        return {
            "grant_type": "client_credentials",
            "client_id": self.client_id,
            "client_secret": self.client_secret,
        }


Login = JwtBearer | ClientCredentials


@dataclass(frozen=True)
class Token:
    """A session token. `org_id` and `user_id` are empty where the answer names none."""

    value: str = field(repr=False)
    org_id: str = ""
    user_id: str = ""


class TokenAuthorizer:
    """Puts the session token into REST headers and SOAP envelopes, and gets one when there is none."""

    attempts = 1

    def __init__(
        self,
        session: Session,
        login: Login,
        *,
        base_url: str,
        audience: str,
        server_now: Callable[[], datetime],
        own_now: Callable[[], datetime],
    ) -> None:
        self._session, self._login = session, login
        self._base_url, self._audience = base_url, audience
        self._server_now, self._own_now = server_now, own_now
        self._lock = threading.Lock()
        self._token: Token | None = None

    @property
    def token(self) -> Token:
        """The current token; logs in if there is none."""
        with self._lock:
            if self._token is None:
                self._token = self._log_in()
            return self._token

    def authorize(self, request: PreparedRequest) -> None:
        value = self.token.value
        if isinstance(request.body, bytes) and SESSION_SLOT in request.body and _is_xml(request):
            # Only the first one: the header's. What follows may be anybody's text.
            request.prepare_body(request.body.replace(SESSION_SLOT, escape(value).encode(), 1), None)
        else:
            request.headers["Authorization"] = f"Bearer {value}"

    def renew(self, rejected: PreparedRequest) -> None:
        with self._lock:
            if self._token is not None and _carries(rejected, self._token.value):
                self._token = None
        _ = self.token

    def explain(self, response: Response) -> str:
        return (
            "Salesforce refuses the token that it has just issued; is API access enabled for the user, is the app "
            "allowed from this network address, and is 'Issue JSON Web Token (JWT)-based access tokens' off?"
        )

    def _log_in(self) -> Token:
        """One attempt, and a second one if the refusal shows that our clock is wrong."""
        response = self._ask()
        if _error(response)[0] == "invalid_grant" and self._skew_seconds() > _SKEW_TO_MENTION_SECONDS:
            response = self._ask()
        if not response.ok:
            raise self._refused(response)
        return _token(decoded(response), host=urlsplit(self._base_url).netloc)

    def _ask(self) -> Response:
        form = self._login.form(self._audience, self._server_now())
        url = self._base_url + TOKEN_PATH
        headers = {"Accept": "application/json"}
        return self._session.request(
            "POST", url, data=form, headers=headers, safe=True, anonymous=True, decode=Response.json
        )

    def _skew_seconds(self) -> float:
        return abs((self._server_now() - self._own_now()).total_seconds())

    def _refused(self, response: Response) -> AuthFailed:
        code, text = _error(response)
        parts = [without_proofs(text) or "the login was refused", _ADVICE.get(text, "") or _ADVICE.get(code, "")]
        if self._skew_seconds() > _SKEW_TO_MENTION_SECONDS:
            parts.append(f"This computer's clock differs from Salesforce's by {self._skew_seconds():.0f} s: set it.")
        message = " ".join(part for part in parts if part)
        return AuthFailed(message, system=SystemName.SALESFORCE, code=name(code), status=response.status_code)


_ADVICE = {
    "user hasn't approved this consumer": "- pre-authorise the app for the user (a permission set on the app).",
    "invalid_client": "- check the client id and secret.",
    "invalid_client_id": "- check the consumer key.",
    "invalid_app_access": "- the app is not assigned to this user.",
    "invalid_grant": "- check user name, consumer key and certificate, and the audience (production or sandbox).",
}


def _error(response: Response) -> tuple[str, str]:
    """OAuth's `(error, error_description)`; two empty texts if the body is something else."""
    try:
        body = response.json()
    except ValueError:
        body = None
    if response.ok or not isinstance(body, dict):
        return "", ""
    return str(body.get("error", "")), str(body.get("error_description", ""))[:200]


def _token(body: Any, *, host: str) -> Token:
    """The token of a login's answer, all of it checked. The answer is data: it cannot send us elsewhere."""
    value = body.get("access_token") if isinstance(body, Mapping) else None
    instance = str(body.get("instance_url", "")) if isinstance(body, Mapping) else ""
    if not isinstance(value, str) or not value.isascii() or not value.isprintable() or not value:
        raise AuthFailed("the login's answer holds no token", system=SystemName.SALESFORCE)
    if urlsplit(instance).netloc.lower() != host.lower():
        found = without_proofs(urlsplit(instance).netloc.rpartition("@")[2])
        raise AuthFailed(f"the org is at {found or 'no address'}, not at {host}", system=SystemName.SALESFORCE)
    if _JWT_SHAPE.fullmatch(value):
        raise AuthFailed(
            "the app issues JWT-based access tokens, which the SOAP API refuses: switch that off in the app",
            system=SystemName.SALESFORCE,
        )
    ids = _IDENTITY_URL.search(str(body.get("id", "")))
    return Token(value, *(ids.groups() if ids else ()))


def _is_xml(request: PreparedRequest) -> bool:
    return str(request.headers.get("Content-Type", "")).startswith("text/xml")


def _carries(request: PreparedRequest, token: str) -> bool:
    body = request.body if isinstance(request.body, bytes) else b""
    return request.headers.get("Authorization") == f"Bearer {token}" or escape(token).encode() in body
