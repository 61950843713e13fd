"""Many plain functions in one place, for measuring."""

import time

from .foundation import BASIC, seed_role
from .functions import package
from .session import Account, ensure

ACCOUNT, REGION = "111111111111", "us-east-1"
TAKES = "ResourceConflictException"


def seed(endpoint, count):
    """`bulk-00000`…, every second one invocable by SNS, ten to a role."""
    account, started = Account(endpoint, ACCOUNT), time.monotonic()
    api = account.client("lambda", REGION)
    code = package("bulk")
    for index in range(count):
        name, role = f"bulk-{index:05}", f"bulk-{index // 10:04}"
        if index % 10 == 0:
            seed_role(account, role, {"managed": [BASIC]})
        new = ensure(
            api.create_function, TAKES,
            FunctionName=name, Runtime="python3.13", Handler="app.handler", Code={"ZipFile": code},
            Role=f"arn:aws:iam::{ACCOUNT}:role/{role}", Environment={"Variables": {"STAGE": "bulk"}},
        )  # fmt: skip
        if new and index % 2:
            source = f"arn:aws:sns:{REGION}:{ACCOUNT}:bulk"
            api.add_permission(
                FunctionName=name,
                StatementId="sns",
                Action="lambda:InvokeFunction",
                Principal="sns.amazonaws.com",
                SourceArn=source,
            )
    print(f"{ACCOUNT} {REGION}: {count} functions in {time.monotonic() - started:.1f} s")
