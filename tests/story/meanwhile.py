"""People who act while a run is under way: at a call of ours that is told by what it asks for, not by its number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import requests
from requests.adapters import BaseAdapter

from tests.story.town import Town


def meanwhile(town: Town, where: str, asked: str, deed: Callable[[], object]) -> Callable[[], bool]:
    """`deed` is done once, right before our next call to `where` with `asked` in its address or body.

    Returns whether it has been done, by which a story tells that it did not pass for the wrong reason.
    """
    session = town.netsuite_session if where == "netsuite" else town.salesforce_session
    done: list[bool] = []
    for prefix, adapter in list(session.adapters.items()):
        session.mount(prefix, _Meanwhile(adapter, asked, deed, done))
    return lambda: bool(done)


class _Meanwhile(BaseAdapter):
    """The way to a sandbox, on which something happens once."""

    def __init__(self, adapter: BaseAdapter, asked: str, deed: Callable[[], object], done: list[bool]) -> None:
        super().__init__()
        self._adapter, self._asked, self._deed, self._done = adapter, asked, deed, done

    def send(self, request: requests.PreparedRequest, *words: Any, **more: Any) -> requests.Response:
        if not self._done and self._asked in f"{request.url} {request.body!r}":
            self._done.append(True)
            self._deed()
        return self._adapter.send(request, *words, **more)

    def close(self) -> None:
        self._adapter.close()
