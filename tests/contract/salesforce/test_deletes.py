"""Deletes through the adapter: into the recycle bin, one outcome each, nobody taken along."""

from __future__ import annotations

from connector.core.flow import Done, Refused
from connector.systems.salesforce.system import SalesforceSystem
from tests.contract.salesforce.conftest import Org, create


def test_what_is_deleted_lies_in_the_recycle_bin(org: Org, system: SalesforceSystem) -> None:
    (made,) = system.write([create("Lead", LastName="Akin", Company="Aethna")])
    assert isinstance(made, Done)
    assert system.delete([made.ref]) == [Done(made.ref)]
    assert system.read([made.ref], {"Lead": ("LastName",)})[made.ref].deleted
    (again,) = system.delete([made.ref])
    assert isinstance(again, Refused)
    assert again.kind == "missing"


def test_two_hundred_to_a_call_outcomes_in_order(org: Org, system: SalesforceSystem) -> None:
    made = system.write([create("Contact", LastName=f"C{number}") for number in range(250)])
    refs = [one.ref for one in made if isinstance(one, Done)]
    org.calls()
    assert system.delete(refs) == [Done(ref) for ref in refs]
    assert sum(org.calls().values()) == 2


def test_an_account_with_people_is_kept_whole(org: Org, system: SalesforceSystem) -> None:
    (account, other) = system.write([create("Account", Name="Ray"), create("Account", Name="Smith")])
    assert isinstance(account, Done)
    assert isinstance(other, Done)
    system.write([create("Contact", LastName="Ray", AccountId=account.ref.id)])
    kept, gone = system.delete([account.ref, other.ref])
    assert isinstance(kept, Refused)
    assert (kept.code, gone) == ("HAS_CHILDREN", Done(other.ref))
    assert not org.rows("Account")[account.ref.id]["IsDeleted"]
