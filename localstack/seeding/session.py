"""Clients of one account. Against the emulator the access key is the account's own number (its root)."""

import boto3
from botocore.config import Config

CONFIG = Config(retries={"max_attempts": 3})


class Account:
    """Hands out clients of an account, one per service and region, and remembers ids by their seed names."""

    def __init__(self, endpoint, number):
        self.endpoint, self.number = endpoint, number
        self.session = boto3.Session(aws_access_key_id=number, aws_secret_access_key="test")
        self.clients, self.ids = {}, {}

    def client(self, service, region="us-east-1"):
        key = service, region
        if key not in self.clients:
            self.clients[key] = self.session.client(service, region, endpoint_url=self.endpoint, config=CONFIG)
        return self.clients[key]


def ensure(create, *already, **args):
    """Calls `create`; False if AWS answers that it is there already."""
    from botocore.exceptions import ClientError

    try:
        create(**args)
    except ClientError as error:
        if error.response["Error"]["Code"] in already:
            return False
        raise
    return True
