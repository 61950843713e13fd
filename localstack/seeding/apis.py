"""APIs of API Gateway: their routes as a list, or a table with `routes` and

endpoint    `REGIONAL` or `PRIVATE`, of REST; else `EDGE`
policy      the statements of its resource policy, of REST
"""

import json


def seed(account, region, described):
    """Makes them by kind and name; `{api:NAME}` then stands for an API's id."""
    for kind, apis in described.items():
        make = {"rest": rest_api, "http": http_api, "websocket": websocket_api}[kind]
        there = existing(account, region, kind)
        for name, api in apis.items():
            api = {"routes": api} if isinstance(api, list) else api
            account.ids[f"api:{name}", region] = there.get(name) or make(account, region, name, api)


def existing(account, region, kind):
    if kind == "rest":
        apis = account.client("apigateway", region).get_rest_apis(limit=500)["items"]
        return {api["name"]: api["id"] for api in apis}
    return {api["Name"]: api["ApiId"] for api in account.client("apigatewayv2", region).get_apis()["Items"]}


def rest_api(account, region, name, described):
    """`METHOD /path AUTHORIZATION FUNCTION` of each route, deployed to `prod`; paths have one part."""
    api = account.client("apigateway", region)
    settings = {"endpointConfiguration": {"types": [described.get("endpoint", "EDGE")]}}
    if "policy" in described:
        settings["policy"] = json.dumps({"Version": "2012-10-17", "Statement": described["policy"]})
    number = api.create_rest_api(name=name, **settings)["id"]
    (root,) = api.get_resources(restApiId=number)["items"]
    for route in described["routes"]:
        method, path, authorization, function = route.split()
        part = api.create_resource(restApiId=number, parentId=root["id"], pathPart=path.strip("/"))
        method = {"restApiId": number, "resourceId": part["id"], "httpMethod": method}
        api.put_method(**method, authorizationType=authorization)
        uri = invocation(account, region, function)
        api.put_integration(**method, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
    if described["routes"]:
        api.create_deployment(restApiId=number, stageName="prod")
    return number


def http_api(account, region, name, described):
    """`METHOD /path AUTHORIZATION FUNCTION` of each route, deployed to `$default`."""
    api = account.client("apigatewayv2", region)
    number = api.create_api(Name=name, ProtocolType="HTTP")["ApiId"]
    for route in described["routes"]:
        method, path, authorization, function = route.split()
        called = {"IntegrationUri": arn(account, region, function), "PayloadFormatVersion": "2.0"}
        add_route(api, number, f"{method} {path}", authorization, called)
    api.create_stage(ApiId=number, StageName="$default", AutoDeploy=True)
    return number


def websocket_api(account, region, name, described):
    """`KEY AUTHORIZATION FUNCTION` of each route, deployed to `live`."""
    api = account.client("apigatewayv2", region)
    selected = {"RouteSelectionExpression": "$request.body.action"}
    number = api.create_api(Name=name, ProtocolType="WEBSOCKET", **selected)["ApiId"]
    for route in described["routes"]:
        key, authorization, function = route.split()
        add_route(api, number, key, authorization, {"IntegrationUri": invocation(account, region, function)})
    api.create_stage(ApiId=number, StageName="live", DeploymentId="seeded")
    return number


def add_route(api, number, key, authorization, called):
    integration = api.create_integration(ApiId=number, IntegrationType="AWS_PROXY", **called)["IntegrationId"]
    target = f"integrations/{integration}"
    api.create_route(ApiId=number, RouteKey=key, AuthorizationType=authorization, Target=target)


def invocation(account, region, function):
    called = arn(account, region, function)
    return f"arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{called}/invocations"


def arn(account, region, function):
    return f"arn:aws:lambda:{region}:{account.number}:function:{function}"
