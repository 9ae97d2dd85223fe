"""SOQL text to a tree.

The grammar is the documented SELECT without the constructs in `NOT_EMULATED`, which are refused by name.
AND and OR may not be mixed without parentheses, as in SOQL. Mistakes carry row, column and an excerpt, the
way recorded MALFORMED_QUERY and INVALID_TYPE answers do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken, VisitError

from connector.sandbox.salesforce.errors import NotEmulated, Refusal, refuse

LONGEST_QUERY = 100_000
LONGEST_LITERAL = 4_000
GRAMMAR = r"""
start: select
select: SELECT items FROM NAME [NAME] [where] [group] [order] [limit] [offset]
items: item ("," item)*
?item: path_item | aggregate_item | count_all | child
path_item: PATH [NAME]
aggregate_item: aggregate [NAME]
aggregate: FUNCTION "(" PATH ")"
count_all: FUNCTION "(" ")"
child: "(" select ")"
where: WHERE logic
group: GROUP_BY PATH ("," PATH)*
?logic: conjunction | disjunction | unit
conjunction: unit (AND unit)+
disjunction: unit (OR unit)+
?unit: "(" logic ")" | negation | comparison | membership
negation: NOT unit
comparison: PATH (OPERATOR | LIKE) literal
membership: PATH IN set | PATH NOT IN set
?set: strings | literals | "(" select ")"
strings: STRINGS
literals: "(" literal ("," literal)* ")"
literal: STRING | DATETIME | DATE | NUMBER | TRUE | FALSE | NULL | RELATIVE
order: ORDER_BY order_item ("," order_item)*
order_item: (PATH | aggregate) [ASC | DESC] [NULLS_FIRST | NULLS_LAST]
limit: LIMIT NUMBER
offset: OFFSET NUMBER
SELECT.5: /select\b/i
FROM.5: /from\b/i
WHERE.5: /where\b/i
GROUP_BY.5: /group\s+by\b/i
ORDER_BY.5: /order\s+by\b/i
LIMIT.5: /limit\b/i
OFFSET.5: /offset\b/i
AND.5: /and\b/i
OR.5: /or\b/i
NOT.5: /not\b/i
IN.5: /in\b/i
LIKE.5: /like\b/i
ASC.5: /asc\b/i
DESC.5: /desc\b/i
NULLS_FIRST.5: /nulls\s+first\b/i
NULLS_LAST.5: /nulls\s+last\b/i
TRUE.5: /true\b/i
FALSE.5: /false\b/i
NULL.5: /null\b/i
FUNCTION.6: /(count_distinct|count|sum|avg|min|max)(?=\s*\()/i
RELATIVE.5: /(today|yesterday|tomorrow|this_month|last_month|this_year|last_year|(last|next)_n_days:\d+)\b/i
STRINGS.6: /\(\s*'(?:[^'\\]|\\.)*'(?:\s*,\s*'(?:[^'\\]|\\.)*')*\s*\)/s
STRING: /'(?:[^'\\]|\\.)*'/s
DATETIME.4: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)/i
DATE.3: /\d{4}-\d\d-\d\d/
NUMBER.2: /[+-]?\d+(\.\d+)?/
OPERATOR: "!=" | "<>" | "<=" | ">=" | "=" | "<" | ">"
NAME: /(?!(select|from|where|and|or|not|in|like|limit|offset|order\s+by|group\s+by)\b)[a-z]\w*/i
PATH.1: /(?!(select|from|where|and|or|not|in|like|limit|offset|order\s+by|group\s+by)\b)[a-z]\w*(\.[a-z]\w*)*/i
%ignore /\s+/
"""
NOT_EMULATED = re.findall(
    r"\w+",
    "TYPEOF FIELDS TOLABEL FORMAT CONVERTCURRENCY CONVERTTIMEZONE HAVING USING WITH FOR ROLLUP CUBE INCLUDES "
    "EXCLUDES GROUPING DISTANCE GEOLOCATION CALENDAR_YEAR CALENDAR_MONTH CALENDAR_QUARTER FISCAL_YEAR "
    "FISCAL_MONTH FISCAL_QUARTER DAY_ONLY DAY_IN_MONTH DAY_IN_WEEK DAY_IN_YEAR HOUR_IN_DAY WEEK_IN_MONTH "
    "WEEK_IN_YEAR THIS_WEEK LAST_WEEK NEXT_WEEK NEXT_MONTH THIS_QUARTER LAST_QUARTER NEXT_QUARTER NEXT_YEAR "
    "LAST_90_DAYS NEXT_90_DAYS LAST_N_WEEKS LAST_N_MONTHS LAST_N_YEARS NEXT_N_WEEKS NEXT_N_MONTHS",
)
ESCAPES = {"\\": "\\", "'": "'", '"': '"', "n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
LIKE_ESCAPES = ("_", "%")
ESCAPE = re.compile(r"\\(.)", re.DOTALL)
STRING = re.compile(r"'((?:[^'\\]|\\.)*)'", re.DOTALL)


@dataclass(frozen=True)
class Literal:
    """`kind`: STRING, DATETIME, DATE, NUMBER, TRUE, FALSE, NULL or RELATIVE. A string's text is raw."""

    kind: str
    text: str
    at: int


@dataclass(frozen=True)
class Aggregate:
    function: str
    path: Token | None
    at: int


@dataclass(frozen=True)
class Item:
    """One entry of the select list: a path, an aggregate or a child query."""

    what: Token | Aggregate | Select
    alias: str | None = None


@dataclass(frozen=True)
class Comparison:
    path: Token
    operator: str
    value: Literal


@dataclass(frozen=True)
class Membership:
    path: Token
    negated: bool
    values: tuple[Literal, ...] | Select


@dataclass(frozen=True)
class Logic:
    """`operator` AND, OR or NOT over its parts."""

    operator: str
    parts: tuple[Condition, ...]


Condition = Comparison | Membership | Logic


@dataclass(frozen=True)
class Order:
    what: Token | Aggregate
    descending: bool
    nulls_last: bool


@dataclass(frozen=True)
class Select:
    text: str
    items: tuple[Item, ...]
    sobject: Token
    alias: str | None
    where: Condition | None
    group: tuple[Token, ...]
    order: tuple[Order, ...]
    limit: int | None
    offset: int


@v_args(inline=True)
class _Builder(Transformer[Token, Any]):
    """Parse tree to the dataclasses above."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def start(self, select: Select) -> Select:
        return select

    def select(self, *parts: Any) -> Select:
        _, items, _, sobject, alias, where, group, order, limit, offset = parts
        name = str(alias) if alias else None
        return Select(self.text, items, sobject, name, where, group or (), order or (), limit, offset or 0)

    def items(self, *items: Item) -> tuple[Item, ...]:
        return items

    def where(self, _: Token, condition: Condition) -> Condition:
        return condition

    def group(self, _: Token, *paths: Token) -> tuple[Token, ...]:
        return paths

    def path_item(self, path: Token, alias: Token | None) -> Item:
        return Item(path, str(alias) if alias else None)

    def aggregate_item(self, aggregate: Aggregate, alias: Token | None) -> Item:
        return Item(aggregate, str(alias) if alias else None)

    def aggregate(self, function: Token, path: Token) -> Aggregate:
        return Aggregate(function.upper(), path, function.start_pos or 0)

    def count_all(self, function: Token) -> Item:
        if function.upper() != "COUNT":
            raise malformed(self.text, function.start_pos or 0, f"unexpected token: '{function}'")
        return Item(Aggregate("COUNT", None, function.start_pos or 0))

    def child(self, select: Select) -> Item:
        return Item(select)

    def conjunction(self, *parts: Any) -> Logic:
        return Logic("AND", tuple(part for part in parts if not isinstance(part, Token)))

    def disjunction(self, *parts: Any) -> Logic:
        return Logic("OR", tuple(part for part in parts if not isinstance(part, Token)))

    def negation(self, _: Token, part: Any) -> Logic:
        return Logic("NOT", (part,))

    def comparison(self, path: Token, operator: Token, value: Literal) -> Comparison:
        name = operator.upper()
        return Comparison(path, "!=" if name == "<>" else name, value)

    def membership(self, *parts: Any) -> Membership:
        return Membership(parts[0], len(parts) == 4, parts[-1])

    def strings(self, token: Token) -> tuple[Literal, ...]:
        start = token.start_pos or 0
        found = STRING.finditer(token)
        return tuple(Literal("STRING", match.group(1), start + match.start()) for match in found)

    def literals(self, *values: Literal) -> tuple[Literal, ...]:
        return values

    def literal(self, token: Token) -> Literal:
        text = token[1:-1] if token.type == "STRING" else str(token)
        return Literal(token.type, text, token.start_pos or 0)

    def order(self, _: Token, *items: Order) -> tuple[Order, ...]:
        return items

    def order_item(self, what: Token | Aggregate, direction: Token | None, nulls: Token | None) -> Order:
        return Order(what, _is(direction, "DESC"), _is(nulls, "NULLS_LAST"))

    def limit(self, _: Token, number: Token) -> int:
        return self._count(number)

    def offset(self, _: Token, number: Token) -> int:
        return self._count(number)

    def _count(self, number: Token) -> int:
        if not number.isdigit():
            raise malformed(self.text, number.start_pos or 0, f"unexpected token: '{number}'")
        return int(number)


def _is(part: Any, kind: str) -> bool:
    return isinstance(part, Token) and part.type == kind


PARSER = Lark(GRAMMAR, parser="lalr", lexer="contextual", maybe_placeholders=True)


def parse(text: str) -> Select:
    """The tree of a query. Refusal MALFORMED_QUERY, or NotEmulated for a construct that SOQL has and we lack."""
    if len(text) > LONGEST_QUERY:
        raise refuse("MALFORMED_QUERY", f"SOQL statements cannot be longer than {LONGEST_QUERY} characters.")
    try:
        tree = PARSER.parse(text)
        built: Select = _Builder(text).transform(tree)
    except VisitError as error:
        raise error.orig_exc from error
    except UnexpectedInput as error:
        raise _unexpected(text, error) from error
    return built


def _unexpected(text: str, error: UnexpectedInput) -> Exception:
    at, found = len(text), "<EOF>"
    if isinstance(error, UnexpectedToken) and error.token.type != "$END":
        at, found = error.token.start_pos or 0, f"'{error.token}'"
    elif isinstance(error, UnexpectedCharacters):
        at = error.pos_in_stream or 0
        found = f"'{_word_at(text, at)}'"
    near = [_word_at(text, at), *reversed(re.findall(r"\w+", text[:at])[-3:])]
    known = [word.upper() for word in near if word.upper() in NOT_EMULATED]
    return NotEmulated(f"SOQL {known[0]}") if known else malformed(text, at, f"unexpected token: {found}")


def _word_at(text: str, at: int) -> str:
    match = re.compile(r"\w+|.", re.DOTALL).match(text, at)
    return match.group() if match else ""


def malformed(text: str, at: int, message: str) -> Refusal:
    return refuse_at(text, at, message, "MALFORMED_QUERY")


def refuse_at(text: str, at: int, message: str, code: str) -> Refusal:
    """An error with an excerpt of the query and a caret under the mistake.

    Recorded: the excerpt starts at most 32 characters before the mistake; row and column count from 1.
    """
    line_start = text.rfind("\n", 0, at) + 1
    start = max(line_start, at - 32)
    line_end = text.find("\n", at)
    excerpt = text[start : line_end if line_end >= 0 else len(text)][:80]
    row, column = text.count("\n", 0, at) + 1, at - line_start + 1
    pointer = " " * (at - start) + "^"
    return refuse(code, f"\n{excerpt}\n{pointer}\nERROR at Row:{row}:Column:{column}\n{message}")


def unescape(text: str, at: int, query: str, *, like: bool = False) -> str:
    """The value of a string literal. In a LIKE pattern `\\%` and `\\_` stay escaped for the matcher."""
    if len(text) > LONGEST_LITERAL:
        raise malformed(query, at, f"string literal is longer than {LONGEST_LITERAL} characters")

    def replace(match: re.Match[str]) -> str:
        char = match.group(1)
        if char in LIKE_ESCAPES:
            return f"\\{char}" if like else char
        if char.lower() not in ESCAPES:
            raise malformed(query, at, f"Illegal escape sequence '\\{char}' in string literal")
        plain = ESCAPES[char.lower()]
        return "\\\\" if like and plain == "\\" else plain

    return ESCAPE.sub(replace, text)
