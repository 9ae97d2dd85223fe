"""What moves a customer record along lead, prospect, customer besides its own status: transactions."""

from __future__ import annotations

from connector.sandbox.netsuite.account import REST, Account
from connector.sandbox.netsuite.lists import STAGES

_RANK = {"LEAD": 0, "PROSPECT": 1, "CUSTOMER": 2}


def opportunity_made(account: Account, customer: int, context: str = REST) -> None:
    """By setting, an opportunity makes a lead a prospect."""
    if account.settings.opportunity_moves_stage:
        raise_to(account, customer, account.settings.default_prospect_status, context)


def sale_made(account: Account, customer: int, context: str = REST) -> None:
    """By setting, a sales transaction makes a lead or prospect a customer."""
    if account.settings.sales_order_moves_stage:
        raise_to(account, customer, account.settings.default_customer_status, context)


def raise_to(account: Account, customer: int, status: int, context: str) -> None:
    """Give the record the status unless its stage is as far already."""
    row = account.row("customer", customer)
    if row is None:
        return
    stage = account.stage(status)
    if _RANK[account.stage(row["entitystatus"])] >= _RANK[stage]:
        return
    changes = {"entitystatus": status, "searchstage": STAGES[stage]}
    if stage == "CUSTOMER":
        changes["dateclosed"] = account.zone.midnight(account.now())
    account.update(account.types["customer"], row, changes, context)
