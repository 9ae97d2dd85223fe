"""Which codec suits two vendor fields."""

from __future__ import annotations

from collections.abc import Mapping

from connector.core.mapping.language import CodecName
from connector.core.ports import FieldInfo, FieldKind

_TEXTS: Mapping[FieldKind, CodecName] = {
    "text": "text", "long_text": "long_text", "email": "email", "phone": "phone", "url": "url",
}  # fmt: skip
_NUMBERS: Mapping[FieldKind, CodecName] = {
    "integer": "integer", "percent": "percent", "money": "money", "number": "number",
}  # fmt: skip
"""The narrowest first: what it cannot hold is held, not rounded."""
_ALIKE: Mapping[FieldKind, CodecName] = {
    "boolean": "boolean", "date": "date", "datetime": "datetime", "multi_picklist": "multi_picklist",
    "address": "address",
}  # fmt: skip
_LISTS: frozenset[FieldKind] = frozenset(("picklist", "reference"))


def codec_for(one: FieldInfo, other: FieldInfo) -> CodecName | None:
    """The codec for a line between two fields; None where no codec brings values across unharmed."""
    kinds = {one.kind, other.kind}
    if kinds <= _TEXTS.keys():
        return _TEXTS[one.kind] if len(kinds) == 1 else "long_text" if "long_text" in kinds else "text"
    if kinds <= _NUMBERS.keys():
        return next(codec for kind, codec in _NUMBERS.items() if kind in kinds)
    if kinds <= _LISTS:
        return "picklist"
    if kinds == {"date", "datetime"}:
        return "date"
    return _ALIKE.get(one.kind) if len(kinds) == 1 else None


def decimals_of(one: FieldInfo, other: FieldInfo) -> int | None:
    """Digits after the point that both fields keep, as far as anybody tells."""
    known = [field.decimals for field in (one, other) if field.decimals is not None]
    return min(known) if known else None
