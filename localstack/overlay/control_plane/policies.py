"""Resource-based policies: one each for the function, every alias and every version.

AddPermission builds statements of fixed shapes; PutResourcePolicy takes any document. GetPolicy shows what is there.
"""

import json

from ..answers import Refused
from .store import Policy, conflict, not_found, revision

# What AddPermission turns into a condition: argument -> operator, key as AWS spells it.
CONDITIONS = {
    "SourceArn": ("ArnLike", "AWS:SourceArn"),
    "SourceAccount": ("StringEquals", "AWS:SourceAccount"),
    "PrincipalOrgID": ("StringEquals", "aws:PrincipalOrgID"),
    "OrganizationId": ("StringEquals", "aws:PrincipalOrgID"),
    "EventSourceToken": ("StringEquals", "lambda:EventSourceToken"),
    "FunctionUrlAuthType": ("StringEquals", "lambda:FunctionUrlAuthType"),
    "InvokedViaFunctionUrl": ("Bool", "lambda:InvokedViaFunctionUrl"),
}


def principal(text):
    if text == "*":
        return "*"
    if text.isdigit():
        return {"AWS": f"arn:aws:iam::{text}:root"}
    return {"AWS": text} if text.startswith("arn:") else {"Service": text}


def statement(args, resource):
    """The statement that AddPermission or AddLayerVersionPermission writes."""
    conditions = {}
    for argument, (operator, key) in CONDITIONS.items():
        value = args.get(argument)
        if value is not None:
            conditions.setdefault(operator, {})[key] = str(value).lower() if isinstance(value, bool) else value
    return {
        "Sid": args["StatementId"],
        "Effect": "Allow",
        "Principal": principal(args["Principal"]),
        "Action": args["Action"],
        "Resource": resource,
        **({"Condition": conditions} if conditions else {}),
    }


def add_statement(policies, qualifier, new):
    policy = policies.setdefault(qualifier, Policy({"Version": "2012-10-17", "Id": "default", "Statement": []}))
    if any(s.get("Sid") == new["Sid"] for s in policy.document["Statement"]):
        raise conflict(f"The statement id ({new['Sid']}) provided already exists. Please provide a new statement id.")
    policy.document["Statement"].append(new)
    policy.revision = revision()
    return new


def remove_statement(policies, qualifier, sid):
    policy = policies.get(qualifier)
    kept = [s for s in policy.document["Statement"] if s.get("Sid") != sid] if policy else []
    if not policy or len(kept) == len(policy.document["Statement"]):
        raise not_found(f"Statement {sid} is not found in resource policy.")
    policy.document["Statement"] = kept
    if not kept:
        del policies[qualifier]


def show(policies, qualifier):
    if qualifier not in policies:
        raise not_found()
    policy = policies[qualifier]
    return {"Policy": json.dumps(policy.document), "RevisionId": policy.revision}


def target(place, args):
    """The function and qualifier whose policy is meant; `$LATEST` has none of its own."""
    function, qualifier = place.find(args)
    if qualifier == "$LATEST":
        raise Refused(400, "InvalidParameterValueException", "We currently do not support adding policies for $LATEST.")
    if qualifier:
        function.version_of(qualifier)
    return function, qualifier or "$LATEST", function.arn + (f":{qualifier}" if qualifier else "")


def add(place, args):
    function, qualifier, arn = target(place, args)
    return {"Statement": json.dumps(add_statement(function.policies, qualifier, statement(args, arn)))}


def remove(place, args):
    function, qualifier, _ = target(place, args)
    remove_statement(function.policies, qualifier, args["StatementId"])


def get(place, args):
    function, qualifier, _ = target(place, args)
    return show(function.policies, qualifier)


def put_resource_policy(place, args):
    function, qualifier, _ = target(place, {"FunctionName": args["ResourceArn"]})
    try:
        document = json.loads(args["Policy"])
    except ValueError:
        raise Refused(400, "InvalidParameterValueException", "The resource policy is not valid JSON.") from None
    function.policies[qualifier] = Policy(document)
    return show(function.policies, qualifier)


def get_resource_policy(place, args):
    return get(place, {"FunctionName": args["ResourceArn"]})


def delete_resource_policy(place, args):
    function, qualifier, _ = target(place, {"FunctionName": args["ResourceArn"]})
    function.policies.pop(qualifier, None)


OPERATIONS = {
    "AddPermission": add,
    "RemovePermission": remove,
    "GetPolicy": get,
    "PutResourcePolicy": put_resource_policy,
    "GetResourcePolicy": get_resource_policy,
    "DeleteResourcePolicy": delete_resource_policy,
}
