"""What triggers functions: buckets, topics, queues, rules and APIs. Those that are gone are never made."""

from . import apis
from .session import ensure


def seed(account, region, sources):
    """Makes them."""
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
    apis.seed(account, region, sources.get("apis", {}))
    apis.seed_domains(account, region, sources.get("domains", {}))


def seed_rules(events, sources):
    """`NAME` on the account's own bus, `BUS/NAME` on another."""
    for rule in sources.get("rules", []):
        bus, _, name = rule.rpartition("/")
        where = {}
        if bus:
            ensure(events.create_event_bus, "ResourceAlreadyExistsException", Name=bus)
            where = {"EventBusName": bus}
        events.put_rule(Name=name, EventPattern='{"source": ["lanternworks"]}', **where)
