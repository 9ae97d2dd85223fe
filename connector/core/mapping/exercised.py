"""What the examples of the mapping files exercise: which fields and which rows of `values` none of them touches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connector.core.mapping.document import Mappings
from connector.core.mapping.examples import NoLinks
from connector.core.mapping.language import MappingFile
from connector.core.mapping.translate import EntityMapping
from connector.core.schema import Entity, SystemName


@dataclass(frozen=True, slots=True)
class Exercised:
    """How much of one file its examples touch. `rows`: canonical field -> (rows touched, all rows)."""

    entity: Entity
    examples: int
    fields: frozenset[str]
    all_fields: tuple[str, ...]
    rows: Mapping[str, tuple[frozenset[str], tuple[str, ...]]]

    @property
    def untouched_fields(self) -> tuple[str, ...]:
        return tuple(name for name in self.all_fields if name not in self.fields)

    @property
    def untouched_rows(self) -> dict[str, tuple[str, ...]]:
        left = {name: tuple(row for row in every if row not in seen) for name, (seen, every) in self.rows.items()}
        return {name: rows for name, rows in left.items() if rows}


def exercised(mappings: Mappings) -> tuple[Exercised, ...]:
    """One for each file, in the order of the entities."""
    return tuple(_of_file(mappings.of(entity), file) for entity, file in mappings.files.items())


def _of_file(mapping: EntityMapping, file: MappingFile) -> Exercised:
    touched = list(_touched(mapping, file))
    tables = {name: line.tables for name, line in mapping.fields.items() if line.tables is not None}
    return Exercised(
        entity=mapping.entity,
        examples=len(file.examples),
        fields=frozenset(name for name, _ in touched),
        all_fields=tuple(mapping.fields),
        rows={
            name: (
                frozenset(
                    str(item) for touched_name, value in touched if touched_name == name for item in _items(value)
                ),
                tuple(table.netsuite.write),
            )
            for name, table in tables.items()
        },
    )


def _touched(mapping: EntityMapping, file: MappingFile) -> Iterator[tuple[str, Any]]:
    """Canonical field and value of everything that some example's record holds; a held field has no value."""
    for example in file.examples:
        for system in SystemName:
            raw = getattr(example.given, system)
            if raw is not None:
                whole = {**dict.fromkeys(mapping.vendor_fields(system)), **raw}
                reading = mapping.read(system, whole, NoLinks())
                yield from ((name, value) for name, value in reading.values.items() if value is not None)
                yield from ((name, None) for name in {*reading.problems, *example.expect.held})


def _items(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else () if value is None else (value,)
