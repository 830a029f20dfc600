"""The WSGI application: the paths that are served, JSON only, and no word of the machine."""

from __future__ import annotations

import json
import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pygeoapi.api
from pygeoapi.api import API, APIRequest, coverages, itemtypes
from werkzeug.exceptions import (
    BadRequest,
    Forbidden,
    HTTPException,
    MethodNotAllowed,
    NotAcceptable,
)
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from geo.network import is_local
from maps.serve.configuration import GEOTIFF
from maps.serve.openapi import make_openapi

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

_LOGGER = logging.getLogger(__name__)
_JSON = "application/json"
_ROUTES = Map(
    [
        Rule("/", endpoint="landing"),
        Rule("/openapi", endpoint="openapi"),
        Rule("/conformance", endpoint="conformance"),
        Rule("/collections", endpoint="collections"),
        Rule("/collections/<name>", endpoint="collection"),
        Rule("/collections/<name>/schema", endpoint="schema"),
        Rule("/collections/<name>/queryables", endpoint="queryables"),
        Rule("/collections/<name>/items", endpoint="items"),
        Rule("/collections/<name>/items/<path:identifier>", endpoint="item"),
        Rule("/collections/<name>/coverage", endpoint="coverage"),
    ],
    strict_slashes=False,
)
_GENERAL = frozenset({"f", "lang"})
_TAKEN = {
    "items": frozenset({"bbox", "bbox-crs", "crs", "datetime", "limit", "offset", "properties"})
    | {"resulttype", "skipGeometry", "sortby"},
    "item": frozenset({"crs"}),
    "coverage": frozenset({"bbox", "bbox-crs", "datetime", "properties", "subset"}),
}
_CONFORMANCE = [
    f"http://www.opengis.net/spec/{part}"
    for part in (
        "ogcapi-common-1/1.0/conf/core",
        "ogcapi-common-1/1.0/conf/json",
        "ogcapi-common-1/1.0/conf/landing-page",
        "ogcapi-common-1/1.0/conf/oas30",
        "ogcapi-common-2/1.0/conf/collections",
        "ogcapi-coverages-1/1.0/conf/core",
        "ogcapi-coverages-1/1.0/conf/coverage-bbox",
        "ogcapi-coverages-1/1.0/conf/coverage-subset",
        "ogcapi-coverages-1/1.0/conf/geodata-coverage",
        "ogcapi-features-1/1.0/conf/core",
        "ogcapi-features-1/1.0/conf/geojson",
        "ogcapi-features-1/1.0/conf/oas30",
        "ogcapi-features-3/1.0/conf/queryables",
        "ogcapi-features-3/1.0/conf/queryables-query-parameters",
        "ogcapi-features-5/1.0/conf/schemas",
    )
]
_FORWARDED = ("HTTP_FORWARDED", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_VIA")


class Application:
    """A release as an OGC API; read-only, JSON (features, CoverageJSON) and GeoTIFF.

    Parameters
    ----------
    configuration
        pygeoapi's, see `maps.serve.configuration`.
    internal
        Whether it answers this machine only: what names another host, as a page that was made to
        resolve here would, or comes by way of another server, is refused.
    """

    def __init__(self, configuration: dict[str, Any], *, internal: bool) -> None:
        self._configuration = configuration
        self._internal = internal
        self._base = configuration["server"]["url"]
        logging.getLogger("pygeoapi").setLevel(logging.CRITICAL)
        self.openapi = make_openapi(configuration, self._is_served)
        self._api = API(configuration, self.openapi)
        self._locales = self._api.locales

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        try:
            response = self._answer(Request(environ))
        except HTTPException as error:
            response = _tell(
                error.code or 500, error.name.replace(" ", ""), error.description or ""
            )
        except Exception:
            _LOGGER.exception("a request failed")
            response = _tell(500, "NoApplicableCode", "the server failed; its log says why")
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Content-Security-Policy"] = "default-src 'none'"
        response.headers["Cache-Control"] = "no-store" if self._internal else "no-cache"
        return response(environ, start_response)

    def _answer(self, request: Request) -> Response:
        if self._internal and not _is_own(request):
            raise Forbidden("internal: this machine only; see --profile public")
        if request.method not in {"GET", "HEAD"}:
            raise MethodNotAllowed(["GET", "HEAD"], "expected GET")
        endpoint, values = _ROUTES.bind_to_environ(request.environ).match(method="GET")
        form = _choose_format(request, endpoint)
        if form is None:
            raise NotAcceptable("expected JSON; of a coverage also f=GTiff")
        if wrong := self._find_unknown(request, endpoint, values.get("name")):
            raise BadRequest(f"unknown parameter {wrong}")
        if endpoint == "conformance":
            return _reply(200, {"conformsTo": _CONFORMANCE}, _JSON)
        if endpoint == "openapi":
            return _reply(200, self.openapi, "application/vnd.oai.openapi+json;version=3.0")
        asked = APIRequest.from_flask(_ask_for(request, form), self._locales)
        headers, status, content = _FUNCTIONS[endpoint](self._api, asked, *values.values())
        kind = headers.get("Content-Type", _JSON)
        if endpoint in {"items", "item"} and status == HTTPStatus.OK:
            kind = "application/geo+json"
        if isinstance(content, bytes):
            return Response(content, status, content_type=kind)
        return _reply(status, self._complete(json.loads(content), endpoint), kind, headers)

    def _find_unknown(self, request: Request, endpoint: str, name: str | None) -> str | None:
        """Return a parameter that would be passed over, as a filter with a slip in it would."""
        known = _GENERAL | _TAKEN.get(endpoint, frozenset())
        collection = self._configuration["resources"].get(name)
        if endpoint == "items" and collection and collection["providers"][0]["type"] == "feature":
            layer = collection["providers"][0]["data"].layer
            known |= {column.name for column in layer.columns}
        return next((each for each in request.args if each not in known), None)

    def _complete(self, content: Any, endpoint: str) -> Any:
        """Take away links to what is not served; add what pygeoapi does not say."""
        if endpoint == "landing":
            metadata = self._configuration["metadata"]
            content["license"] = metadata["license"]["name"]
            content["marking"] = metadata["identification"]["terms_of_service"]
        content.pop("timeStamp", None)  # the same question, the same answer
        for each in content.get("collections", [content] if endpoint == "collection" else []):
            days = self._configuration["resources"].get(each.get("id"), {}).get("days")
            if days:
                each["extent"]["temporal"] = {"interval": [list(days)]}
        return self._keep_links(content)

    def _keep_links(self, content: Any) -> Any:
        if isinstance(content, list):
            return [self._keep_links(each) for each in content]
        if not isinstance(content, dict):
            return content
        kept = {name: self._keep_links(value) for name, value in content.items()}
        if isinstance(kept.get("links"), list):
            kept["links"] = [link for link in kept["links"] if self._is_link(link)]
        return kept

    def _is_link(self, link: dict[str, Any]) -> bool:
        form = link.get("type", "")
        return form not in {"text/html", "application/ld+json"} and self._is_served(link["href"])

    def _is_served(self, address: str) -> bool:
        """Tell whether an address, or a path, is one of this server's."""
        path = urlsplit(address.removeprefix(self._base)).path or "/"
        return path.startswith("/") and _ROUTES.bind("").test(path, method="GET")


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "landing": pygeoapi.api.landing_page,
    "collections": pygeoapi.api.describe_collections,
    "collection": pygeoapi.api.describe_collections,
    "schema": pygeoapi.api.get_collection_schema,
    "queryables": itemtypes.get_collection_queryables,
    "items": itemtypes.get_collection_items,
    "item": itemtypes.get_collection_item,
    "coverage": coverages.get_collection_coverage,
}


def _is_own(request: Request) -> bool:
    """Tell whether a request comes from this machine, for this machine."""
    host = urlsplit(f"//{request.headers.get('Host', '')}").hostname
    return is_local(host) and not any(name in request.environ for name in _FORWARDED)


def _choose_format(request: Request, endpoint: str) -> str | None:
    """Return `json` or `GTiff`; None: another format is asked for."""
    asked, tiff = request.args.get("f"), GEOTIFF["name"]
    if asked is None:
        if endpoint == "coverage" and request.accept_mimetypes.best == "image/tiff":
            return tiff
        kinds = (_JSON, "application/geo+json", "application/schema+json")
        accepted = request.accept_mimetypes
        return "json" if not accepted or any(accepted.quality(kind) for kind in kinds) else None
    return asked if asked == "json" or (endpoint == "coverage" and asked == tiff) else None


def _ask_for(request: Request, form: str) -> Request:
    """Return a request as pygeoapi is to see it: its format is settled, its language too."""
    environ = dict(request.environ)
    query = [
        (name, value) for name, value in request.args.items(multi=True) if name not in _GENERAL
    ]
    asked = Request(environ | {"HTTP_ACCEPT": _JSON, "HTTP_ACCEPT_LANGUAGE": "en"})
    asked.args = type(request.args)([*query, *([("f", form)] if form != "json" else [])])
    return asked


def _reply(status: int, content: Any, kind: str, headers: dict[str, str] | None = None) -> Response:
    text = json.dumps(content, ensure_ascii=False, allow_nan=False)
    response = Response(text, status, content_type=kind)
    if headers and "Content-Crs" in headers:
        response.headers["Content-Crs"] = headers["Content-Crs"]
    return response


def _tell(status: int, code: str, text: str) -> Response:
    return _reply(status, {"code": code, "type": code, "description": text}, _JSON)
