"""Everything that can go wrong, divided by what the caller does next.

    ConnectorError
    ├── ConfigError          fix config.yaml                             exit 2
    ├── MappingError         fix mappings/x.yaml                         exit 2
    ├── PlanUnfit            make a new plan file                        exit 2
    ├── RemoteError          a system said no
    │   ├── Unavailable      try again later             retried, then deferred
    │   ├── Throttled        try again after n seconds   retried, then the run ends early
    │   ├── OutcomeUnknown   sent, no answer: look before sending again
    │   ├── AuthFailed       nobody can go on                            exit 3
    │   ├── Refused          a rule of theirs refused this record  -> hold
    │   │   └── DuplicateFound  and names the other record         -> pair again
    │   ├── Stale            changed since we read it              -> restart from the read
    │   ├── Missing          it is gone                            -> pair again
    │   └── Unintelligible   an answer that we do not understand   -> hold, loud
    ├── StateError           StateLocked exit 4, StateTooNew exit 2
    └── BrakePulled          the plan is too big or too strange          exit 5

Caught in two places: per record in `runs/apply.py`, per process in the command line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class ConnectorError(Exception):
    """Base of all errors that a user may see. `exit_code` is what the process ends with."""

    exit_code = 1


class ConfigError(ConnectorError):
    """config.yaml is wrong: which key, what is wrong, how to mend it."""

    exit_code = 2

    def __init__(self, what: str, *, where: str = "", how: str = "") -> None:
        self.what, self.where, self.how = what, where, how
        super().__init__(": ".join(part for part in (where, what) if part) + (f"\n  {how}" if how else ""))


@dataclass(frozen=True)
class Mistake:
    """One mistake in a mapping file, with the place where it stands (1-based line and column)."""

    file: str
    line: int
    column: int
    what: str
    expected: str = ""
    source: str = ""

    def __str__(self) -> str:
        text = f"{self.file}:{self.line}:{self.column}: {self.what}"
        if self.source:
            text += f"\n    {self.source}\n    {' ' * (self.column - 1)}^"
        return text + (f"\n    {self.expected}" if self.expected else "")


class MappingError(ConnectorError):
    """One or several mistakes in mapping files, all of them at once."""

    exit_code = 2

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


class PlanUnfit(ConnectorError):
    """A plan file that cannot be carried out as it is: damaged, of another format, or made with other mapping files."""

    exit_code = 2


class RemoteError(ConnectorError):
    """A system said no. Carries code and request id, never the body (it may hold personal data)."""

    def __init__(
        self,
        message: str,
        *,
        system: str = "",
        code: str = "",
        status: int | None = None,
        request_id: str = "",
        fields: Sequence[str] = (),
    ) -> None:
        self.message, self.system, self.code = message, system, code
        self.status, self.request_id, self.fields = status, request_id, tuple(fields)
        parts = [part for part in (system, code, message) if part]
        super().__init__(": ".join(parts) + (f" (request {request_id})" if request_id else ""))


class Unavailable(RemoteError):
    """Not reachable or failing now; nothing was written."""


class Throttled(RemoteError):
    """Too many requests, or the day's budget is used up."""

    def __init__(self, message: str, *, retry_after_seconds: float | None = None, **facts: object) -> None:
        super().__init__(message, **facts)  # type: ignore[arg-type]
        self.retry_after_seconds = retry_after_seconds


class OutcomeUnknown(RemoteError):
    """The write was sent and no answer came: it may or may not have been applied."""


class AuthFailed(RemoteError):
    """The login was refused; no retry will help."""

    exit_code = 3


class Refused(RemoteError):
    """A rule of the system refused this record."""


class DuplicateFound(Refused):
    """Refused because the record exists already; `existing` is its id where the system names it."""

    def __init__(self, message: str, *, existing: str | None = None, **facts: object) -> None:
        super().__init__(message, **facts)  # type: ignore[arg-type]
        self.existing = existing


class Stale(RemoteError):
    """The record changed, or is being changed, since we read it: restart from the read."""


class Missing(RemoteError):
    """The record is gone."""


class Unintelligible(RemoteError):
    """An answer that we do not understand."""


class StateError(ConnectorError):
    """The state store cannot be used."""


class StateLocked(StateError):
    """Another run holds the lock."""

    exit_code = 4


class StateTooNew(StateError):
    """The store was written by a newer version of the connector."""

    exit_code = 2


class BrakePulled(ConnectorError):
    """The plan is too big or too strange to carry out; nothing was changed."""

    exit_code = 5
