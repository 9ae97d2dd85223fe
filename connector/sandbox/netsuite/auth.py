"""Who is calling: OAuth 1.0a signatures (token-based authentication) and OAuth 2.0 client credentials.

Both are verified for real. A record or query request that fails any check gets the one 401 INVALID_LOGIN; the token
endpoint answers OAuth 2.0 errors.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections import OrderedDict
from typing import Any

import jwt
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from oauthlib.oauth1.rfc5849 import signature, utils  # type: ignore[import-untyped]

from connector.sandbox.netsuite.errors import Refusal, invalid_login
from connector.sandbox.netsuite.settings import Settings
from connector.sandbox.wire import Answer, Request
from connector.sandbox.world import World

TOKEN_PATH = "/services/rest/auth/oauth2/v1/token"  # noqa: S105 - a path
ALGORITHMS = ("PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
SCOPES = {"restlets", "rest_webservices", "suite_analytics"}
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_SEEN_NONCES = 50_000
_LONGEST_ASSERTION = 3600


class Auth:
    """Credentials of one account, the access tokens handed out and the nonces used."""

    def __init__(self, world: World, settings: Settings) -> None:
        self._world = world
        self._settings = settings
        self._tokens: dict[str, tuple[float, frozenset[str]]] = {}
        self._nonces: OrderedDict[tuple[str, str], None] = OrderedDict()
        # Parsing a PEM costs far more than a verification: once per account.
        pem = settings.public_key_pem
        self._key: Any = load_pem_public_key(pem.encode()) if pem else None

    def expire(self) -> None:
        """No access token handed out so far works any more. Signatures go on working."""
        self._tokens.clear()

    def check(self, request: Request) -> None:
        """Refuse the request with 401 unless it proves who is calling."""
        scheme, _, rest = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            self._check_bearer(rest.strip(), request)
        elif scheme.lower() == "oauth":
            self._check_signature(rest, request)
        else:
            raise invalid_login()

    # OAuth 2.0

    def _check_bearer(self, token: str, request: Request) -> None:
        expires_at, scopes = self._tokens.get(token, (0.0, frozenset()))
        wanted = "suite_analytics" if "/query/" in request.path else "rest_webservices"
        # SuiteQL over REST runs under rest_webservices too.
        if self._now() >= expires_at or not scopes & {wanted, "rest_webservices"}:
            raise invalid_login()

    def token(self, request: Request) -> Answer:
        """The token endpoint: a signed assertion against an access token of an hour."""
        try:
            scopes = self._granted(request)
        except OAuthError as error:
            return _json(400, {"error": error.code, "error_description": error.text})
        token = f"{self._world.random.getrandbits(256):064x}"
        self._tokens[token] = (self._now() + self._settings.access_token_seconds, scopes)
        expires_in = self._settings.access_token_seconds
        return _json(200, {"access_token": token, "expires_in": expires_in, "token_type": "Bearer"})

    def _granted(self, request: Request) -> frozenset[str]:
        if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            raise OAuthError("invalid_request", "The body must be form encoded.")
        try:
            form = request.form
        except UnicodeDecodeError:
            raise OAuthError("invalid_request", "The body must be form encoded UTF-8.") from None
        if form.get("grant_type") != "client_credentials":
            raise OAuthError("unsupported_grant_type", "grant_type must be client_credentials.")
        if form.get("client_assertion_type") != _ASSERTION or "client_assertion" not in form:
            raise OAuthError("invalid_request", "A JWT client assertion is required.")
        return self._scopes(self._claims(form["client_assertion"], request))

    def _claims(self, assertion: str, request: Request) -> dict[str, Any]:
        try:
            header = jwt.get_unverified_header(assertion)
            if header.get("kid") != self._settings.certificate_id or self._key is None:
                raise OAuthError("invalid_grant", "Unknown certificate.")
            claims = jwt.decode(
                assertion,
                self._key,
                algorithms=list(ALGORITHMS),
                audience=[request.base_url + TOKEN_PATH, self._audience()],
                issuer=self._settings.client_id,
                # Times are held against the sandbox's clock below.
                options={"require": ["iss", "aud", "iat", "exp"], "verify_exp": False, "verify_iat": False},
            )
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            raise OAuthError("invalid_grant", f"Invalid assertion: {error}") from error
        self._check_times(claims)
        return claims

    def _audience(self) -> str:
        return f"https://{self._settings.slug}.suitetalk.api.netsuite.com{TOKEN_PATH}"

    def _check_times(self, claims: dict[str, Any]) -> None:
        issued, expires = claims["iat"], claims["exp"]
        if not isinstance(issued, int | float) or not isinstance(expires, int | float):
            raise OAuthError("invalid_grant", "iat and exp must be numbers.")
        if not 0 < expires - issued <= _LONGEST_ASSERTION:
            raise OAuthError("invalid_grant", "The assertion may live for 60 minutes at most.")
        tolerance = self._settings.clock_tolerance_seconds
        if tolerance is not None and not issued - tolerance <= self._now() < expires + tolerance:
            raise OAuthError("invalid_grant", "The assertion is expired or not yet valid.")

    def _scopes(self, claims: dict[str, Any]) -> frozenset[str]:
        given = claims.get("scope", [])
        scopes = frozenset(given.replace(",", " ").split() if isinstance(given, str) else given)
        if not scopes or not scopes <= SCOPES:
            raise OAuthError("invalid_scope", "Scopes are restlets, rest_webservices, suite_analytics.")
        return scopes

    def _now(self) -> float:
        return self._world.clock.now().timestamp()

    # OAuth 1.0a

    def _check_signature(self, header: str, request: Request) -> None:
        given = _header_parameters(header)
        wanted = {
            "realm": self._settings.realm,
            "oauth_consumer_key": self._settings.consumer_key,
            "oauth_token": self._settings.token_id,
            "oauth_signature_method": "HMAC-SHA256",
        }
        if any(given.get(name) != value for name, value in wanted.items()):
            raise invalid_login()
        if given.get("oauth_version", "1.0") != "1.0" or not self._is_fresh(given):
            raise invalid_login()
        if not hmac.compare_digest(self._signature(request, given), given.get("oauth_signature", "")):
            raise invalid_login()
        self._remember(given)

    def _is_fresh(self, given: dict[str, str]) -> bool:
        stamp, nonce = given.get("oauth_timestamp", ""), given.get("oauth_nonce", "")
        if not stamp.isdigit() or not nonce or (stamp, nonce) in self._nonces:
            return False
        tolerance = self._settings.clock_tolerance_seconds
        return tolerance is None or abs(int(stamp) - self._now()) <= tolerance

    def _remember(self, given: dict[str, str]) -> None:
        self._nonces[given["oauth_timestamp"], given["oauth_nonce"]] = None
        if len(self._nonces) > _SEEN_NONCES:
            self._nonces.popitem(last=False)

    def _signature(self, request: Request, given: dict[str, str]) -> str:
        signed = ((name, value) for name, value in given.items() if name not in ("realm", "oauth_signature"))
        parameters = [*signature.collect_parameters(uri_query=request.query), *signed]
        text = signature.signature_base_string(
            request.method.upper(),
            signature.base_string_uri(request.url),
            signature.normalize_parameters(parameters),
        )
        secrets = (self._settings.consumer_secret, self._settings.token_secret)
        key = "&".join(utils.escape(secret) for secret in secrets)
        return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()


class OAuthError(Exception):
    """The token endpoint refuses: an OAuth 2.0 error code and a description."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


def login_refused(refusal: Refusal, request: Request, realm: str) -> Answer:
    """The 401 on the wire; a bearer token also gets its challenge."""
    answer = refusal.answer()
    if not request.headers.get("authorization", "").lower().startswith("bearer"):
        return answer
    challenge = f'Bearer realm="{realm}", error="invalid_token", error_description="Invalid login attempt."'
    return Answer(answer.status, {**answer.headers, "WWW-Authenticate": challenge}, answer.body)


def _header_parameters(header: str) -> dict[str, str]:
    try:
        pairs = utils.parse_authorization_header("OAuth " + header)
    except ValueError:
        return {}
    return {name: utils.unescape(value) for name, value in pairs}


def _json(status: int, body: dict[str, Any]) -> Answer:
    return Answer(status, {"Content-Type": "application/json"}, json.dumps(body).encode())
