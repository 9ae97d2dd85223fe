"""What an adapter needs to know of one NetSuite account."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from connector.errors import ConfigError

EXTERNAL_ID = "externalId"

_ACCOUNT = re.compile(r"[A-Za-z0-9]+([_-][A-Za-z0-9]+)*")


@dataclass(frozen=True)
class CertificateLogin:
    """OAuth 2.0 client credentials. `private_key` is the parsed key of the certificate `certificate_id`:
    RSA signs PS256, elliptic curves sign ES256, ES384 or ES512."""

    client_id: str
    certificate_id: str
    private_key: RSAPrivateKey | EllipticCurvePrivateKey = field(repr=False)


@dataclass(frozen=True)
class TokenLogin:
    """Token-based authentication, OAuth 1.0a. NetSuite takes no new ones from 2027.1 on."""

    consumer_key: str
    consumer_secret: str = field(repr=False)
    token_id: str
    token_secret: str = field(repr=False)


@dataclass(frozen=True)
class NetSuiteSettings:
    """One account. `sandbox_url` (scheme and host of a local emulator) takes the place of the derived host.

    `concurrency`: calls in flight; accounts grant 5 or more, shared by all their integrations (documented).
    `overlap_seconds`: how far an incremental read looks back, for records whose change was committed late.
    `key_fields`: record type -> custom field that holds our key; elsewhere it is `externalId`, one value per
    record that other tools may own. `subsidiary` goes into new records (OneWorld accounts demand one).
    """

    account_id: str
    login: CertificateLogin | TokenLogin
    sandbox_url: str | None = None
    concurrency: int = 4
    overlap_seconds: int = 900
    key_fields: Mapping[str, str] = field(default_factory=dict)
    subsidiary: str | None = None
    page_size: int = 1000
    ca: str | None = None
    budget: int | None = None

    def __post_init__(self) -> None:
        if not _ACCOUNT.fullmatch(self.account_id):
            raise ConfigError(
                f"{self.account_id!r} is not a NetSuite account id",
                where="netsuite.account_id",
                how="It looks like 1234567 or 1234567_SB1: Setup > Company > Company Information.",
            )
        if not 1 <= self.page_size <= 1000:
            raise ConfigError("NetSuite gives 1 to 1000 rows a page", where="netsuite.page_size")
        if self.concurrency < 1:
            raise ConfigError("at least one call must be allowed", where="netsuite.concurrency")

    @property
    def slug(self) -> str:
        """The account id as host names spell it, `1234567-sb1`."""
        return self.account_id.lower().replace("_", "-")

    @property
    def realm(self) -> str:
        """The account id as OAuth 1.0 spells it, `1234567_SB1`; any other spelling is a failed login (recorded)."""
        return self.account_id.upper().replace("-", "_")

    @property
    def base_url(self) -> str:
        return (self.sandbox_url or f"https://{self.slug}.suitetalk.api.netsuite.com").rstrip("/")

    @property
    def host(self) -> str:
        return urlsplit(self.base_url).netloc.lower()

    def key_field(self, type_: str) -> str:
        return self.key_fields.get(type_, EXTERNAL_ID)
