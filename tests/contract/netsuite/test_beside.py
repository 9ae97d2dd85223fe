"""The custom form of a record: asked of the record service, only where a read wants it."""

from __future__ import annotations

import pytest

from connector.core.flow import Done
from connector.core.ports import Wanted
from connector.errors import Throttled, Unavailable
from connector.systems.netsuite.system import NetSuiteSystem
from tests.contract.netsuite.conftest import Account, create, ns

RECORD = "GET /services/rest/record/v1/{type}/{id}"


def forms(account: Account, *names: str) -> list[str]:
    deeds = ({"do": "add_list_value", "list": "customform", "name": name} for name in names)
    return [str(account.front.act(deed)["id"]) for deed in deeds]


def company(account: Account, name: str, form: str | None = None) -> str:
    return account.make(companyName=name, **({"customForm": {"id": form}} if form else {}))


def by_name(system: NetSuiteSystem, *fields: str) -> dict[object, object]:
    changes = system.changes([Wanted("customer", ("companyName", *fields), None)])["customer"]
    records = [record for page in changes.pages for record in page]
    return {record.fields["companyName"]: record.fields.get("customForm", "absent") for record in records}


def test_each_record_has_its_form(account: Account, system: NetSuiteSystem) -> None:
    retail, trade = forms(account, "Retail", "Trade")
    for name, form in (("A", retail), ("B", trade), ("C", None)):
        company(account, name, form)
    account.calls()
    assert by_name(system, "customForm") == {"A": retail, "B": trade, "C": None}
    assert account.calls()[RECORD] == 3
    assert system.warnings == ()


def test_the_query_is_asked_once_whether_it_knows_the_form(account: Account, system: NetSuiteSystem) -> None:
    id_ = company(account, "A")
    fields = {"customer": ["companyName", "customForm"]}
    system.read([ns("customer", id_)], fields)
    account.calls()
    system.read([ns("customer", id_)], fields)
    assert sorted(account.calls().values()) == [1, 1]


def test_who_wants_no_form_pays_for_none(account: Account, system: NetSuiteSystem) -> None:
    company(account, "A")
    assert by_name(system) == {"A": "absent"}
    assert RECORD not in account.calls()


def test_a_locked_record_is_read_without_its_form(account: Account, system: NetSuiteSystem) -> None:
    company(account, "A")
    locked = company(account, "B")
    account.front.act({"do": "lock", "type": "customer", "id": locked})
    assert by_name(system, "customForm") == {"A": None, "B": "absent"}
    assert "customForm of some records of customer cannot be read" in system.warnings[0]


def test_forms_are_read_several_at_a_time(account: Account) -> None:
    (retail,) = forms(account, "Retail")
    ids = [company(account, f"C{number}", retail) for number in range(12)]
    system = account.connect(concurrency=3)
    found = system.read([ns("customer", id_) for id_ in ids], {"customer": ["customForm"]})
    assert {record.fields["customForm"] for record in found.values()} == {retail}


@pytest.mark.parametrize("concurrency", [1, 3])
def test_a_used_up_budget_ends_the_read_and_asks_no_more(account: Account, concurrency: int) -> None:
    ids = [company(account, f"C{number}") for number in range(20)]
    system = account.connect(concurrency=concurrency, budget=10)
    with pytest.raises(Throttled):
        system.read([ns("customer", id_) for id_ in ids], {"customer": ["customForm"]})
    assert sum(account.calls().values()) <= 10


def test_a_service_that_is_down_is_not_asked_for_every_record(account: Account) -> None:
    ids = [company(account, f"C{number}") for number in range(60)]
    system = account.connect(concurrency=3)
    system.read([ns("customer", ids[0])], {"customer": ["customForm"]})
    account.calls()
    account.fault("error", match={"path": "/record/v1/customer/"}, times=None)
    with pytest.raises(Unavailable):
        system.read([ns("customer", id_) for id_ in ids], {"customer": ["customForm"]})
    assert sum(account.calls().values()) < 60


def test_metadata_says_which_fields_cost_a_call_a_record(system: NetSuiteSystem) -> None:
    fields = system.describe(["customer"])["customer"].fields
    assert [name for name, known in fields.items() if known.singly] == ["customForm"]


def test_a_form_given_by_a_write_is_read_back(account: Account, system: NetSuiteSystem) -> None:
    (retail,) = forms(account, "Retail")
    (done,) = system.write([create(companyName="Acme", entityStatus="6", customForm=retail)])
    assert isinstance(done, Done)
    (record,) = system.read([done.ref], {"customer": ["customForm"]}).values()
    assert record.fields == {"customForm": retail}
