"""Clients of every account. Against the emulator the access key is the account's own number (its root)."""

import boto3
from botocore.client import BaseClient
from botocore.config import Config

CONFIG = Config(retries={"max_attempts": 2}, s3={"addressing_style": "path"})


class Clients:
    """One client for each service and Region, which serves all accounts in turn: making one costs more than ten calls."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self.session = boto3.Session(aws_access_key_id="0" * 12, aws_secret_access_key="test")
        self.credentials = self.session.get_credentials()
        self.made: dict[tuple[str, str], BaseClient] = {}

    def of(self, account: str, service: str, region: str) -> BaseClient:
        """A client that acts in this account until another account's is asked for."""
        self.credentials.access_key = account
        if (service, region) not in self.made:
            made = self.session.client(service, region, endpoint_url=self.endpoint, config=CONFIG)
            self.made[service, region] = made
        return self.made[service, region]
