"""Logs: secrets are masked in the finished line, wherever they came from."""

from __future__ import annotations

import logging
import sys

from connector.secret import LIVE
from connector.ui.logs import Masked


def test_a_secret_is_masked_in_message_arguments_and_traceback() -> None:
    LIVE.add("canary-in-the-mine")
    try:
        raise ValueError("canary-in-the-mine")
    except ValueError:
        record = logging.LogRecord(
            "connector", logging.ERROR, "", 1, "sent %s", ("canary-in-the-mine",), sys.exc_info()
        )

    line = Masked("%(levelname)s %(message)s").format(record)

    assert line.startswith("ERROR sent ***\n")
    assert "ValueError: ***" in line
    assert "canary" not in line


def test_a_pem_key_is_masked_line_by_line() -> None:
    body = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC"
    LIVE.add(f"-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----")

    assert LIVE.mask(f"key {body}") == "key ***"
