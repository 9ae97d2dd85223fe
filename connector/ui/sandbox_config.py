"""The configuration that belongs to a running pair of sandboxes, and how other clients log in to them."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from connector.errors import ConfigError

if TYPE_CHECKING:
    from connector.sandbox.stand import Addresses, Stand

MARK: Final = "# Written by `connector sandbox serve`: good until those sandboxes stop, then written anew."

_CONFIG = """\
{mark}
netsuite:
  account: "{account}"
  auth:
    method: oauth2
    client_id: {client_id}
    certificate_id: {certificate_id}
    private_key: ${{file:{netsuite_key}}}
  concurrency: 4

salesforce:
  domain: sandbox
  auth:
    method: jwt
    consumer_key: {consumer_key}
    username: {username}
    private_key: ${{file:{salesforce_key}}}

local_sandbox:
  netsuite: {netsuite_url}
  salesforce: {salesforce_url}
{ca}
# New sandboxes need a new memory, hence the name with the time of their start.
state: {state}
"""

_LOGINS = """\
How other clients log in (the sandboxes keep nothing when they stop, so these secrets are worth nothing then):

  Salesforce  {salesforce_url}
    JWT bearer           POST /services/oauth2/token
      consumer key       {consumer_key}
      username           {username}
      private key        {salesforce_key}
    client credentials   POST /services/oauth2/token
      client id          {consumer_key}
      client secret      {client_secret}

  NetSuite    {netsuite_url}    account {account}
    OAuth 2.0 (ES256)    POST /services/rest/auth/oauth2/v1/token
      client id          {client_id}
      certificate id     {certificate_id}
      private key        {netsuite_key}
    token-based (OAuth 1.0a, HMAC-SHA256)
      consumer key       {ns_consumer_key}
      consumer secret    {ns_consumer_secret}
      token id           {token_id}
      token secret       {token_secret}
{ca}
  Faults, clocks, statistics: GET {salesforce_url}/_sandbox/ lists the routes; Ctrl-C stops both."""


def refuse_to_overwrite(path: Path) -> None:
    """Raise ConfigError when `path` holds something that `write_config` did not write."""
    if path.exists() and not path.read_text("utf-8", errors="replace").startswith(MARK):
        raise ConfigError(f"{path} exists and was not written by this command", how="Choose another name.")


def write_config(path: Path, stand: Stand, at: Addresses) -> None:
    """Write a configuration for `stand`; paths in it are meant from its own folder."""
    folder = path.absolute().parent
    facts = _facts(stand, at)
    for name in ("netsuite_key", "salesforce_key"):
        facts[name] = os.path.relpath(facts[name], folder)
    state = f"state/sandbox-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.db"
    ca = f"  ca: {os.path.relpath(at.certificate, folder)}\n" if at.certificate else ""
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(_CONFIG.format(mark=MARK, state=state, ca=ca, **facts), "utf-8")


def login_facts(stand: Stand, at: Addresses) -> str:
    """What a person needs who talks to the sandboxes with a client of their own."""
    ca = f"\n  TLS: trust the authority in {at.certificate}\n" if at.certificate else ""
    return _LOGINS.format(ca=ca, **_facts(stand, at))


def _facts(stand: Stand, at: Addresses) -> dict[str, str]:
    netsuite, salesforce = stand.netsuite_login, stand.salesforce_login
    return {
        "netsuite_url": at.netsuite_url,
        "salesforce_url": at.salesforce_url,
        "account": netsuite.account_id,
        "client_id": netsuite.client_id,
        "certificate_id": netsuite.certificate_id,
        "netsuite_key": str(netsuite.key.private_file),
        "ns_consumer_key": netsuite.consumer_key,
        "ns_consumer_secret": netsuite.consumer_secret,
        "token_id": netsuite.token_id,
        "token_secret": netsuite.token_secret,
        "consumer_key": salesforce.consumer_key,
        "username": salesforce.username,
        "client_secret": salesforce.client_secret,
        "salesforce_key": str(salesforce.key.private_file),
    }
