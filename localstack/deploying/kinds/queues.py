"""AWS::SQS."""

import json

from ..fitting import text
from ..stack import Made, Properties, Stack


def queue(stack: Stack, logical: str, props: Properties) -> Made:
    given, tags = props.pop("QueueName", None), props.pop("Tags", [])
    fifo = ".fifo" if props.get("FifoQueue") in (True, "true") and not given else ""
    name = stack.physical(logical, given, 75) + fifo
    attributes = {key: text(value) for key, value in props.items()}
    tags = {"tags": {tag["Key"]: tag["Value"] for tag in tags}} if tags else {}
    url = stack.client("sqs").create_queue(QueueName=name, Attributes=attributes, **tags)["QueueUrl"]
    return Made(url, {"Arn": stack.arn("sqs", name), "QueueName": name, "QueueUrl": url})


def queue_policy(stack: Stack, logical: str, props: Properties) -> Made:
    for url in props["Queues"]:
        stack.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(props["PolicyDocument"])})
    return Made(stack.physical(logical))


def inline_policy(stack: Stack, logical: str, props: Properties) -> Made:
    return queue_policy(stack, logical, {**props, "Queues": [props["Queue"]]})


KINDS = {
    "AWS::SQS::Queue": queue,
    "AWS::SQS::QueuePolicy": queue_policy,
    "AWS::SQS::QueueInlinePolicy": inline_policy,
}
