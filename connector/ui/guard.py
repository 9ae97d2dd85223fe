"""The outer edge of the process: every error becomes one clear message and an exit code that scripts can use."""

from __future__ import annotations

import json
import signal
import traceback
from collections.abc import Callable
from typing import Final

import click

from connector.errors import ConnectorError, Unavailable
from connector.secret import LIVE
from connector.ui.logs import set_up_logs
from connector.ui.tables import printable

SOME_FAILED: Final = 6
INTERRUPTED: Final = 130
EXIT_CODES: Final = """\b
Exit codes:
  0    done; a record that is held for a person is not a failure
  1    a system cannot be reached, or an unexpected error
  2    config.yaml, a mapping file or an option must be mended
  3    a login was refused
  4    another run holds the state
  5    a brake refused the plan, or a part of it
  6    some records could not be written, verify found differences, or doctor found a fault
  130  interrupted; nothing is lost, the next run takes over
"""


def guarded(work: Callable[[], int], *, as_json: bool = False, debug: bool = False, verbose: int = 0) -> int:
    """The exit code that `work` returns, or that of the error it ended with."""
    set_up_logs(verbose)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return work()
    except (click.ClickException, BrokenPipeError):
        raise
    except (Exception, KeyboardInterrupt) as error:
        if debug:
            click.echo(LIVE.mask("".join(traceback.format_exception(error))), err=True)
        message, code = _explain(error)
        return _tell(type(error).__name__, printable(LIVE.mask(message)), code, as_json=as_json)


def _explain(error: BaseException) -> tuple[str, int]:
    if isinstance(error, Unavailable):
        return f"{error}\n  Nothing is lost. If the next run fails too: connector doctor", error.exit_code
    if isinstance(error, ConnectorError):
        return str(error), error.exit_code
    if isinstance(error, KeyboardInterrupt):
        return "stopped; nothing is lost, run it again", INTERRUPTED
    return f"unexpected {type(error).__name__}: {error}\n  A fault of the connector; --debug shows where.", 1


def _tell(kind: str, message: str, code: int, *, as_json: bool) -> int:
    click.echo(f"connector: {message}", err=True)
    if as_json:
        click.echo(json.dumps({"error": {"kind": kind, "message": message, "exit_code": code}}))
    return code
