"""APIs of API Gateway: their routes as a list, or a table with `routes` and

endpoint    `REGIONAL` or `PRIVATE`, of REST; else `EDGE`
policy      the statements of its resource policy, of REST
disabled    whether it answers at custom domain names only

Custom domain names are tables with `endpoint`, `mutual_tls`, and `API STAGE` under `mappings` or `rules`.
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


def seed_domains(account, region, described):
    """Makes custom domain names, each leading to APIs by mappings or by rules."""
    if not described:
        return
    rest, http = account.client("apigateway", region), account.client("apigatewayv2", region)
    there = {domain["domainName"] for domain in rest.get_domain_names(limit=500)["items"]}
    for name, domain in described.items():
        if name in there:
            continue
        settings = {"endpointConfiguration": {"types": [domain["endpoint"]]}}
        settings["routingMode"] = "ROUTING_RULE_ONLY" if "rules" in domain else "BASE_PATH_MAPPING_ONLY"
        if domain.get("mutual_tls"):
            settings["mutualTlsAuthentication"] = {"truststoreUri": "s3://lanternworks-trust/clients.pem"}
        rest.create_domain_name(domainName=name, **settings)
        for api, stage in map(str.split, domain.get("mappings", [])):
            number = account.ids[f"api:{api}", region]
            if domain["endpoint"] == "EDGE":
                rest.create_base_path_mapping(domainName=name, restApiId=number, stage=stage)
            else:
                http.create_api_mapping(DomainName=name, ApiId=number, Stage=stage)
        for priority, (api, stage) in enumerate(map(str.split, domain.get("rules", [])), 1):
            invoked = {"InvokeApi": {"ApiId": account.ids[f"api:{api}", region], "Stage": stage}}
            http.create_routing_rule(DomainName=name, Actions=[invoked], Conditions=[], Priority=priority)


def existing(account, region, kind):
    if kind == "rest":
        apis = account.client("apigateway", region).get_rest_apis(limit=500)["items"]
        return {api["name"]: api["id"] for api in apis}
    return {api["Name"]: api["ApiId"] for api in account.client("apigatewayv2", region).get_apis()["Items"]}


def rest_api(account, region, name, described):
    """`METHOD /path AUTHORIZATION FUNCTION` of each route, deployed to `prod`; paths have one part."""
    api = account.client("apigateway", region)
    settings = {"endpointConfiguration": {"types": [described.get("endpoint", "EDGE")]}}
    settings["disableExecuteApiEndpoint"] = described.get("disabled", False)
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
    disabled = described.get("disabled", False)
    number = api.create_api(Name=name, ProtocolType="HTTP", DisableExecuteApiEndpoint=disabled)["ApiId"]
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
