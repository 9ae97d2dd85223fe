"""The metadata catalog: which record types the account has, and a JSON schema or OpenAPI document of their fields."""

from __future__ import annotations

from typing import Any

from connector.sandbox.netsuite.account import Account
from connector.sandbox.netsuite.answers import plain
from connector.sandbox.netsuite.errors import NotEmulated, no_such_type
from connector.sandbox.netsuite.fields import Field, RecordType, title_of
from connector.sandbox.netsuite.shapes import ROOT
from connector.sandbox.wire import Answer, Request

_SCHEMA = "application/schema+json"
_SWAGGER = "application/swagger+json"
_KINDS: dict[str, dict[str, str]] = {
    "integer": {"type": "integer", "format": "int64"},
    "number": {"type": "number", "format": "double"},
    "currency": {"type": "number", "format": "double"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
}
_LINKS = {
    "title": "Links",
    "type": "array",
    "readOnly": True,
    "items": {"$ref": f"{ROOT}/metadata-catalog/nsLink"},
}


def _catalog(request: Request) -> str:
    return f"{request.base_url}{ROOT}/metadata-catalog"


def _shown(account: Account) -> list[RecordType]:
    return [kind for kind in account.types.values() if kind.name != "salesOrder"]


def read_catalog(account: Account, request: Request) -> Answer:
    """All record types with their links, or the OpenAPI document of those in `select`."""
    accept = request.headers.get("accept", "")
    if _SWAGGER in accept:
        return _openapi(account, request)
    names = _selected(account, request)
    items = [{"name": name, "links": _item_links(request, name)} for name in names]
    links = [{"rel": "canonical", "href": f"{_catalog(request)}/", "mediaType": "application/json"}]
    return plain({"items": items, "links": links})


def _selected(account: Account, request: Request) -> list[str]:
    known = [kind.table for kind in _shown(account)]
    wanted = [name.strip().lower() for name in request.params.get("select", "").split(",") if name.strip()]
    for name in wanted:
        if name not in known:
            raise no_such_type(name, request.path)
    return wanted or known


def _item_links(request: Request, name: str) -> list[dict[str, str]]:
    href = f"{_catalog(request)}/{name}"
    return [
        {"rel": "canonical", "href": href, "mediaType": _SCHEMA},
        {"rel": "alternate", "href": href, "mediaType": _SWAGGER},
        {"rel": "alternate", "href": href, "mediaType": _SCHEMA},
        {"rel": "describes", "href": f"{request.base_url}{ROOT}/{name}", "mediaType": "application/json"},
    ]


def read_schema(account: Account, request: Request, name: str) -> Answer:
    """The JSON schema of one record type."""
    kind = account.types.get(name.lower())
    if kind is None or kind.name == "salesOrder":
        raise no_such_type(name, request.path)
    accept = request.headers.get("accept", "")
    if _SCHEMA in accept:
        return plain({"$schema": "http://json-schema.org/draft-06/hyper-schema#", **schema(account, kind)}, _SCHEMA)
    if _SWAGGER in accept:
        raise NotEmulated("OpenAPI document of one record type; use ?select= on the catalog")
    return plain({"name": kind.table, "links": _item_links(request, kind.table)})


def schema(account: Account, kind: RecordType) -> dict[str, Any]:
    """`properties` by field name. Nothing says which fields are required, and `nullable` is never false."""
    properties = {field.name: _property(account, field) for field in kind.fields.values()}
    properties |= {name: _sublist(name) for name in kind.sublists}
    properties["links"] = _LINKS
    return {
        "type": "object",
        "properties": dict(sorted(properties.items())),
        "x-ns-filterable": sorted(field.name for field in kind.fields.values()),
    }


def _property(account: Account, field: Field) -> dict[str, Any]:
    shown: dict[str, Any] = {"title": title_of(field), "nullable": True, **_shape(field)}
    if field.column == "id":
        shown |= {"type": "string"}
        shown.pop("format", None)
    if field.read_only:
        shown["readOnly"] = True
    if field.custom:
        shown["x-ns-custom-field"] = True
    return shown


def _shape(field: Field) -> dict[str, Any]:
    if field.kind in ("reference", "list"):
        return {"type": "object", "properties": _reference()}
    if field.kind == "enum":
        choices = list(field.choices or {})
        return {"type": "object", "properties": {"id": {"type": "string", "enum": choices}, "refName": _STRING}}
    return dict(_KINDS.get(field.kind, {"type": "string"}))


_STRING = {"type": "string"}


def _reference() -> dict[str, Any]:
    return {
        "id": {"title": "Internal identifier", "type": "string"},
        "externalId": {"title": "External identifier", "type": "string"},
        "refName": {"title": "Reference Name", "type": "string"},
        "links": _LINKS,
    }


def _sublist(name: str) -> dict[str, Any]:
    keys: dict[str, Any] = {"present": name == "addressBook"}
    if name == "addressBook":
        keys["value"] = {"new": [], "existing": ["id"]}
    return {
        "type": "object",
        "properties": {
            "items": {"type": "array", "items": {"type": "object"}},
            "links": _LINKS,
            "totalResults": {"type": "integer", "format": "int64"},
        },
        "x-ns-sublistkey": keys,
    }


def _openapi(account: Account, request: Request) -> Answer:
    names = _selected(account, request)
    document = {
        "openapi": "3.0.1",
        "info": {"title": "NetSuite REST Record API", "version": "v1"},
        "servers": [{"url": request.base_url + ROOT}],
        "paths": {path: item for name in names for path, item in _paths(name).items()},
        "components": {"schemas": {name: schema(account, account.types[name]) for name in names}},
    }
    return plain(document, _SWAGGER)


def _paths(name: str) -> dict[str, Any]:
    done = {"204": {"description": "Done."}}
    found = {"200": {"description": "Found."}}
    return {
        f"/{name}": {"get": {"responses": found}, "post": {"responses": done}},
        f"/{name}/{{id}}": {
            "get": {"responses": found},
            "patch": {"responses": done},
            "put": {"responses": done},
            "delete": {"responses": done},
        },
    }
