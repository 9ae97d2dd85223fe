"""Amounts of the currency that stands in their record."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from connector.core.mapping.codecs import Unfit
from connector.core.mapping.proof import prove
from connector.core.mapping.translate import EntityMapping
from connector.core.schema import Money, SystemName, Value
from connector.state.values import dump_values, load_values
from tests.unit.mapping.conftest import FakeLinks
from tests.unit.mapping.two_accounts import ACCOUNTS, mapping_of

NETSUITE, SALESFORCE = SystemName.NETSUITE, SystemName.SALESFORCE
LINKS = FakeLinks()
EURO = Money(Decimal("1.50"), "EUR")


def mapping(more: str = "") -> EntityMapping:
    return mapping_of(
        f"budget: {{netsuite: amount2, salesforce: Amount2, as: money, currency: custom.code{more}}}",
        "custom.code: {netsuite: text300, salesforce: Nickname}",
    )


def written(values: dict[str, Value], holds: dict[str, Value] | None = None, more: str = "") -> tuple[Any, Any]:
    made = mapping(more).write(SALESFORCE, values, creating=holds is None, links=LINKS, info=None, holds=holds)
    return made.fields, made.problems


def test_an_amount_is_read_with_its_currency() -> None:
    read = mapping().read
    assert read(NETSUITE, {"amount2": Decimal("1.50"), "text300": "eur"}, LINKS).values["budget"] == EURO
    assert read(NETSUITE, {"amount2": None, "text300": "eur"}, LINKS).values["budget"] is None
    assert "budget" not in read(NETSUITE, {"text300": "eur"}, LINKS).values
    without = read(NETSUITE, {"amount2": Decimal(1), "text300": None}, LINKS)
    assert without.problems == {"budget": "1 is an amount without a currency: `custom.code` tells none"}


def test_an_amount_is_written_into_a_record_of_its_currency() -> None:
    assert written({"budget": EURO, "custom.code": "EUR"}) == ({"Amount2": Decimal("1.50"), "Nickname": "EUR"}, {})
    assert written({"budget": EURO}, {"custom.code": "eur", "budget": None}) == ({"Amount2": Decimal("1.50")}, {})
    assert written({"budget": None}, {"custom.code": None}) == ({"Amount2": None}, {})
    assert written({"budget": Decimal(2)}, {"custom.code": "EUR"}) == ({"Amount2": Decimal(2)}, {})


@pytest.mark.parametrize(
    ("values", "holds", "why"),
    [
        ({"budget": EURO}, {"custom.code": "USD"}, "1.50 EUR would become an amount in USD in Salesforce"),
        ({"budget": EURO, "custom.code": "USD"}, {"custom.code": "EUR"}, "would become an amount in USD"),
        ({"budget": EURO}, {"custom.code": None}, "the currency of the record in Salesforce is not known"),
        ({"budget": Money(Decimal("1.5"), "JPY")}, {"custom.code": "JPY"}, "1.5 has more than 0 decimals"),
    ],
)
def test_an_amount_is_held_where_it_would_be_another(
    values: dict[str, Value], holds: dict[str, Value], why: str
) -> None:
    fields, problems = written(values, holds)
    assert "Amount2" not in fields
    assert list(problems) == ["budget"]
    assert why in problems["budget"]


def test_an_amount_of_some_currency_is_no_bare_number_to_a_line_without_one() -> None:
    plain = mapping_of("budget: {netsuite: amount2, salesforce: Amount2, as: money}")
    made = plain.write(SALESFORCE, {"budget": EURO}, creating=True, links=LINKS, info=None)
    assert (made.fields, made.problems) == ({}, {"budget": "1.50 EUR is no bare number"})


def test_amounts_are_equal_by_number_and_currency() -> None:
    same = mapping().same
    assert same("budget", EURO, Money(Decimal("1.5"), "EUR"))
    assert not same("budget", EURO, Money(Decimal("1.5"), "USD"))


def test_an_amount_is_remembered_with_its_currency() -> None:
    assert load_values(dump_values({"budget": EURO})) == {"budget": EURO}


def test_what_decides_about_an_amount_is_believed_only_as_long_as_it_stands() -> None:
    assert mapping().beside(SALESFORCE, ["budget"]) == {"custom.code"}


def test_digits_are_proved_as_of_any_amount() -> None:
    assert prove(mapping(), ACCOUNTS) == ()
    finer = mapping_of(
        "budget: {netsuite: amount2, salesforce: Amount0, as: money, currency: custom.code}",
        "custom.code: {netsuite: text300, salesforce: Nickname}",
    )
    assert [loss.breach for loss in prove(finer, ACCOUNTS)] == ["rounded"]


def test_an_amount_has_no_put_of_its_own() -> None:
    with pytest.raises(Unfit):
        mapping().fields["budget"].lenses.salesforce.put(EURO, LINKS, None)
