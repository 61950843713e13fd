"""AWS::SNS."""

import json

from ..fitting import text
from ..stack import Made, Properties, Stack

ARGUMENTS = {"TopicArn", "Protocol", "Endpoint", "Region"}


def topic(stack: Stack, logical: str, props: Properties) -> Made:
    given, tags = props.pop("TopicName", None), props.pop("Tags", [])
    subscriptions = props.pop("Subscription", [])
    fifo = ".fifo" if props.get("FifoTopic") in (True, "true") and not given else ""
    name = stack.physical(logical, given, 250) + fifo
    attributes = {key: text(value) for key, value in props.items()}
    arn = stack.client("sns").create_topic(Name=name, Attributes=attributes, Tags=tags)["TopicArn"]
    for each in subscriptions:
        subscription(stack, logical, {**each, "TopicArn": arn})
    return Made(arn, {"TopicArn": arn, "TopicName": name})


def subscription(stack: Stack, logical: str, props: Properties) -> Made:
    attributes = {key: text(value) for key, value in props.items() if key not in ARGUMENTS}
    sent = {key: props[key] for key in ("TopicArn", "Protocol", "Endpoint") if key in props}
    made = stack.client("sns").subscribe(**sent, Attributes=attributes, ReturnSubscriptionArn=True)
    return Made(made["SubscriptionArn"], {"Arn": made["SubscriptionArn"]})


def topic_policy(stack: Stack, logical: str, props: Properties) -> Made:
    for arn in props["Topics"]:
        document = json.dumps(props["PolicyDocument"])
        stack.client("sns").set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=document)
    return Made(stack.physical(logical))


def inline_policy(stack: Stack, logical: str, props: Properties) -> Made:
    return topic_policy(stack, logical, {**props, "Topics": [props["TopicArn"]]})


KINDS = {
    "AWS::SNS::Topic": topic,
    "AWS::SNS::Subscription": subscription,
    "AWS::SNS::TopicPolicy": topic_policy,
    "AWS::SNS::TopicInlinePolicy": inline_policy,
}
