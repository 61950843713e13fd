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


def rest_apis(account, region, names):
    api = account.client("apigateway", region)
    there = {item["name"]: item["id"] for item in api.get_rest_apis(limit=500)["items"]}
    return {name: there.get(name) or api.create_rest_api(name=name)["id"] for name in names}


def http_apis(account, region, names):
    api = account.client("apigatewayv2", region)
    there = {item["Name"]: item["ApiId"] for item in api.get_apis()["Items"]}
    return {name: there.get(name) or api.create_api(Name=name, ProtocolType="HTTP")["ApiId"] for name in names}
