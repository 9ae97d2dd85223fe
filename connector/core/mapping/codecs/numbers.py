"""Exact numbers, money, percentages, yes and no."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from connector.core.flow import Pair, Raw
from connector.core.mapping.codecs.base import Codec, Options, Unfit, both, codec, same
from connector.core.mapping.worked import Worked
from connector.core.schema import Value

CURRENCY_DECIMALS: Mapping[str, int] = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW"), 0),
    **dict.fromkeys(("PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}
"""ISO 4217 code -> digits after the point, for currencies that do not have two (documented: ISO 4217)."""


def as_decimal(raw: Any) -> Decimal | None:
    if raw is None or raw == "":
        return None
    if isinstance(raw, str | int | Decimal) and not isinstance(raw, bool):
        try:
            number = Decimal(raw)
        except InvalidOperation:
            number = Decimal("NaN")
        if number.is_finite():
            return number
    raise Unfit(f"{raw!r} is not a number")


@codec(
    "number",
    Worked(
        "custom.weight: {netsuite: custentity_weight, salesforce: Weight__c, as: number, decimals: 3}",
        {"custentity_weight": Decimal("12.125")},
        {"Weight__c": Decimal("12.125")},
    ),
)
def number(options: Options) -> Codec:
    """An exact number. `decimals`: how many digits after the point both sides keep; more are held, never rounded."""
    return both(as_decimal, lambda value: fitting(value, options.decimals), same)


@codec(
    "money",
    Worked(
        "budget: {netsuite: estimatedBudget, salesforce: Budget__c, as: money}",
        {"estimatedBudget": Decimal("12500.50")},
        {"Budget__c": Decimal("12500.50")},
    ),
    Worked(
        "budget: {netsuite: estimatedBudget, salesforce: Budget__c, as: money, currency: JPY}",
        {"estimatedBudget": Decimal("12500.50")},
        {},
        "to_salesforce",
        "12500.50 has more than 0 decimals",
    ),
    Worked(
        "custom.currency: {netsuite: custentity_currency, salesforce: CurrencyIsoCode}\n"
        "budget: {netsuite: estimatedBudget, salesforce: Budget__c, as: money, currency: custom.currency}",
        {"custentity_currency": "EUR", "estimatedBudget": Decimal("12500.50")},
        {"CurrencyIsoCode": "EUR", "Budget__c": Decimal("12500.50")},
    ),
    Worked(
        "custom.currency: {netsuite: custentity_currency, salesforce: CurrencyIsoCode}\n"
        "budget: {netsuite: estimatedBudget, salesforce: Budget__c, as: money, currency: custom.currency}",
        {"estimatedBudget": Decimal("12500.50")},
        {},
        "to_salesforce",
        "12500.50 is an amount without a currency: `custom.currency` tells none",
    ),
)
def money(options: Options) -> Codec:
    """An exact amount; one with more digits than both sides keep is held, never rounded. The digits after the point
    are those of the `currency` (ISO code; two without one), unless `decimals` says otherwise. In accounts with several
    currencies, `currency` names the line that tells the currency of a record: an amount then belongs to its currency,
    and between records of different currencies it is held. Amounts are never converted."""
    by_currency = CURRENCY_DECIMALS.get(options.currency or "", 2)
    decimals = by_currency if options.decimals is None else options.decimals
    return both(as_decimal, lambda value: fitting(value, decimals), same)


def fitting(value: Any, decimals: int | None) -> Decimal:
    """A number with no more digits after the point than are kept; an amount of some currency is no bare number."""
    if not isinstance(value, Decimal):
        raise Unfit(f"{value} is no bare number")
    if decimals is not None and value != round(value, decimals):
        raise Unfit(f"{value} has more than {decimals} decimals")
    return value


@codec(
    "integer",
    Worked(
        "employees: {netsuite: custentity_employees, salesforce: NumberOfEmployees, as: integer}",
        {"custentity_employees": 950},
        {"NumberOfEmployees": 950},
    ),
)
def integer(options: Options) -> Codec:
    """A whole number; one with a fraction is held."""
    return both(as_integer, same, same)


def as_integer(raw: Any) -> int | None:
    value = as_decimal(raw)
    if value is None:
        return None
    if value != value.to_integral_value():
        raise Unfit(f"{raw!r} is not a whole number")
    return int(value)


@codec(
    "percent",
    Worked(
        "probability: {netsuite: probability, salesforce: Probability, as: percent, scale: {netsuite: 100}}",
        {"probability": Decimal("0.6")},
        {"Probability": Decimal("60")},
        entity="opportunity",
    ),
)
def percent(options: Options) -> Codec:
    """A percentage, 0 to 100. `scale: {netsuite: 100}` where that side keeps it as a fraction (0.6 for 60)."""

    def reader(scale: Decimal) -> Callable[[Any], Value]:
        def read(raw: Any) -> Decimal | None:
            value = as_decimal(raw)
            return None if value is None else value * scale

        return read

    def writer(scale: Decimal) -> Callable[[Any], Raw]:
        return lambda value: fitting(value, options.decimals) / scale

    scale = options.scale
    return Codec(
        Pair(reader(scale.netsuite), reader(scale.salesforce)),
        Pair(writer(scale.netsuite), writer(scale.salesforce)),
        same,
    )


_BOOLEANS: Mapping[Any, bool] = {True: True, False: False, "T": True, "F": False, "true": True, "false": False}


@codec(
    "boolean",
    Worked(
        "budget_approved: {netsuite: isBudgetApproved, salesforce: Budget_Approved__c, as: boolean}",
        {"isBudgetApproved": True},
        {"Budget_Approved__c": True},
    ),
    Worked(
        "custom.vip: {netsuite: custentity_vip, salesforce: Vip__c, as: boolean}",
        {"custentity_vip": "T"},
        {"Vip__c": True},
        "to_salesforce",
    ),
)
def boolean(options: Options) -> Codec:
    """Yes or no. Empty is no: neither system's checkbox can be empty."""
    return both(_as_boolean, same, bool)


def _as_boolean(raw: Any) -> bool | None:
    if raw is None or raw == "":
        return None
    if isinstance(raw, bool | str) and raw in _BOOLEANS:
        return _BOOLEANS[raw]
    raise Unfit(f"{raw!r} is neither yes nor no")
