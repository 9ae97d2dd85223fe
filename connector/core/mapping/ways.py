"""How a line makes a value, in a few words: the codec and the forms that it names."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel

from connector.core.mapping.language import FieldLine
from connector.core.mapping.translate import FieldMapping


def way_of(line: FieldLine, made: FieldMapping) -> str:
    """`phone`, `picklist by values`, `text from first_of`..."""
    return " ".join((made.codec, *_forms(line)))


def _forms(line: FieldLine) -> Iterator[str]:
    if line.values is not None:
        yield "by values"
    for side in (line.netsuite, line.salesforce):
        if isinstance(side, BaseModel) and made_of(side):
            yield f"from {made_of(side)}"
    if line.default != FieldLine.model_fields["default"].default:
        yield "with default"


def made_of(form: BaseModel) -> str:
    """The key that gives a form its name; "" for the parts of an address, which `as: address` tells."""
    first = next(iter(type(form).model_fields))
    return "" if first == "street" else first
