"""What the adapter is told about the org and how to reach it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from connector.errors import ConfigError
from connector.systems.salesforce.auth import Login

_HOST_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE)
_VERSION = re.compile(r"\d{2}\.0")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class SalesforceSettings:
    """One org.

    `domain` is the My Domain name (`mycompany` of `mycompany.my.salesforce.com`), `sandbox_name` that of a
    Salesforce sandbox of it. `local_url` replaces both by a local sandbox of this project on a loopback address.
    `key_fields` names our key field by record type where it is not `key_field`. `allow_duplicates` lets a write
    pass a duplicate rule that is set to "Alert". `daily_share` is the share of the org's daily API calls (0 to 1)
    at which a run stops and leaves the rest to people.
    """

    login: Login
    domain: str = ""
    sandbox_name: str = ""
    local_url: str = ""
    api_version: str = "62.0"
    key_field: str = "NetSuite_Id__c"
    key_fields: Mapping[str, str] = field(default_factory=dict)
    allow_duplicates: bool = False
    concurrency: int = 4
    daily_share: float = 0.8

    def __post_init__(self) -> None:
        if bool(self.domain) == bool(self.local_url):
            raise ConfigError("give either the My Domain name or the local sandbox", where="salesforce.domain")
        for key, value in (("domain", self.domain), ("sandbox_name", self.sandbox_name)):
            if value and not _HOST_LABEL.fullmatch(value):
                raise ConfigError(f"{value!r} is not a name of letters, digits and -", where=f"salesforce.{key}")
        if self.local_url and urlsplit(self.local_url).hostname not in _LOOPBACK:
            raise ConfigError("a local sandbox has a loopback address", where="local_sandbox.salesforce")
        if not _VERSION.fullmatch(self.api_version):
            raise ConfigError(
                f"{self.api_version!r} is not an API version", where="salesforce.api_version", how='for example "62.0"'
            )

    @property
    def base_url(self) -> str:
        """Where the org's API and its login are, without a slash at the end."""
        if self.local_url:
            return self.local_url.rstrip("/")
        name = f"{self.domain}--{self.sandbox_name}.sandbox" if self.sandbox_name else self.domain
        return f"https://{name.lower()}.my.salesforce.com"

    @property
    def host(self) -> str:
        """`host[:port]` of the base URL: the only one that we speak to."""
        return urlsplit(self.base_url).netloc.lower()

    @property
    def audience(self) -> str:
        """The `aud` of a JWT. A My Domain address there can be refused as invalid (documented)."""
        return "https://test.salesforce.com" if self.sandbox_name else "https://login.salesforce.com"

    def key_field_of(self, type_: str) -> str:
        return self.key_fields.get(type_, self.key_field)
