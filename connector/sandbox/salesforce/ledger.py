"""Every Salesforce behaviour that this sandbox imitates, with its evidence and its test.

*recorded*: somebody's real org answered so. *documented*: the vendor's guides, help or WSDL say so, or its own
client libraries rely on it. *assumed*: general knowledge; a real org may differ.
"""

from __future__ import annotations

from connector.sandbox.fidelity import Behaviour
from connector.sandbox.salesforce.ledger_conversion import CONVERSION
from connector.sandbox.salesforce.ledger_reads import AUTH, QUERIES
from connector.sandbox.salesforce.ledger_record_types import RECORD_TYPES
from connector.sandbox.salesforce.ledger_writes import ROWS, RULES

LEDGER: tuple[Behaviour, ...] = AUTH + ROWS + QUERIES + CONVERSION + RULES + RECORD_TYPES
