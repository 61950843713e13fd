"""A server of its own for a test module, seeded or empty, and clients of it."""

import os
import subprocess
import sys
from pathlib import Path

import boto3
from botocore.config import Config

HERE = Path(__file__).resolve().parent.parent
ORGANISATION = ("111111111111", "222222222222", "333333333333", "444444444444")


class Emulator:
    """Runs `server.py run`; it ends when this object lets go of its input."""

    def __init__(self, lane="organisation", **env):
        self.manager = "management" if lane == "organisation" else "111111111111"
        self.process = subprocess.Popen(
            [sys.executable, HERE / "server.py", "run", "--lane", lane],
            env={**os.environ, **env},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self.endpoint = self.process.stdout.readline().decode().split()[-1]

    def stop(self):
        self.process.stdin.close()
        self.process.wait(timeout=10)
        self.process.stdout.close()

    def seed(self, *args):
        """Runs the seed; returns what it printed."""
        command = [sys.executable, HERE / "seed.py", "--endpoint", self.endpoint, *args]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def client(self, service, region="us-east-1", key="111111111111", secret="test", token=None):
        return boto3.client(
            service, region, endpoint_url=self.endpoint, config=Config(retries={"max_attempts": 1}),
            aws_access_key_id=key, aws_secret_access_key=secret, aws_session_token=token,
        )  # fmt: skip

    def assume(self, account, role="LamppostAudit", **more):
        """A function like `client`, acting with the role of an account."""
        arn = f"arn:aws:iam::{account}:role/{role}"
        got = self.client("sts", key=self.manager).assume_role(RoleArn=arn, RoleSessionName="lamppost", **more)
        got = got["Credentials"]
        keys = {"key": got["AccessKeyId"], "secret": got["SecretAccessKey"], "token": got["SessionToken"]}
        return lambda service, region="us-east-1": self.client(service, region, **keys)


def error_of(call, **args):
    """HTTP status, code and message of the error that a call answers with."""
    from botocore.exceptions import ClientError

    try:
        call(**args)
    except ClientError as error:
        return (
            error.response["ResponseMetadata"]["HTTPStatusCode"],
            error.response["Error"]["Code"],
            error.response["Error"]["Message"],
        )
    raise AssertionError("the call went through")
