"""OpenAPI documents as API Gateway imports them: operations, who may call them, and what they call.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
ANY = "x-amazon-apigateway-any-method"


@dataclass
class Scheme:
    """A security scheme: what asks the caller."""

    name: str
    kind: str  # `key`, `sigv4`, or the type of an authorizer in small letters
    authorizer: dict[str, Any] = field(default_factory=dict)
    header: str = "Authorization"


@dataclass
class Operation:
    """A method of a path."""

    method: str  # in capitals; `ANY` for all
    path: str
    integration: dict[str, Any]
    schemes: list[Scheme]
    scopes: list[str]


def schemes(document: dict[str, Any]) -> dict[str, Scheme]:
    """By name; of Swagger 2 and OpenAPI 3."""
    declared = document.get("securityDefinitions") or document.get("components", {}).get("securitySchemes") or {}
    return {name: scheme(name, body) for name, body in declared.items()}


def scheme(name: str, body: dict[str, Any]) -> Scheme:
    authorizer = body.get("x-amazon-apigateway-authorizer") or {}
    kind = body.get("x-amazon-apigateway-authtype", "")
    header = body.get("name", "Authorization")
    if authorizer:
        return Scheme(name, str(authorizer["type"]).lower(), authorizer, header)
    return Scheme(name, "sigv4" if kind.lower() == "awssigv4" else "key", {}, header)


def operations(document: dict[str, Any]) -> Iterator[Operation]:
    known = schemes(document)
    for path, methods in document.get("paths", {}).items():
        for method, body in methods.items():
            if method.lower() not in METHODS and method != ANY:
                continue
            body = body or {}
            asked = body.get("security", document.get("security", []))
            named = [(known[name], scopes) for one in asked for name, scopes in one.items() if name in known]
            yield Operation(
                "ANY" if method == ANY else method.upper(),
                path,
                body.get("x-amazon-apigateway-integration") or {},
                [one for one, _ in named],
                [scope for _, scopes in named for scope in scopes],
            )
