"""Salesforce's partner SOAP envelopes: built from escaped text, read without entities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NoReturn
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser
from xml.sax.saxutils import escape

from connector.errors import RemoteError
from connector.systems.salesforce.auth import SESSION_SLOT
from connector.systems.salesforce.errors import error_from
from connector.systems.session import Response, request_id

PARTNER = "{urn:partner.soap.sforce.com}"

_SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"'
    ' xmlns:urn="urn:partner.soap.sforce.com"><soapenv:Header><urn:SessionHeader><urn:sessionId>{session}'
    "</urn:sessionId></urn:SessionHeader>{header}</soapenv:Header><soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>"
)


class _NoDoctype(TreeBuilder):
    """Entities can only be declared in a document type; no honest answer has one."""

    def doctype(self, name: str, pubid: str | None, system: str | None) -> NoReturn:
        raise ValueError("an answer with a document type is not read")


def envelope(header: str, body: str) -> bytes:
    """A whole message with the place for the session token left open."""
    return _ENVELOPE.format(session=SESSION_SLOT.decode(), header=header, body=body).encode("utf-8", "replace")


def element(name: str, content: str | bool | None) -> str:
    """One element of text or truth; nothing for None."""
    if content is None:
        return ""
    text = str(content).lower() if isinstance(content, bool) else escape(_printable(content))
    return f"<urn:{name}>{text}</urn:{name}>"


def parent(name: str, children: Iterable[str]) -> str:
    return f"<urn:{name}>{''.join(children)}</urn:{name}>"


def sequence(values: Mapping[str, str | bool | None], order: Iterable[str]) -> list[str]:
    """Elements in the order of the WSDL: those out of order are ignored silently (reported)."""
    return [element(name, values.get(name)) for name in order]


def body_of(content: bytes) -> Element:
    """The Body's only child. ValueError for anything that is no SOAP answer."""
    parser = XMLParser(target=_NoDoctype())  # noqa: S314 - document types, and so entities, are refused
    try:
        parser.feed(content)
        body = parser.close().find(f"{_SOAP}Body")
    except ParseError:
        raise ValueError("not XML") from None
    if body is None or len(body) != 1:
        raise ValueError("not a SOAP answer")
    return body[0]


def text_of(element: Element, name: str) -> str:
    """The text of a child of that name; empty where it is nil or not there."""
    child = element.find(PARTNER + name)
    if child is None or child.get(_NIL) == "true":
        return ""
    return (child.text or "").strip()


def fault_of(response: Response) -> RemoteError:
    """The error that a fault means; `sf:CODE` names it, or the transport's `soapenv:Client`."""
    try:
        fault = body_of(response.content)
    except ValueError:
        return error_from(None, response.status_code, request_id=request_id(response))
    code = (fault.findtext("faultcode") or "").rpartition(":")[2]
    message = (fault.findtext("faultstring") or "").removeprefix(f"{code}: ")
    said = [{"errorCode": code, "message": message}]
    return error_from(said, response.status_code, request_id=request_id(response))


def _printable(text: str) -> str:
    """XML 1.0 has no place for control characters, not even escaped ones."""
    return "".join(letter for letter in text if letter >= " " or letter in "\t\n\r")
