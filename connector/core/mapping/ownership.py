"""Lines whose owner cannot own: what they say of owner and direction contradicts itself."""

from __future__ import annotations

from collections.abc import Iterator

from connector.core.mapping.document import Mappings
from connector.core.mapping.language import FieldLine
from connector.errors import Mistake


def contradictions(mappings: Mappings) -> list[Mistake]:
    """At the `owner` of each such line."""
    return [
        mappings.sources[entity].mistake(("fields", name, "owner"), what, expected, on_key=True)
        for entity, file in mappings.files.items()
        for name, line in file.fields.items()
        for what, expected in _contradiction(line)
    ]


def _contradiction(line: FieldLine) -> Iterator[tuple[str, str]]:
    if line.owner == "both":
        return
    if line.direction == f"to_{line.owner}":
        yield (
            f"`{line.owner}` owns the field, but values only flow to it",
            f"expected `owner` and `{line.direction}` apart",
        )
    elif line.direction != "both":
        yield f"`owner: {line.owner}` decides nothing: values flow one way", "take `owner` out"
    elif line.create_only:
        yield f"`owner: {line.owner}` decides nothing: the field is never written again", "take `owner` out"
