"""The applications in `applications/`: a folder each, with a template and what the scanner must find in it."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3

from .faults import TemplateError
from .outcome import as_json
from .stack import Stack

REGION = "us-east-1"
FIRST_ACCOUNT = 700000000001  # the applications, by name, get this account id and those after it


def deploy_all(endpoint: str, folder: Path) -> Iterator[dict[str, Any]]:
    """Deploys every application into an account of its own; says of each what was made, by logical names."""
    session = boto3.Session()  # shared, for it reads the models of the services only once
    templates = sorted(folder.glob("*/template.yaml"))
    for account, path in enumerate(templates, FIRST_ACCOUNT):
        expected = tomllib.loads((path.parent / "expected.toml").read_text())
        stack = Stack(session, endpoint, str(account), REGION, path.parent.name)
        try:
            report = stack.deploy(path, expected.get("parameters", {}))
        except TemplateError as error:
            raise TemplateError(f"{path.parent.name}: {error}") from error
        yield as_json(stack, report)
