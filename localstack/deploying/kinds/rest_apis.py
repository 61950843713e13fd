"""AWS::ApiGateway: REST APIs, made piece by piece or from an OpenAPI document."""

import json
from typing import Any

from .. import openapi
from ..stack import Made, Properties, Stack

AUTHORIZERS = {"token": "TOKEN", "request": "REQUEST", "cognito_user_pools": "COGNITO_USER_POOLS"}
PERMITTED = {"COGNITO_USER_POOLS": "COGNITO_USER_POOLS", "TOKEN": "CUSTOM", "REQUEST": "CUSTOM"}


def rest_api(stack: Stack, logical: str, props: Properties) -> Made:
    body, policy = props.pop("Body", None) or {}, props.pop("Policy", None)
    props.pop("BodyS3Location", None)
    props.pop("FailOnWarnings", None)
    props.pop("Mode", None)
    props.pop("Parameters", None)
    props["Name"] = props.get("Name") or body.get("info", {}).get("title") or stack.physical(logical)
    policy = policy or body.get("x-amazon-apigateway-policy")
    sent = {"policy": json.dumps(policy)} if policy else {}
    number = stack.call("apigateway", "create_rest_api", props, **sent)["id"]
    api = stack.client("apigateway")
    (root,) = api.get_resources(restApiId=number)["items"]
    if body:
        imported(stack, number, root["id"], body)
    return Made(number, {"RootResourceId": root["id"], "RestApiId": number})


def imported(stack: Stack, number: str, root: str, document: dict[str, Any]) -> None:
    api = stack.client("apigateway")
    authorizers = {}
    for scheme in openapi.schemes(document).values():
        if scheme.authorizer:
            authorizers[scheme.name] = authorizer_of(stack, number, scheme)
    resources = {"/": root}
    for operation in openapi.operations(document):
        path = ""
        for part in operation.path.strip("/").split("/") if operation.path != "/" else []:
            above, path = path or "/", f"{path}/{part}"
            if path not in resources:
                made = api.create_resource(restApiId=number, parentId=resources[above], pathPart=part)
                resources[path] = made["id"]
        where = {"restApiId": number, "resourceId": resources[path or "/"], "httpMethod": operation.method}
        api.put_method(**where, **asked(operation, authorizers))
        if operation.integration:
            put_integration(stack, where, operation.integration)


def authorizer_of(stack: Stack, number: str, scheme: openapi.Scheme) -> Properties:
    body = scheme.authorizer
    kind = AUTHORIZERS.get(scheme.kind, "TOKEN")
    sent = {key: body[key] for key in ("authorizerUri", "providerARNs", "authorizerResultTtlInSeconds") if key in body}
    source = body.get("identitySource") or f"method.request.header.{scheme.header}"
    if kind != "REQUEST" or "identitySource" in body:
        sent["identitySource"] = source
    return stack.call("apigateway", "create_authorizer", sent, restApiId=number, name=scheme.name, type=kind)


def asked(operation: openapi.Operation, authorizers: dict[str, Properties]) -> Properties:
    """How a method asks who is calling."""
    sent: Properties = {"authorizationType": "NONE"}
    for scheme in operation.schemes:
        if scheme.kind == "key":
            sent["apiKeyRequired"] = True
        elif scheme.kind == "sigv4":
            sent["authorizationType"] = "AWS_IAM"
        else:
            made = authorizers[scheme.name]
            sent.update(authorizationType=PERMITTED[made["type"]], authorizerId=made["id"])
            if operation.scopes:
                sent["authorizationScopes"] = operation.scopes
    return sent


def put_integration(stack: Stack, where: Properties, integration: Properties) -> None:
    kind = str(integration.get("type", "MOCK")).upper()
    sent = {key: value for key, value in integration.items() if key in ("uri", "credentials", "requestTemplates")}
    if "httpMethod" in integration:
        sent["integrationHttpMethod"] = integration["httpMethod"]
    stack.call("apigateway", "put_integration", sent, **where, type=kind)


def resource(stack: Stack, logical: str, props: Properties) -> Made:
    made = stack.call("apigateway", "create_resource", props)
    return Made(made["id"], {"ResourceId": made["id"]})


def method(stack: Stack, logical: str, props: Properties) -> Made:
    integration = props.pop("Integration", None)
    props.pop("MethodResponses", None)
    props.setdefault("AuthorizationType", "NONE")
    stack.call("apigateway", "put_method", props)
    if integration:
        where = {key[0].lower() + key[1:]: props[key] for key in ("RestApiId", "ResourceId", "HttpMethod")}
        integration.pop("IntegrationResponses", None)
        method_called = {"HttpMethod": integration.pop("IntegrationHttpMethod", None)}
        called = {key[0].lower() + key[1:]: value for key, value in {**integration, **method_called}.items() if value}
        put_integration(stack, where, called)
    return Made(stack.physical(logical))


def authorizer(stack: Stack, logical: str, props: Properties) -> Made:
    props["Name"] = props.get("Name") or stack.physical(logical)
    made = stack.call("apigateway", "create_authorizer", props)
    return Made(made["id"], {"AuthorizerId": made["id"]})


def deployment(stack: Stack, logical: str, props: Properties) -> Made:
    described = props.pop("StageDescription", {})
    if described:
        stack.report.left.append("AWS::ApiGateway::Deployment.StageDescription")
    made = stack.call("apigateway", "create_deployment", props)
    return Made(made["id"], {"DeploymentId": made["id"]})


def stage(stack: Stack, logical: str, props: Properties) -> Made:
    settings = props.pop("MethodSettings", [])
    for name in ("AccessLogSetting", "OpenApiVersion"):
        if props.pop(name, None):
            stack.report.left.append(f"AWS::ApiGateway::Stage.{name}")
    stack.call("apigateway", "create_stage", props)
    patches = [patch for setting in settings for patch in patches_of(setting)]
    if patches:
        more = {"restApiId": props["RestApiId"], "stageName": props["StageName"]}
        stack.client("apigateway").update_stage(**more, patchOperations=patches)
    return Made(props["StageName"])


PATCHED = {
    "ThrottlingRateLimit": "throttling/rateLimit",
    "ThrottlingBurstLimit": "throttling/burstLimit",
    "LoggingLevel": "logging/loglevel",
    "DataTraceEnabled": "logging/dataTrace",
    "MetricsEnabled": "metrics/enabled",
}


def patches_of(setting: Properties) -> list[dict[str, str]]:
    """Settings of methods are changed by patches only."""
    path = setting.get("ResourcePath", "/*").replace("/", "~1") if setting.get("ResourcePath") != "/*" else "*"
    target = f"/{path}/{setting.get('HttpMethod', '*')}"
    known = {key: value for key, value in setting.items() if key in PATCHED}
    return [
        {"op": "replace", "path": f"{target}/{PATCHED[key]}", "value": str(value)} for key, value in known.items()
    ]


def api_key(stack: Stack, logical: str, props: Properties) -> Made:
    props.pop("StageKeys", None)
    props["Name"] = props.get("Name") or stack.physical(logical)
    made = stack.call("apigateway", "create_api_key", props)
    return Made(made["id"], {"APIKeyId": made["id"]})


def usage_plan(stack: Stack, logical: str, props: Properties) -> Made:
    props["Name"] = props.pop("UsagePlanName", None) or stack.physical(logical)
    made = stack.call("apigateway", "create_usage_plan", props)
    return Made(made["id"], {"Id": made["id"]})


def usage_plan_key(stack: Stack, logical: str, props: Properties) -> Made:
    made = stack.call("apigateway", "create_usage_plan_key", props)
    return Made(f"{made['id']}:{props['UsagePlanId']}", {"Id": made["id"]})


KINDS = {
    "AWS::ApiGateway::RestApi": rest_api,
    "AWS::ApiGateway::Resource": resource,
    "AWS::ApiGateway::Method": method,
    "AWS::ApiGateway::Authorizer": authorizer,
    "AWS::ApiGateway::Deployment": deployment,
    "AWS::ApiGateway::Stage": stage,
    "AWS::ApiGateway::ApiKey": api_key,
    "AWS::ApiGateway::UsagePlan": usage_plan,
    "AWS::ApiGateway::UsagePlanKey": usage_plan_key,
}
