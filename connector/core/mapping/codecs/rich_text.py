"""HTML on one side, plain text on the other."""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser
from typing import Any

from connector.core.flow import Pair
from connector.core.mapping.codecs.base import Codec, Options, as_text, codec, same, text_key
from connector.core.mapping.worked import Worked

_BLOCKS = frozenset(
    "address article blockquote dd div dl dt h1 h2 h3 h4 h5 h6 hr ol p pre section table tr ul".split()  # noqa: SIM905
)
_UNSEEN = frozenset(["head", "script", "style", "template", "title"])
_BLANKS = re.compile(r"[ \t\r\n\f]+")


@codec(
    "html",
    Worked(
        "description: {netsuite: comments, salesforce: Notes__c, as: html}",
        {"comments": "Wants <two> pumps & a valve.\nCall on Monday."},
        {"Notes__c": "Wants &lt;two&gt; pumps &amp; a valve.<br>Call on Monday."},
    ),
    Worked(
        "description: {netsuite: comments, salesforce: Notes__c, as: html}",
        {"comments": "Needs:\n- pumps\n- a valve"},
        {"Notes__c": "<p>Needs:</p><ul><li>pumps</li><li><b>a valve</b></li></ul><script>alert(1)</script>"},
        "to_netsuite",
    ),
    Worked(
        "description: {netsuite: custentity_notes, salesforce: Description, as: html, markup: netsuite}",
        {"custentity_notes": "<p>Call on Monday.</p>"},
        {"Description": "Call on Monday."},
        "to_salesforce",
    ),
)
def html(options: Options) -> Codec:
    """Text whose field holds HTML on one side (`markup`: that side, Salesforce unless said otherwise). What a reader
    would see crosses: paragraphs and line breaks become lines, scripts and styles vanish. Text becomes HTML in which
    nothing but line breaks is markup. Equal if a reader sees the same. Lossy: once the text was changed on the plain
    side, bold and links of the other side are gone."""
    netsuite, salesforce = options.markup.netsuite, options.markup.salesforce
    return Codec(
        Pair(_visible if netsuite else as_text, _visible if salesforce else as_text),
        Pair(_marked_up if netsuite else same, _marked_up if salesforce else same),
        _reading_key,
        lossy=True,
    )


def _marked_up(value: str) -> str:
    return "<br>".join(escape(line, quote=False) for line in text_key(value).split("\n"))


def _reading_key(value: str | None) -> str:
    """Line by line, without empty ones: HTML does not tell how many stood between two paragraphs."""
    lines = (" ".join(line.split()) for line in text_key(value).split("\n"))
    return "\n".join(line for line in lines if line)


def _visible(raw: Any) -> str | None:
    source = as_text(raw)
    if source is None:
        return None
    page = _Page()
    page.feed(source)
    page.close()
    return page.text() or None


class _Page(HTMLParser):
    """The lines that a reader of a piece of HTML sees. Never fails: HTML has no syntax errors."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = [""]
        self._unseen = 0

    def text(self) -> str:
        return "\n".join(line.strip(" ") for line in self._lines if line.strip())

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag == "li":
            self._lines.append("- ")
        elif tag == "br" or tag in _BLOCKS:
            self._lines.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag in _BLOCKS or tag == "li":
            self._lines.append("")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self._lines[-1] += _BLANKS.sub(" ", data)
