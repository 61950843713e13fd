"""What triggers functions: buckets, topics, queues, rules and APIs. Those that are gone are never made."""

from .session import ensure


def seed(account, region, sources):
    """Makes them; `{api:NAME}` then stands for an API's id."""
    if not sources:
        return
    s3, sns, sqs = (account.client(service, region) for service in ("s3", "sns", "sqs"))
    for bucket in sources.get("buckets", []):
        ensure(s3.create_bucket, "BucketAlreadyOwnedByYou", Bucket=bucket)
    for topic in sources.get("topics", []):
        sns.create_topic(Name=topic)
    for queue in sources.get("queues", []):
        sqs.create_queue(QueueName=queue)
    seed_rules(account.client("events", region), sources)
    for kind, names in sources.get("apis", {}).items():
        make = {"rest": rest_apis, "http": http_apis}[kind]
        for name, number in make(account, region, names).items():
            account.ids[f"api:{name}", region] = number


def seed_rules(events, sources):
    """`NAME` on the account's own bus, `BUS/NAME` on another."""
    for rule in sources.get("rules", []):
        bus, _, name = rule.rpartition("/")
        where = {}
        if bus:
            ensure(events.create_event_bus, "ResourceAlreadyExistsException", Name=bus)
            where = {"EventBusName": bus}
        events.put_rule(Name=name, EventPattern='{"source": ["lanternworks"]}', **where)


def rest_apis(account, region, described):
    """`METHOD /path AUTHORIZATION FUNCTION` of each route, deployed to `prod`; paths have one part."""
    api = account.client("apigateway", region)
    there = {item["name"]: item["id"] for item in api.get_rest_apis(limit=500)["items"]}
    numbers = {}
    for name, routes in described.items():
        number = numbers[name] = there.get(name) or api.create_rest_api(name=name)["id"]
        if name in there:
            continue
        (root,) = api.get_resources(restApiId=number)["items"]
        for route in routes:
            method, path, authorization, function = route.split()
            part = api.create_resource(restApiId=number, parentId=root["id"], pathPart=path.strip("/"))
            method = {"restApiId": number, "resourceId": part["id"], "httpMethod": method}
            api.put_method(**method, authorizationType=authorization)
            uri = f"arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{arn(account, region, function)}/invocations"
            api.put_integration(**method, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
        if routes:
            api.create_deployment(restApiId=number, stageName="prod")
    return numbers


def http_apis(account, region, described):
    """`METHOD /path AUTHORIZATION FUNCTION` of each route, deployed to `$default`."""
    api = account.client("apigatewayv2", region)
    there = {item["Name"]: item["ApiId"] for item in api.get_apis()["Items"]}
    numbers = {}
    for name, routes in described.items():
        number = numbers[name] = there.get(name) or api.create_api(Name=name, ProtocolType="HTTP")["ApiId"]
        if name in there:
            continue
        for route in routes:
            method, path, authorization, function = route.split()
            called = {"IntegrationUri": arn(account, region, function), "PayloadFormatVersion": "2.0"}
            integration = api.create_integration(ApiId=number, IntegrationType="AWS_PROXY", **called)["IntegrationId"]
            asked = {"RouteKey": f"{method} {path}", "AuthorizationType": authorization}
            api.create_route(ApiId=number, Target=f"integrations/{integration}", **asked)
        api.create_stage(ApiId=number, StageName="$default", AutoDeploy=True)
    return numbers


def arn(account, region, function):
    return f"arn:aws:lambda:{region}:{account.number}:function:{function}"
