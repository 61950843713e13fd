"""The lane for denied calls: one account whose auditor role may read most things, but not all.

ministack evaluates the role's policies and its external id by itself; nothing here is switched.
"""

import json

from .foundation import BASIC, LAMBDA_TRUST
from .functions import package
from .session import Account, ensure

ACCOUNT, REGION, EXTERNAL_ID = "222222222222", "us-east-1", "lamppost-lane"
AUDIT = "LamppostAudit"
MAY = ["lambda:List*", "lambda:Get*", "iam:Get*", "iam:List*", "ec2:Describe*", "sts:GetCallerIdentity"]
STATEMENTS = [
    {"Effect": "Allow", "Action": MAY, "Resource": "*"},
    {
        "Effect": "Deny",
        "Action": ["lambda:GetPolicy", "iam:GetAccountAuthorizationDetails", "ec2:DescribeSubnets"],
        "Resource": "*",
    },
    {"Effect": "Deny", "Action": "lambda:GetFunction", "Resource": "arn:aws:lambda:*:*:function:secret-*"},
]  # kms and logs are not allowed either


def seed(endpoint):
    account = Account(endpoint, ACCOUNT)
    iam, api = account.client("iam"), account.client("lambda", REGION)
    condition = {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}}
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111111111111:root"},
        "Action": "sts:AssumeRole",
        "Condition": condition,
    }
    roles = {AUDIT: {"Version": "2012-10-17", "Statement": [trust]}, "functions": LAMBDA_TRUST}
    for name, document in roles.items():
        ensure(iam.create_role, "EntityAlreadyExists", RoleName=name, AssumeRolePolicyDocument=json.dumps(document))
    iam.attach_role_policy(RoleName="functions", PolicyArn=BASIC)
    document = {"Version": "2012-10-17", "Statement": STATEMENTS}
    iam.put_role_policy(RoleName=AUDIT, PolicyName="audit", PolicyDocument=json.dumps(document))
    names = ("open-report", "open-import", "secret-store")
    made = sum(
        ensure(
            api.create_function, "ResourceConflictException",
            FunctionName=name, Runtime="python3.13", Handler="app.handler", Code={"ZipFile": package(name)},
            Role=f"arn:aws:iam::{ACCOUNT}:role/functions",
        )
        for name in names
    )  # fmt: skip
    print(
        f"{ACCOUNT} {REGION}: {made} functions made, {len(names) - made} there already; role {AUDIT}, external id {EXTERNAL_ID}"
    )
