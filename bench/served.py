"""A child process with both sandboxes on loopback: what they burn must not be counted as the connector's.

`python -m bench.served FOLDER LEADS`: Salesforce starts with that many made-up leads, NetSuite with none. FOLDER
gets `config.yaml` for the connector, `logins.json` for everybody else, and the keys. A line on stdout says that
both accept connections; they stop when stdin ends, so that they never outlive the benchmark.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from connector.sandbox.stand import Addresses, Stand
from connector.ui.sandbox_config import write_config

SEED = 1


@dataclass(frozen=True)
class Logins:
    """What any client needs to log in to both; the keys lie in files that only their owner can read."""

    netsuite_url: str
    netsuite_client_id: str
    netsuite_certificate_id: str
    netsuite_key_file: str
    salesforce_url: str
    salesforce_consumer_key: str
    salesforce_username: str
    salesforce_audience: str
    salesforce_key_file: str

    @classmethod
    def of_folder(cls, folder: Path) -> Logins:
        return cls(**json.loads((folder / "logins.json").read_text()))


def logins_of(stand: Stand, at: Addresses) -> Logins:
    netsuite, salesforce = stand.netsuite_login, stand.salesforce_login
    return Logins(
        netsuite_url=at.netsuite_url,
        netsuite_client_id=netsuite.client_id,
        netsuite_certificate_id=netsuite.certificate_id,
        netsuite_key_file=str(netsuite.key.private_file),
        salesforce_url=at.salesforce_url,
        salesforce_consumer_key=salesforce.consumer_key,
        salesforce_username=salesforce.username,
        salesforce_audience=salesforce.audience,
        salesforce_key_file=str(salesforce.key.private_file),
    )


def main() -> None:
    folder, leads = Path(sys.argv[1]), int(sys.argv[2])
    stand = Stand(seed=SEED, directory=folder / "keys", running_clocks=True)
    stand.salesforce.seed(leads)
    with stand.serving() as at:
        write_config(folder / "config.yaml", stand, at)
        (folder / "logins.json").write_text(json.dumps(asdict(logins_of(stand, at))))
        print("ready", flush=True)
        sys.stdin.read()
    stand.close()


if __name__ == "__main__":
    main()
