"""What travels between a front and a brain: one request in, one answer out.

Both fronts (the in-process `requests` adapter and the real HTTP servers) speak these two shapes, so a
brain cannot tell which of them is asking.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, unquote


class Headers(dict[str, str]):
    """Header names compare without case; stored in lower case."""

    def __init__(self, items: Mapping[str, str] | None = None) -> None:
        super().__init__({name.lower(): value for name, value in (items or {}).items()})

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name.lower())

    def __setitem__(self, name: str, value: str) -> None:
        super().__setitem__(name.lower(), value)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and super().__contains__(name.lower())

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(name.lower(), default)


@dataclass(frozen=True)
class Request:
    """One HTTP request as a brain sees it.

    `url` is the full URL as the client wrote it (scheme, host, raw path, query): signatures are computed
    over it. `path` is the raw, still percent-encoded path; `query` the raw query string without `?`.
    """

    method: str
    url: str
    path: str
    query: str = ""
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""

    @property
    def host(self) -> str:
        """`host[:port]` as the client addressed it."""
        return self.url.split("://", 1)[-1].split("/", 1)[0]

    @property
    def base_url(self) -> str:
        """`scheme://host[:port]`, to build links from."""
        return self.url.split("://", 1)[0] + "://" + self.host

    @cached_property
    def segments(self) -> tuple[str, ...]:
        """Decoded path segments; an encoded slash stays inside its segment."""
        return tuple(unquote(part) for part in self.path.split("/") if part)

    @cached_property
    def params(self) -> Mapping[str, str]:
        """Decoded query parameters, the last of a repeated name wins."""
        return dict(parse_qsl(self.query, keep_blank_values=True))

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode("utf-8"), keep_blank_values=True))


@dataclass(frozen=True)
class Answer:
    """One HTTP answer. `body` is the exact bytes; `wrote` says whether the vendor's data changed."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    wrote: bool = False

    def json(self) -> Any:
        return json.loads(self.body)
