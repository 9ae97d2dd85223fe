"""Seeded damage to mapping files. A damaged file is either understood or refused with mistakes that have a place in it;
whatever else happens is a finding.

The same seed makes the same file. Damage comes in four kinds: characters (what a slip of the hand does), lines, tokens
of YAML, and the data itself (keys misspelt, values exchanged for others of any type).
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from connector.core.mapping.document import build_source
from connector.core.mapping.yaml_file import parse
from connector.errors import MappingError, Mistake
from tests.unit.mapping.whole_language import TABLE, WHOLE, write

NAME = "organization.yaml"
_TOKENS = (
    ":", ": ", "{", "}", "[", "]", "\n", "\n  ", " ", "  ", "*a", "&a ", '"', "'", "-", "- ", "?", "? ", "\t", "!x ",
    "!!int ", "|", ">", "#", "%", "@", "`", ",", "\\", "\x00", "\x85", "\ufeff", "💥", "~", "<<: ", "---\n", "...\n",
    "0x", "1e999", "1_000", ".inf", ".nan", "2026-99-99", "yes", "null", "=",
)  # fmt: skip
_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 10**40, 0.1, "", " ", "x" * 3000, "{", "a.b", "é", "💥", "\x07",
    [], {}, [[]], [None], {"": ""}, {"netsuite": {}}, {"netsuite": 1, "salesforce": []}, ["a", ["b"]],
    "ratings.csv", "gone.csv", "a\x00.csv", "../x.csv", "IF(a, b, c)", "a +", "(" * 400, "-" * 400 + "1", "9" * 499,
    "a" * 501, "1 < 2 < 3", "not a", "x if y else z", "UTC", "Europe", "../../etc/passwd",
    "customer", "prospect", "lookup", "state", "link", "address", "retail",
)  # fmt: skip
_DEEP = "[" * 200, "{a: " * 200, "- " * 200, "a:\n" + "  " * 100 + "b"


@dataclass(frozen=True)
class Finding:
    """A file that was neither understood nor refused as it should."""

    seed: int
    text: str
    problem: str


def damaged(seed: int) -> str:
    """The text of one damaged file."""
    chance = random.Random(seed)
    kind = chance.choice((_characters, _lines, _tokens, _data, _data))
    return kind(chance)


def judge(text: str) -> str:
    """What is wrong with how a file is taken; empty if nothing."""
    try:
        mistakes = mistakes_of(text)
    except Exception as error:  # whatever comes out here is the finding
        return f"{type(error).__name__}: {error}"
    lines = text.removeprefix("\ufeff").splitlines()
    for mistake in mistakes:
        if not mistake.what or "Traceback" in str(mistake):
            return f"a mistake that says nothing: {mistake!r}"
        if mistake.file == NAME and not (1 <= mistake.line <= len(lines) + 1 and mistake.column >= 1):
            return f"outside the file: {mistake.line}:{mistake.column}"
    return ""


def mistakes_of(text: str) -> tuple[Mistake, ...]:
    source = parse(text.encode(errors="surrogatepass"), NAME)
    if isinstance(source, Mistake):
        return (source,)
    try:
        build_source(source, _read)
    except MappingError as error:
        return error.mistakes
    return ()


def _read(name: str) -> bytes:
    if name != "ratings.csv":
        raise FileNotFoundError(2, "No such file or directory", name)
    return TABLE


def findings(seeds: Iterator[int]) -> Iterator[Finding]:
    for seed in seeds:
        text = damaged(seed)
        problem = judge(text)
        if problem:
            yield Finding(seed, text, problem)


# --- kinds of damage -------------------------------------------------------------------------------------


def _part(chance: random.Random) -> dict[str, Any]:
    """The whole language, or a few of its lines: a small file is damaged in more telling places."""
    data = copy.deepcopy(WHOLE)
    kept = chance.sample(sorted(data["fields"]), k=chance.randint(1, 6))
    data["fields"] = {name: data["fields"][name] for name in kept}
    if chance.random() < 0.7:
        data.pop("examples")
        data["netsuite"].pop("demands")
    return data


def _text(chance: random.Random) -> str:
    data = _part(chance)
    if chance.random() < 0.5:
        return write(data).text
    return "\n".join(f"{key}: {json.dumps(value)}" for key, value in data.items()) + "\n"


def _characters(chance: random.Random) -> str:
    text = list(_text(chance))
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(text))
        text[at : at + chance.randint(0, 3)] = chance.choice(("", chr(chance.randrange(32, 0x2FF)), text[at] * 2))
    return "".join(text)


def _lines(chance: random.Random) -> str:
    lines = _text(chance).split("\n")
    for _ in range(chance.randint(1, 3)):
        at, other = chance.randrange(len(lines)), chance.randrange(len(lines))
        match chance.randrange(4):
            case 0:
                del lines[at]
            case 1:
                lines.insert(other, lines[at])
            case 2:
                lines[at] = " " * chance.randint(1, 5) + lines[at]
            case _:
                lines[at], lines[other] = lines[other], lines[at]
        lines = lines or [""]
    return "\n".join(lines)


def _tokens(chance: random.Random) -> str:
    text = _text(chance)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(text) + 1)
        token = chance.choice(_TOKENS) if chance.random() < 0.95 else chance.choice(_DEEP)
        text = text[:at] + token + text[at + chance.randint(0, 2) :]
    return text


def _data(chance: random.Random) -> str:
    """Keys and values exchanged; the file stays readable as YAML."""
    data = _part(chance)
    for _ in range(chance.randint(1, 4)):
        _exchange(data, chance)
    return json.dumps(data, ensure_ascii=chance.random() < 0.5) if chance.random() < 0.5 else write(data).text


def _exchange(data: dict[str, Any], chance: random.Random) -> None:
    node: Any = data
    while True:
        keys = sorted(node, key=str) if isinstance(node, dict) else list(range(len(node)))
        if not keys:
            return
        key = chance.choice(keys)
        if isinstance(node[key], dict | list) and node[key] and chance.random() < 0.85:
            node = node[key]
            continue
        if isinstance(node, dict) and chance.random() < 0.3:
            node[str(key)[: chance.randint(0, 4)] + chance.choice(("", "x", "é", "."))] = node.pop(key)
        else:
            node[key] = copy.deepcopy(chance.choice(_VALUES))
        return
