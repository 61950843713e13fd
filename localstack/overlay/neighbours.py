"""Mends what moto's other services answer unlike AWS, where the scanner would notice."""

import io
import json
import re
import sys
import types
import xml.etree.ElementTree as ET
from urllib.parse import urlencode

from moto.core.responses import ActionResult
from moto.iam.responses import IamResponse
from moto.logs.exceptions import InvalidParameterException
from moto.logs.responses import LogsResponse
from werkzeug.wrappers import Response

from . import answers, paging

DETAIL_LISTS = {
    "UserDetailList": "users",
    "GroupDetailList": "groups",
    "RoleDetailList": "roles",
    "Policies": "managed_policies",
}


def get_account_authorization_details(self):
    """In pages over users, groups, roles and policies taken together; moto answers everything at once."""
    details = self.backend.get_account_authorization_details(self._get_param("Filter", []))
    everything = [(member, item) for member, key in DETAIL_LISTS.items() for item in details[key]]
    part, marker = paging.cut(everything, self._get_param("MaxItems"), self._get_param("Marker"), 1000)
    result = {member: [item for m, item in part if m == member] for member in DETAIL_LISTS}
    return ActionResult({**result, "IsTruncated": bool(marker), "Marker": marker})


_describe_log_groups = LogsResponse.describe_log_groups


def describe_log_groups(self):
    """With `logGroupIdentifiers`, which moto ignores; a group that is not there is left out, as AWS does."""
    wanted = self._get_param("logGroupIdentifiers")
    if not wanted:
        return _describe_log_groups(self)
    if len(wanted) > 50:
        raise InvalidParameterException(
            "Member must have length less than or equal to 50", "logGroupIdentifiers", wanted
        )
    names = {w.split(":log-group:", 1)[-1].removesuffix(":*") for w in wanted}
    groups = [group.to_describe_dict() for name, group in sorted(self.logs_backend.groups.items()) if name in names]
    return json.dumps({"logGroups": groups})


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


def quoted_policies():
    """GetRestApis gives a resource policy as the inside of a JSON string, with every quote escaped; moto gives it plain."""
    from moto.apigateway.responses import APIGatewayResponse

    plain = APIGatewayResponse.get_rest_apis

    def get_rest_apis(self):
        apis = json.loads(plain(self))
        for api in apis["item"]:
            if api.get("policy"):
                api["policy"] = json.dumps(api["policy"])[1:-1]
        return json.dumps(apis)

    APIGatewayResponse.get_rest_apis = get_rest_apis


def deployed_stages():
    """A stage of an API of HTTP or WebSocket says what is deployed to it, which moto forgets."""
    from moto.apigatewayv2.models import Stage

    plain = Stage.to_json

    def to_json(self):
        deployment = self.config.get("deploymentId")
        return {**plain(self), **({"deploymentId": deployment} if deployment else {})}

    Stage.to_json = to_json


def install():
    """Puts the mended operations in place."""
    without_openapi()
    deployments()
    quoted_policies()
    deployed_stages()
    IamResponse.get_account_authorization_details = get_account_authorization_details
    LogsResponse.describe_log_groups = describe_log_groups
    numbered_accounts()


def describe_regions(call, flags):
    """The organisation's own regions, so that a scan of all enabled regions is short."""
    names = {v for k, v in call.params.items() if k.startswith("RegionName.")}
    rows = [(name, "opt-in-not-required") for name in flags["regions"]]
    if call.params.get("AllRegions", "").lower() == "true" or names:
        rows += [(name, "not-opted-in") for name in flags["regions_not_opted_in"]]
    rows = [row for row in rows if not names or row[0] in names]
    statuses = filter_values(call.params, "opt-in-status")
    rows = [row for row in rows if not statuses or row[1] in statuses]
    items = "".join(
        f"<item><regionName>{name}</regionName><regionEndpoint>ec2.{name}.amazonaws.com</regionEndpoint>"
        f"<optInStatus>{status}</optInStatus></item>"
        for name, status in rows
    )
    return answers.xml_answer(
        f"<DescribeRegionsResponse xmlns='{answers.XML['ec2']}'><requestId>lamppost</requestId>"
        f"<regionInfo>{items}</regionInfo></DescribeRegionsResponse>"
    )


def filter_values(params, name):
    """The values of one EC2 filter of a query request."""
    found = []
    for key, value in params.items():
        number = re.fullmatch(r"Filter\.(\d+)\.Name", key)
        if number and value == name:
            found += [v for k, v in params.items() if k.startswith(f"Filter.{number[1]}.Value.")]
    return found


def without_paging(call, environ):
    """Takes MaxResults and NextToken out of an EC2 request: moto knows them for few operations only."""
    form = {k: v for k, v in call.params.items() if k not in ("MaxResults", "NextToken")}
    body = urlencode(form).encode()
    environ["wsgi.input"] = io.BytesIO(body)
    environ["CONTENT_LENGTH"] = str(len(body))


def paged(call, response):
    """One page of an EC2 Describe answer: its list of <item>s cut, and <nextToken> set."""
    if response.status_code != 200:
        return response
    root = ET.fromstring(response.get_data())
    space = root.tag.partition("}")[0].lstrip("{")
    lists = [child for child in root if len(child) and all(item.tag == f"{{{space}}}item" for item in child)]
    if len(lists) != 1:
        return response
    part, token = paging.cut(list(lists[0]), call.params.get("MaxResults"), call.params.get("NextToken"), 1000)
    for item in list(lists[0]):
        if item not in part:
            lists[0].remove(item)
    if token:
        ET.SubElement(root, f"{{{space}}}nextToken").text = token
    ET.register_namespace("", space)
    return Response(ET.tostring(root), 200, content_type="text/xml;charset=UTF-8")


def check_foreign_key(call):
    """KMS refuses a key of another account that was not shared; moto says that it does not exist."""
    key = str(call.params.get("KeyId", ""))
    if key.startswith("arn:") and key.split(":")[4] != call.account:
        raise answers.denied(
            "kms",
            f"User: {call.principal} is not authorized to perform: kms:{call.operation} on resource: {key} because no "
            f"resource-based policy allows the kms:{call.operation} action",
        )


def numbered_accounts():
    """CreateAccount with the e-mail `anything+111122223333@…` gives that account number; moto draws one by lot."""
    from moto.organizations import models, utils

    create, draw = models.FakeAccount.__init__, utils.make_random_account_id

    def create_numbered(self, organization, **kwargs):
        number = re.search(r"\+(\d{12})@", kwargs.get("Email", ""))
        utils.make_random_account_id = (lambda: number[1]) if number else draw
        create(self, organization, **kwargs)

    models.FakeAccount.__init__ = create_numbered
