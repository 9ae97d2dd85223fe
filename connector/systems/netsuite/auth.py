"""Proving who we are: client credentials signed with a certificate's key, or token-based authentication.

NetSuite answers every failure with the same 401, and sometimes an overloaded account too (recorded by other
clients), so one 401 proves nothing: each login says how often it is tried again before it is believed.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from requests_oauthlib import OAuth1  # type: ignore[import-untyped]

from connector.errors import AuthFailed
from connector.systems.netsuite.errors import masked
from connector.systems.netsuite.settings import CertificateLogin, NetSuiteSettings, TokenLogin
from connector.systems.redaction import name
from connector.systems.session import (
    Authorizer,
    PreparedRequest,
    Response,
    Session,
    Verdict,
    by_status,
    decoded,
    request_id,
)

TOKEN_PATH = "/services/rest/auth/oauth2/v1/token"  # noqa: S105 - a path
_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ASSERTION_SECONDS = 180
_RENEW_EARLY_SECONDS = 60
_OVERLOAD_PAUSE_SECONDS = 3.0
_NOTABLE_SKEW_SECONDS = 120
_CURVES = {"secp256r1": "ES256", "secp384r1": "ES384", "secp521r1": "ES512"}

_AUDIT_TRAIL = (
    "NetSuite refuses the login and never says why; the cause is in its Login Audit Trail "
    "(Setup > Users/Roles > User Management > View Login Audit Trail)."
)


def judge(response: Response) -> Verdict:
    """401 is a login that is not accepted (now); everything else as its status says."""
    return Verdict.EXPIRED if response.status_code == 401 else by_status(response)


def authorizer_for(settings: NetSuiteSettings, session: Session, now: Callable[[], float] = time.time) -> Authorizer:
    """`now` gives seconds since 1970 on our own clock, which signatures have to name."""
    if isinstance(settings.login, TokenLogin):
        return TokenAuthorizer(settings.login, settings.realm, session.sleep, now)
    return CertificateAuthorizer(settings.login, settings.base_url + TOKEN_PATH, session, now)


def signing_algorithm(key: Any) -> str:
    """PS256 for RSA keys (NetSuite takes no RS256), ES256/384/512 by the curve of elliptic ones (documented)."""
    return "PS256" if isinstance(key, RSAPrivateKey) else _CURVES[key.curve.name]


def skew_seconds(response: Response, now: float) -> float | None:
    """How far our clock is ahead of the server's; None if the answer does not tell."""
    try:
        server = parsedate_to_datetime(response.headers["Date"])
    except (KeyError, ValueError, TypeError):
        return None
    return now - server.replace(tzinfo=server.tzinfo or UTC).timestamp()


def explanation(response: Response, now: float, hint: str) -> str:
    skew = skew_seconds(response, now)
    parts = [_AUDIT_TRAIL, hint]
    if skew is not None and abs(skew) > _NOTABLE_SKEW_SECONDS:
        side = "ahead of" if skew > 0 else "behind"
        parts.append(f"This computer's clock is {abs(skew):.0f} s {side} NetSuite's: set it right first.")
    return " ".join(parts)


@dataclass(frozen=True)
class _Token:
    text: str
    got_at: float
    ends_at: float


class CertificateAuthorizer:
    """OAuth 2.0 client credentials (M2M): a signed assertion buys a bearer token for about an hour."""

    attempts = 2

    def __init__(self, login: CertificateLogin, token_url: str, session: Session, now: Callable[[], float]) -> None:
        self._login, self._token_url, self._session, self._now = login, token_url, session, now
        self._algorithm = signing_algorithm(login.private_key)
        self._lock = threading.Lock()
        self._token: _Token | None = None

    def authorize(self, request: PreparedRequest) -> None:
        request.headers["Authorization"] = f"Bearer {self._current().text}"

    def renew(self, rejected: PreparedRequest) -> None:
        """A new token. If the rejected one was new itself, the account may be overloaded: wait a little before."""
        with self._lock:
            token = self._token
            if token is None or rejected.headers.get("Authorization") != f"Bearer {token.text}":
                return
            if self._now() - token.got_at < _RENEW_EARLY_SECONDS:
                self._session.sleep(_OVERLOAD_PAUSE_SECONDS)
            self._token = self._bought()

    def explain(self, response: Response) -> str:
        hint = "Check the certificate mapping, the role and its permissions, and the account id."
        return explanation(response, self._now(), hint)

    def _current(self) -> _Token:
        with self._lock:
            if self._token is None or self._now() >= self._token.ends_at:
                self._token = self._bought()
            return self._token

    def _bought(self) -> _Token:
        response = self._session.request(
            "POST",
            self._token_url,
            data={
                "grant_type": "client_credentials",
                "client_assertion_type": _ASSERTION_TYPE,
                "client_assertion": self._assertion(),
            },
            headers={"Accept": "application/json"},
            anonymous=True,
            safe=True,
            judge=by_status,
            decode=_token_answer,
        )
        if not response.ok or decoded(response) is None:
            raise self._refused(response)
        text, seconds = decoded(response)
        now = self._now()
        return _Token(text, now, now + max(seconds - _RENEW_EARLY_SECONDS, seconds / 2))

    def _assertion(self) -> str:
        now = int(self._now())
        claims = {
            "iss": self._login.client_id,
            "aud": self._token_url,
            "scope": ["rest_webservices"],
            "iat": now,
            "exp": now + _ASSERTION_SECONDS,
        }
        return jwt.encode(
            claims, self._login.private_key, algorithm=self._algorithm, headers={"kid": self._login.certificate_id}
        )

    def _refused(self, response: Response) -> AuthFailed:
        code, text = _oauth_error(response)
        hint = f"The token endpoint says: {masked(text)}." if text else ""
        hint += " Check client id, certificate id, private key, and whether the certificate has expired."
        return AuthFailed(
            explanation(response, self._now(), hint.strip()),
            system="netsuite",
            code=name(code),
            status=response.status_code,
            request_id=request_id(response),
        )


class TokenAuthorizer:
    """OAuth 1.0a with HMAC-SHA256 (NetSuite refuses SHA1, recorded): a signature and a nonce for each sending."""

    attempts = 2

    def __init__(self, login: TokenLogin, realm: str, sleep: Callable[[float], None], now: Callable[[], float]) -> None:
        self._sleep, self._now = sleep, now
        self._login, self._realm = login, realm

    def authorize(self, request: PreparedRequest) -> None:
        signer = OAuth1(
            self._login.consumer_key,
            client_secret=self._login.consumer_secret,
            resource_owner_key=self._login.token_id,
            resource_owner_secret=self._login.token_secret,
            signature_method="HMAC-SHA256",
            realm=self._realm,
            timestamp=str(int(self._now())),
        )
        request.headers.pop("Authorization", None)
        signer(request)

    def renew(self, rejected: PreparedRequest) -> None:
        """There is nothing to renew; the account may be overloaded, so wait a little."""
        self._sleep(_OVERLOAD_PAUSE_SECONDS)

    def explain(self, response: Response) -> str:
        hint = "Check consumer key and secret, token id and secret, the role's permissions, and the account id."
        return explanation(response, self._now(), hint)


def _token_answer(response: Response) -> tuple[str, float]:
    """Token and seconds. `expires_in` comes as a number or as text (documented)."""
    body = json.loads(response.content)
    if not isinstance(body, dict) or not isinstance(body.get("access_token"), str) or not body["access_token"]:
        raise ValueError("no access token in the answer")
    return body["access_token"], float(body.get("expires_in", 3600))


def _oauth_error(response: Response) -> tuple[str, str]:
    try:
        body = json.loads(response.content)
    except ValueError:
        return "", ""
    if not isinstance(body, dict):
        return "", ""
    code = str(body.get("error", ""))
    return code, str(body.get("error_description", code))
