"""AWS::ApiGatewayV2: APIs of HTTP and WebSocket, made piece by piece, by the short way, or from an OpenAPI document."""

from typing import Any

from .. import openapi
from ..stack import Made, Properties, Stack


def api(stack: Stack, logical: str, props: Properties) -> Made:
    body = props.pop("Body", None) or {}
    target, key, role = props.pop("Target", None), props.pop("RouteKey", None), props.pop("CredentialsArn", None)
    props.pop("FailOnWarnings", None)
    props["Name"] = props.get("Name") or body.get("info", {}).get("title") or stack.physical(logical)
    props.setdefault("ProtocolType", "HTTP")
    if "x-amazon-apigateway-cors" in body:
        cors = body["x-amazon-apigateway-cors"]
        if isinstance(cors, dict):
            props.setdefault("CorsConfiguration", cors)
    made = stack.call("apigatewayv2", "create_api", props)
    number = made["ApiId"]
    if body:
        imported(stack, number, body)
    if target:  # the short way: one route, one integration, one stage
        called = {"IntegrationUri": target, **({"CredentialsArn": role} if role else {})}
        connect(stack, number, key or "$default", called, {"AuthorizationType": "NONE"})
        stack.client("apigatewayv2").create_stage(ApiId=number, StageName="$default", AutoDeploy=True)
    return Made(number, {"ApiId": number, "ApiEndpoint": made.get("ApiEndpoint", "")})


def connect(stack: Stack, number: str, key: str, called: Properties, asked: Properties) -> None:
    client = stack.client("apigatewayv2")
    sent = {"IntegrationType": "AWS_PROXY", "PayloadFormatVersion": "2.0", **called}
    integration = client.create_integration(ApiId=number, **sent)["IntegrationId"]
    client.create_route(ApiId=number, RouteKey=key, Target=f"integrations/{integration}", **asked)


def imported(stack: Stack, number: str, document: dict[str, Any]) -> None:
    authorizers = {
        scheme.name: authorizer_of(stack, number, scheme)
        for scheme in openapi.schemes(document).values()
        if scheme.authorizer
    }
    for operation in openapi.operations(document):
        key = "$default" if operation.path == "/$default" else f"{operation.method} {operation.path}"
        asked: Properties = {"AuthorizationType": "NONE"}
        for scheme in operation.schemes:
            if scheme.kind == "sigv4":
                asked = {"AuthorizationType": "AWS_IAM"}
            elif scheme.name in authorizers:
                kind = "JWT" if scheme.kind in ("jwt", "oauth2") else "CUSTOM"
                asked = {"AuthorizationType": kind, "AuthorizerId": authorizers[scheme.name]}
                if operation.scopes:
                    asked["AuthorizationScopes"] = operation.scopes
        if operation.integration:
            called = {"IntegrationUri": operation.integration["uri"]}
            if "payloadFormatVersion" in operation.integration:
                called["PayloadFormatVersion"] = str(operation.integration["payloadFormatVersion"])
            connect(stack, number, key, called, asked)


def authorizer_of(stack: Stack, number: str, scheme: openapi.Scheme) -> str:
    body = scheme.authorizer
    source = body.get("identitySource") or "$request.header.Authorization"
    sent: Properties = {"Name": scheme.name, "IdentitySource": source if isinstance(source, list) else [source]}
    if scheme.kind == "request":
        sent.update(AuthorizerType="REQUEST", AuthorizerUri=body["authorizerUri"])
        sent["AuthorizerPayloadFormatVersion"] = str(body.get("authorizerPayloadFormatVersion", "2.0"))
    else:
        sent.update(AuthorizerType="JWT", JwtConfiguration=body.get("jwtConfiguration", {}))
    return stack.call("apigatewayv2", "create_authorizer", sent, ApiId=number)["AuthorizerId"]


def route(stack: Stack, logical: str, props: Properties) -> Made:
    props.setdefault("AuthorizationType", "NONE")
    made = stack.call("apigatewayv2", "create_route", props)
    return Made(made["RouteId"], {"RouteId": made["RouteId"]})


def integration(stack: Stack, logical: str, props: Properties) -> Made:
    made = stack.call("apigatewayv2", "create_integration", props)
    return Made(made["IntegrationId"], {"IntegrationId": made["IntegrationId"]})


def authorizer(stack: Stack, logical: str, props: Properties) -> Made:
    props.setdefault("IdentitySource", [])
    made = stack.call("apigatewayv2", "create_authorizer", props)
    return Made(made["AuthorizerId"], {"AuthorizerId": made["AuthorizerId"]})


def deployment(stack: Stack, logical: str, props: Properties) -> Made:
    made = stack.call("apigatewayv2", "create_deployment", props)
    return Made(made["DeploymentId"], {"DeploymentId": made["DeploymentId"]})


def stage(stack: Stack, logical: str, props: Properties) -> Made:
    stack.call("apigatewayv2", "create_stage", props)
    return Made(props["StageName"])


KINDS = {
    "AWS::ApiGatewayV2::Api": api,
    "AWS::ApiGatewayV2::Route": route,
    "AWS::ApiGatewayV2::Integration": integration,
    "AWS::ApiGatewayV2::Authorizer": authorizer,
    "AWS::ApiGatewayV2::Deployment": deployment,
    "AWS::ApiGatewayV2::Stage": stage,
}
