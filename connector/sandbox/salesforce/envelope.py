"""SOAP envelopes of the partner API: reading a request, writing a response or a fault.

Documented (partner WSDL): the elements of a complex type come in the order of its sequence. Reported: an
element out of order is ignored; the sandbox ignores it too (assumed).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from connector.sandbox.wire import Answer

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
PARTNER = "urn:partner.soap.sforce.com"
SOBJECT = "urn:sobject.partner.soap.sforce.com"
FAULT = "urn:fault.partner.soap.sforce.com"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
HEADERS = {"Content-Type": "text/xml; charset=UTF-8"}


class BadEnvelope(Exception):
    """No SOAP envelope: a `soapenv:Client` fault."""


def parse(body: bytes) -> tuple[list[ElementTree.Element], ElementTree.Element]:
    """The header entries and the operation element of a request."""
    if b"<!DOCTYPE" in body:
        raise BadEnvelope("DOCTYPE is not allowed")
    try:
        root = ElementTree.fromstring(body)  # noqa: S314  no DOCTYPE, so no entities to expand
    except ElementTree.ParseError as error:
        raise BadEnvelope(f"The request is not well-formed XML: {error}") from error
    content = root.find(f"{{{ENVELOPE}}}Body")
    if root.tag != f"{{{ENVELOPE}}}Envelope" or content is None or len(content) != 1:
        raise BadEnvelope("The request is not a SOAP 1.1 envelope with one operation")
    header = root.find(f"{{{ENVELOPE}}}Header")
    return list(header) if header is not None else [], content[0]


def local(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def text(element: ElementTree.Element | None) -> str | None:
    """Trimmed text; None for an absent, empty or nil element."""
    if element is None or element.get(f"{{{XSI}}}nil") in ("true", "1"):
        return None
    return (element.text or "").strip() or None


def in_sequence(element: ElementTree.Element, sequence: Sequence[str]) -> dict[str, ElementTree.Element]:
    """The children that stand in the order of `sequence`; those that come too late are left out.

    BadEnvelope for a child that the type does not have.
    """
    found: dict[str, ElementTree.Element] = {}
    reached = -1
    for child in element:
        name = local(child)
        if name not in sequence:
            raise BadEnvelope(f"Element {name} invalid at this location")
        place = sequence.index(name)
        if place > reached:
            found[name], reached = child, place
    return found


def element(name: str, value: Any) -> str:
    """One element; None is nil, a list repeats the element, a list of pairs nests."""
    if value is None:
        return f'<{name} xsi:nil="true"/>'
    if isinstance(value, bool):
        return f"<{name}>{str(value).lower()}</{name}>"
    if isinstance(value, tuple):
        inside = "".join(element(key, item) for key, item in value)
        return f"<{name}>{inside}</{name}>"
    return f"<{name}>{escape(str(value))}</{name}>"


def response(operation: str, results: Iterable[tuple[tuple[str, Any], ...]], usage: tuple[int, int]) -> Answer:
    """A successful response; each result is a tuple of (element, value) pairs."""
    info = (("current", usage[0]), ("limit", usage[1]), ("type", "API REQUESTS"))
    header = element("LimitInfoHeader", (("limitInfo", info),))
    body = "".join(element("result", result) for result in results)
    envelope = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<soapenv:Envelope xmlns:soapenv="{ENVELOPE}" xmlns="{PARTNER}" xmlns:xsi="{XSI}">'
        f"<soapenv:Header>{header}</soapenv:Header>"
        f"<soapenv:Body><{operation}Response>{body}</{operation}Response></soapenv:Body></soapenv:Envelope>"
    )
    return Answer(200, HEADERS, envelope.encode())


def fault(code: str, message: str, kind: str = "UnexpectedErrorFault") -> Answer:
    """HTTP 500 with a fault of the API (recorded shape)."""
    name, words = escape(code), escape(message)
    detail = (
        f'<detail><sf:{kind} xsi:type="sf:{kind}"><sf:exceptionCode>{name}</sf:exceptionCode>'
        f"<sf:exceptionMessage>{words}</sf:exceptionMessage></sf:{kind}></detail>"
    )
    return _fault(f"sf:{name}", f"{name}: {words}", detail)


def client_fault(message: str) -> Answer:
    return _fault("soapenv:Client", escape(message), "")


def _fault(code: str, words: str, detail: str) -> Answer:
    envelope = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<soapenv:Envelope xmlns:soapenv="{ENVELOPE}" xmlns:sf="{FAULT}" xmlns:xsi="{XSI}"><soapenv:Body>'
        f"<soapenv:Fault><faultcode>{code}</faultcode><faultstring>{words}</faultstring>{detail}"
        "</soapenv:Fault></soapenv:Body></soapenv:Envelope>"
    )
    return Answer(500, HEADERS, envelope.encode())
