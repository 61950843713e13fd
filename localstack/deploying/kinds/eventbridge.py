"""AWS::Events and AWS::Scheduler."""

import json

from ..stack import Made, Properties, Stack


def bus(stack: Stack, logical: str, props: Properties) -> Made:
    name = props["Name"]
    policy = props.pop("Policy", None)
    arn = stack.call("events", "create_event_bus", props)["EventBusArn"]
    if policy:
        stack.client("events").put_permission(EventBusName=name, Policy=json.dumps(policy))
    return Made(name, {"Arn": arn, "Name": name})


def bus_policy(stack: Stack, logical: str, props: Properties) -> Made:
    bus_name = props.get("EventBusName", "default")
    if "Statement" in props:
        statement = {"Sid": props["StatementId"], **props["Statement"]}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        stack.client("events").put_permission(EventBusName=bus_name, Policy=policy)
    else:
        stack.call("events", "put_permission", props)
    return Made(stack.physical(logical))


def rule(stack: Stack, logical: str, props: Properties) -> Made:
    targets = props.pop("Targets", [])
    name = props["Name"] = stack.physical(logical, props.get("Name"))
    arn = stack.call("events", "put_rule", props)["RuleArn"]
    if targets:
        bus_name = {"EventBusName": props["EventBusName"]} if "EventBusName" in props else {}
        stack.call("events", "put_targets", {"Targets": targets}, Rule=name, **bus_name)
    return Made(name, {"Arn": arn})


def schedule(stack: Stack, logical: str, props: Properties) -> Made:
    name = props["Name"] = stack.physical(logical, props.get("Name"))
    arn = stack.call("scheduler", "create_schedule", props)["ScheduleArn"]
    return Made(name, {"Arn": arn})


def schedule_group(stack: Stack, logical: str, props: Properties) -> Made:
    name = props["Name"] = stack.physical(logical, props.get("Name"))
    arn = stack.call("scheduler", "create_schedule_group", props)["ScheduleGroupArn"]
    return Made(name, {"Arn": arn})


KINDS = {
    "AWS::Events::EventBus": bus,
    "AWS::Events::EventBusPolicy": bus_policy,
    "AWS::Events::Rule": rule,
    "AWS::Scheduler::Schedule": schedule,
    "AWS::Scheduler::ScheduleGroup": schedule_group,
}
