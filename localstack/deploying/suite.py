"""The applications in `applications/`: a folder each, with a template and what the scanner must find in it."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .clients import Clients
from .faults import TemplateError
from .outcome import as_json
from .stack import Stack

REGION = "us-east-1"
MANAGEMENT_ACCOUNT = "111111111111"
FIRST_ACCOUNT = 700000000001  # the applications, by name, get this account id and those after it


def deploy_all(endpoint: str, folder: Path) -> Iterator[dict[str, Any]]:
    """Deploys every application into a member account of its own; says of each what was made, by logical names."""
    clients = Clients(endpoint)
    found_organization(clients)
    templates = sorted(folder.glob("*/template.yaml"))
    for account, path in enumerate(templates, FIRST_ACCOUNT):
        open_account(clients, str(account), path.parent.name)
        expected = tomllib.loads((path.parent / "expected.toml").read_text())
        stack = Stack(clients, str(account), REGION, path.parent.name)
        try:
            report = stack.deploy(path, expected.get("parameters", {}))
        except TemplateError as error:
            raise TemplateError(f"{path.parent.name}: {error}") from error
        yield as_json(stack, report)


def found_organization(clients: Clients) -> None:
    manager = clients.of(MANAGEMENT_ACCOUNT, "organizations", REGION)
    manager.create_organization(FeatureSet="ALL")
    (root,) = manager.list_roots()["Roots"]
    manager.enable_policy_type(RootId=root["Id"], PolicyType="SERVICE_CONTROL_POLICY")


def open_account(clients: Clients, account: str, name: str) -> None:
    """Makes a member account, which moto gives a role for the management account as AWS Organizations does."""
    manager = clients.of(MANAGEMENT_ACCOUNT, "organizations", REGION)
    manager.create_account(AccountName=name, Email=f"aws+{account}@applications.example")
