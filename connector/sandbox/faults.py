"""The faults that a front can inject, and which request each of them strikes.

A fault list is strangers' data: it is checked strictly, and a wrong one is refused with what is wrong.
A fault acts either *early* (before the vendor sees the request) or *late* (when the vendor has already
answered). Of the armed faults of one stage, the first that matches and is not used up strikes, alone.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from inspect import cleandoc
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator

from connector.sandbox.wire import Request

READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# Requests that use a writing method and yet change no record: logins and queries.
READING_PATHS = re.compile(r"/(oauth2|suiteql|query|queryAll|parameterizedSearch)(/|\?|$)")

Seconds = Annotated[float, Field(gt=0, le=86_400)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Match(_Strict):
    """Which requests a fault strikes. Everything named must hold; nothing named means every request.

    `path` is a regular expression searched in `path?query`; `body` a substring. `writes_only` is exact for
    late faults; an early one cannot know, and takes a writing method that is neither login nor query.
    """

    method: str | None = None
    path: str | None = None
    body: str | None = None
    writes_only: bool = False

    @field_validator("path")
    @classmethod
    def _compiles(cls, path: str | None) -> str | None:
        try:
            re.compile(path or "")
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from error
        return path

    def fits(self, request: Request, wrote: bool) -> bool:
        return (
            (self.method is None or self.method.upper() == request.method)
            and (not self.writes_only or wrote)
            and (self.path is None or re.search(self.path, address(request)) is not None)
            and (self.body is None or self.body.encode() in request.body)
        )


class _Fault(_Strict):
    """`times`: how often it strikes, null for ever; `after`: matching requests to let pass first;
    `probability`: of striking a matching request, drawn from the world's seed."""

    match: Match = Match()
    times: Annotated[int, Field(ge=1)] | None = 1
    after: Annotated[int, Field(ge=0)] = 0
    probability: Annotated[float, Field(gt=0, le=1)] = 1.0


class Refuse(_Fault):
    """The connection breaks before the vendor sees the request."""

    kind: Literal["refuse"]


class LoseRequest(_Fault):
    """The request never reaches the vendor and nobody answers."""

    kind: Literal["lose_request"]


class Error(_Fault):
    """A 5xx. `format`: an HTML page or the vendor's JSON; `content` replaces the body; `applied`: the
    vendor carried the request out all the same."""

    kind: Literal["error"]
    status: Annotated[int, Field(ge=500, le=599)] = 503
    format: Literal["html", "json"] = "html"
    content: str | None = None
    applied: bool = False


class Reply(_Fault):
    """An answer of your own in place of the vendor's; `applied`: it carried the request out all the same."""

    kind: Literal["reply"]
    status: Annotated[int, Field(ge=200, le=599)]
    headers: dict[str, str] = {}
    content: str = ""
    applied: bool = False


class Throttle(_Fault):
    """The vendor's "too many requests"."""

    kind: Literal["throttle"]


class Slow(_Fault):
    """The vendor takes its time before it carries the request out."""

    kind: Literal["slow"]
    seconds: Seconds


class Delay(_Fault):
    """Nobody answers; the vendor carries the request out `seconds` of its own clock later."""

    kind: Literal["delay"]
    seconds: Seconds


class ExpireToken(_Fault):
    """Every token handed out so far expires, then the request is handled."""

    kind: Literal["expire_token"]


class LockRow(_Fault):
    """The vendor refuses the request because the record is locked. Never strikes logins and queries."""

    kind: Literal["lock_row"]


class LoseAnswer(_Fault):
    """The vendor carries the request out; its answer never arrives. `how`: silence or a reset."""

    kind: Literal["lose_answer"]
    how: Literal["timeout", "reset"] = "timeout"


class Garble(_Fault):
    """The vendor carries the request out; the answer is a 200 with half a body, an HTML page, or a body that
    breaks off before its announced length; or a list in it is reversed, or lacks its last item."""

    kind: Literal["garble"]
    form: Literal["truncated", "html", "cut", "reversed", "shorter"] = "truncated"


Early = Refuse | LoseRequest | Error | Reply | Throttle | Slow | Delay | ExpireToken | LockRow
Late = LoseAnswer | Garble
Fault = Early | Late
EARLY = (Refuse, LoseRequest, Error, Reply, Throttle, Slow, Delay, ExpireToken, LockRow)
LATE = (LoseAnswer, Garble)
KINDS: dict[str, str] = {
    get_args(kind.model_fields["kind"].annotation)[0]: cleandoc(kind.__doc__ or "") for kind in (*EARLY, *LATE)
}
"""Each kind of fault, with what it does."""

_SPEC: TypeAdapter[list[Fault]] = TypeAdapter(list[Annotated[Fault, Field(discriminator="kind")]])


def parse(spec: Any) -> list[Fault]:
    """The faults of a JSON list `[{kind, match?, times?, ...}]`. ValueError says what is wrong with it."""
    try:
        return _SPEC.validate_python(spec)
    except ValidationError as error:
        told = "; ".join(_sentence(part["loc"], part["msg"]) for part in error.errors())
        raise ValueError(f"{told}. Kinds: {', '.join(KINDS)}") from error


def _sentence(place: Sequence[int | str], message: str) -> str:
    where = ".".join(str(part) for part in place) or "faults"
    return f"{where}: {message}"


@dataclass
class Armed:
    """A fault in the list, with how many requests it matched and how many it struck."""

    fault: Fault
    matched: int = 0
    fired: int = 0

    @property
    def spent(self) -> bool:
        return self.fault.times is not None and self.fired >= self.fault.times

    def strikes(self, chance: random.Random) -> bool:
        """Count one matching request; whether the fault strikes it."""
        self.matched += 1
        if self.spent or self.matched <= self.fault.after:
            return False
        if self.fault.probability < 1 and chance.random() >= self.fault.probability:
            return False
        self.fired += 1
        return True


class FaultList:
    """The armed faults of one front. Not thread-safe: the front guards it."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.replace([])

    def replace(self, faults: list[Fault]) -> None:
        """Arm `faults` instead of whatever was armed; the draw of chances starts anew."""
        self._armed = [Armed(fault) for fault in faults]
        # Not the world's own generator: a fault must not change the ids that the vendor gives out.
        self._chance = random.Random(f"faults {self._seed}")

    def early(self, request: Request) -> Early | None:
        """The fault that strikes `request` before the vendor sees it."""
        fault = self._take(EARLY, request, may_write(request)) if self._armed else None
        return fault if isinstance(fault, EARLY) else None

    def late(self, request: Request, wrote: bool) -> Late | None:
        """The fault that strikes the answer to `request`, which changed data or not."""
        fault = self._take(LATE, request, wrote) if self._armed else None
        return fault if isinstance(fault, LATE) else None

    def listing(self) -> list[dict[str, Any]]:
        """Each fault as it was given, with `matched` and `fired`."""
        return [
            {**armed.fault.model_dump(mode="json"), "matched": armed.matched, "fired": armed.fired}
            for armed in self._armed
        ]

    def _take(self, stage: tuple[type[_Fault], ...], request: Request, wrote: bool) -> Fault | None:
        for armed in self._armed:
            fits = isinstance(armed.fault, stage) and armed.fault.match.fits(request, wrote)
            if fits and not _needs_a_record(armed.fault, request) and armed.strikes(self._chance):
                return armed.fault
        return None


def _needs_a_record(fault: _Fault, request: Request) -> bool:
    """Whether `fault` is about a record and `request` touches none."""
    return isinstance(fault, LockRow) and READING_PATHS.search(request.path) is not None


def may_write(request: Request) -> bool:
    """Whether `request` looks like a write, as far as can be told before it is carried out."""
    return request.method not in READING_METHODS and not READING_PATHS.search(request.path)


def address(request: Request) -> str:
    """`path?query` as the client sent it."""
    return f"{request.path}?{request.query}" if request.query else request.path
