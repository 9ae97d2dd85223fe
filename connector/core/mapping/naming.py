"""Where in a line the vendor fields are named, so that a mistake in one is shown at its own place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.core.mapping.expressions import Expression
from connector.core.mapping.language import CountryFields, FieldLine, Form
from connector.core.mapping.yaml_file import Path
from connector.core.schema import SystemName


def places(line: FieldLine, system: SystemName, condition: Expression | None) -> Mapping[str, Path]:
    """Vendor field of one side -> the steps from the line to where it is named first."""
    found: dict[str, Path] = {}
    for name, path in (*_in_side(getattr(line, system), system), *_in_keys(line, system, condition)):
        found.setdefault(name, path)
    return found


def _in_side(side: Any, system: SystemName) -> list[tuple[str, Path]]:
    """On the side itself: the field, or the parts of its form."""
    if isinstance(side, str):
        return [(side, (str(system),))]
    if not isinstance(side, Form):
        return []
    found: list[tuple[str, Path]] = []
    for key, value in side.model_dump(by_alias=True).items():
        if isinstance(value, tuple):
            found += [(name, (str(system), key, place)) for place, name in enumerate(value)]
        elif isinstance(value, dict):
            found += [(name, (str(system), key, name)) for name in value]
        elif isinstance(value, str):
            found.append((value, (str(system), key)))
    return found


def _in_keys(line: FieldLine, system: SystemName, condition: Expression | None) -> list[tuple[str, Path]]:
    """In `when` and `country`."""
    when = getattr(line.when, system)
    names = condition.names if condition else tuple(when) if isinstance(when, dict) else ()
    found: list[tuple[str, Path]] = [(name, ("when", str(system), name)) for name in names]
    if isinstance(line.country, CountryFields):
        found.append((getattr(line.country, system), ("country", str(system))))
    return found
