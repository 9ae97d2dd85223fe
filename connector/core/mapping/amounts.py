"""Amounts whose currency stands in their record: they cross between records of one currency, and are held between
others. Nothing is converted: no rate of ours could be the one that either system's books use."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from connector.core.flow import Planned, Raw
from connector.core.mapping.codecs import Unfit, as_decimal
from connector.core.mapping.codecs.numbers import CURRENCY_DECIMALS, fitting
from connector.core.mapping.lenses import Lens, Links
from connector.core.schema import ABSENT, Gap, Money, SystemName, Value


def amount(name: str, told_by: str, currency: Lens, decimals: int | None, system: SystemName) -> Lens:
    """An amount with the currency of its record, which `currency`, the lens of the line `told_by`, reads. `decimals`:
    digits after the point; those of the currency, if None."""

    def get(raw: Mapping[str, Raw], links: Links) -> Value | Gap:
        if name not in raw:
            return ABSENT
        number = as_decimal(raw[name])
        if number is None:
            return None
        code = currency.get(raw, links)
        if code is ABSENT or code is None:
            raise Unfit(f"{number} is an amount without a currency: `{told_by}` tells none")
        return Money(number, str(code).upper())

    def put(value: Value, values: Mapping[str, Value], holds: Mapping[str, Value]) -> Mapping[str, Planned]:
        if value is None:
            return {name: None}
        there = values.get(told_by, holds.get(told_by))
        if there is None:
            raise Unfit(f"the currency of the record in {system.title} is not known: `{told_by}` tells none")
        code = str(there).upper()
        number, own = (value.amount, value.currency) if isinstance(value, Money) else (as_decimal(value), code)
        if own != code:
            raise Unfit(f"{value} would become an amount in {code} in {system.title}: amounts are never converted")
        return {name: fitting(number, CURRENCY_DECIMALS.get(code, 2) if decimals is None else decimals)}

    reads = tuple(dict.fromkeys((name, *currency.reads)))
    return Lens(get, _never, reads, (name,), together=put, parts=(told_by,))


def _never(value: Value, links: Links, held: Value | Gap) -> Mapping[str, Planned]:
    raise Unfit("an amount is written together with what tells its currency")


def amount_key(value: Value) -> Hashable:
    """Amount and currency; of what a person typed, the number."""
    return (value.amount, value.currency) if isinstance(value, Money) else value
