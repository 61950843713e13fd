"""API Gateway, both versions."""

import json
import sys
import types

from .. import paging


def without_openapi():
    """moto's API Gateway does not load without a validator of OpenAPI documents, of which nobody here sends any."""
    exceptions = types.ModuleType("openapi_spec_validator.validation.exceptions")
    exceptions.OpenAPIValidationError = type("OpenAPIValidationError", (ValueError,), {})
    package = types.ModuleType("openapi_spec_validator")
    package.validate = lambda document: None
    sys.modules.setdefault("openapi_spec_validator", package)
    sys.modules.setdefault("openapi_spec_validator.validation", types.ModuleType("openapi_spec_validator.validation"))
    sys.modules.setdefault("openapi_spec_validator.validation.exceptions", exceptions)


def deployments():
    """GetDeployment says what it holds, which moto leaves out: what the API has now, for the seed changes none later."""
    from moto.apigateway.responses import APIGatewayResponse

    plain = APIGatewayResponse.get_deployment

    def get_deployment(self):
        deployment = json.loads(plain(self))
        if self._get_param("embed") == "apisummary":
            summary = deployment["apiSummary"] = {}
            api = self.path.split("/")[2]
            for resource in self.backend.get_rest_api(api).resources.values():
                for name, method in resource.resource_methods.items():
                    asked = {"authorizationType": method.authorization_type, "apiKeyRequired": method.api_key_required}
                    summary.setdefault(resource.get_path(), {})[name] = asked
        return json.dumps(deployment)

    APIGatewayResponse.get_deployment = get_deployment


def rest_apis():
    """GetRestApis in pages, and a resource policy as the inside of a JSON string, with every quote escaped."""
    from moto.apigateway.responses import APIGatewayResponse

    plain = APIGatewayResponse.get_rest_apis

    def get_rest_apis(self):
        apis = json.loads(plain(self))["item"]
        part, position = paging.cut(apis, self._get_param("limit") or 25, self._get_param("position"), 500)
        for api in part:
            if api.get("policy"):
                api["policy"] = json.dumps(api["policy"])[1:-1]
        return json.dumps({"item": part, **({"position": position} if position else {})})

    APIGatewayResponse.get_rest_apis = get_rest_apis


def deployed_stages():
    """A stage of an API of HTTP or WebSocket says what is deployed to it, which moto forgets."""
    from moto.apigatewayv2.models import Stage

    plain = Stage.to_json

    def to_json(self):
        deployment = self.config.get("deploymentId")
        return {**plain(self), **({"deploymentId": deployment} if deployment else {})}

    Stage.to_json = to_json


def http_apis():
    """GetApis in pages, which moto does not know."""
    from moto.apigatewayv2.responses import ApiGatewayV2Response

    plain = ApiGatewayV2Response.get_apis

    def get_apis(self):
        status, headers, body = plain(self)
        every, most = json.loads(body)["items"], self._get_param("maxResults")
        part, token = paging.cut(every, most, self._get_param("nextToken"), 500)
        return status, headers, json.dumps({"items": part, **({"nextToken": token} if token else {})})

    ApiGatewayV2Response.get_apis = get_apis


def changed_methods():
    """UpdateMethod, which moto does not have: what a patch may replace of a method, as far as its reading shows it."""
    from moto.apigateway.exceptions import BadRequestException
    from moto.apigateway.responses import APIGatewayResponse

    members = {
        "/authorizationType": "authorization_type",
        "/authorizerId": "authorizer_id",
        "/apiKeyRequired": "api_key_required",
        "/operationName": "operation_name",
        "/requestValidatorId": "request_validator_id",
    }

    def update_method(self):
        _, _, api, _, resource, _, verb = self.path.split("/")
        method = self.backend.get_method(api, resource, verb)
        for patch in self._get_param("patchOperations"):
            if patch["op"] != "replace" or patch["path"] not in members:
                raise BadRequestException(f"Invalid patch path '{patch['path']}' specified for op '{patch['op']}'.")
            value = patch["value"]
            setattr(method, members[patch["path"]], value == "true" if patch["path"] == "/apiKeyRequired" else value)
        return json.dumps(method.to_json())

    APIGatewayResponse.update_method = update_method


def http_deployments():
    """Deployments of an API of HTTP or WebSocket, which moto does not have; a stage that is named gets the new one."""
    from moto.apigatewayv2 import urls
    from moto.apigatewayv2.responses import ApiGatewayV2Response
    from moto.core.utils import iso_8601_datetime_without_milliseconds, utcnow
    from moto.moto_api._internal import mock_random

    def create_deployment(self):
        api = self.apigatewayv2_backend.get_api(self.path.split("/")[3])
        sent = json.loads(self.body or "{}")
        deployment = {
            "deploymentId": mock_random.get_random_string(6, lower_case=True),
            "deploymentStatus": "DEPLOYED",
            "createdDate": iso_8601_datetime_without_milliseconds(utcnow()),
            "description": sent.get("description", ""),
            "autoDeployed": False,
        }
        if sent.get("stageName"):
            api.get_stage(sent["stageName"]).config["deploymentId"] = deployment["deploymentId"]
        api.__dict__.setdefault("deployments", []).append(deployment)
        return 201, {}, json.dumps(deployment)

    def get_deployments(self):
        api = self.apigatewayv2_backend.get_api(self.path.split("/")[3])
        return 200, {}, json.dumps({"items": api.__dict__.get("deployments", [])})

    ApiGatewayV2Response.create_deployment = create_deployment
    ApiGatewayV2Response.get_deployments = get_deployments
    urls.url_paths["{0}/v2/apis/(?P<api_id>[^/]+)/deployments$"] = ApiGatewayV2Response.dispatch


def callers_credentials():
    """An integration may act with the credentials of whoever calls, which have a name of their own; moto refuses it."""
    from moto.apigateway.models import APIGatewayBackend

    plain = APIGatewayBackend.put_integration

    def put_integration(self, *args, credentials=None, **more):
        of_caller = credentials == "arn:aws:iam::*:user/*"
        made = plain(self, *args, credentials=None if of_caller else credentials, **more)
        if of_caller:
            made.credentials = credentials
        return made

    APIGatewayBackend.put_integration = put_integration


def install():
    without_openapi()  # before anything of moto's is loaded
    callers_credentials()
    deployments()
    rest_apis()
    http_apis()
    changed_methods()
    deployed_stages()
    http_deployments()
