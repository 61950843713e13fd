"""Reads the TOML files, resolves their placeholders, and seeds account by account.

Placeholders in any text: `{account}`, `{region}`, `{key:NAME}` (ARN of a KMS key), `{layer:NAME}` (ARN of the newest
version), `{code-signing:NAME}`, `{capacity-provider:NAME}`, `{api:NAME}` (id of an API), `{target-group:NAME}` (its ARN), `{org}` (the organisation's id), `{secret:KIND}` (see
secrets.py).
"""

import re
import tomllib

from . import balancers, foundation, functions, network, organization, sources
from .secrets import secret
from .session import Account

PLACEHOLDER = re.compile(r"\{(account|region|org|key:[\w-]+|layer:[\w-]+|code-signing:[\w-]+|capacity-provider:[\w-]+|secret:[\w-]+|api:[\w-]+|target-group:[\w-]+)\}")


def load(folder):
    """`organisation.toml` with each account's own file under `accounts`."""
    organisation = tomllib.loads((folder / "organisation.toml").read_text())
    for number, account in organisation["accounts"].items():
        account.update(tomllib.loads((folder / f"{number}.toml").read_text()))
    return organisation


def fill(value, account, region):
    """`value` with every placeholder resolved."""
    if isinstance(value, dict):
        return {key: fill(inner, account, region) for key, inner in value.items()}
    if isinstance(value, list):
        return [fill(inner, account, region) for inner in value]
    if not isinstance(value, str):
        return value

    def one(match):
        name = match[1]
        if name.startswith("secret:"):
            return secret(name.removeprefix("secret:"))
        return {"account": account.number, "region": region}.get(name) or account.ids[name, region]

    return PLACEHOLDER.sub(one, value)


def attempt(account, function):
    """Seeds a function where not everything can be seeded: what the endpoint refuses is said, and left out."""
    from botocore.exceptions import ClientError

    try:
        return functions.seed(account, function)
    except ClientError as error:
        print(f"{account.number} {function['region']}: {function['name']} is not as described: {error}")
        return True


def seed(endpoint, organisation, plain):
    """Makes everything; returns the flags that the emulator needs."""
    org_id = (
        organization.seed(Account(endpoint, organisation["management"]), organisation) if not plain else "o-lamppost00"
    )
    flags = {**organisation["flags"], "undecryptable_functions": [], "edge_replicas": []}
    for number, described in organisation["accounts"].items():
        account = Account(endpoint, number)
        for region in organisation["regions"]:
            account.ids["org", region] = org_id
        foundation.seed_roles(account, organisation, described)
        for region, place in described.get("regions", {}).items():
            foundation.seed_keys(account, region, place.get("keys", {}))
            network.seed(account, region, place.get("vpcs", {}))
            sources.seed(account, region, fill(place.get("sources", {}), account, region))
            balancers.seed(account, region, fill(place.get("balancers", {}), account, region))
            functions.seed_layers(account, region, place.get("layers", {}))
            functions.seed_code_signing(account, region, place.get("code_signing", {}))
            functions.seed_capacity_providers(account, region, place.get("capacity_providers", {}))
        made = kept = 0
        for function in described.get("function", []):
            function = fill(function, account, function["region"])
            new = attempt(account, function) if plain else functions.seed(account, function)
            made, kept = made + new, kept + (not new)
            arn = f"arn:aws:lambda:{function['region']}:{number}:function:{function['name']}"
            if function.get("undecryptable"):
                flags["undecryptable_functions"].append(arn)
            if function.get("replica_of"):
                flags["edge_replicas"].append({"function": arn, "master": function["replica_of"]})
        foundation.delete_roles(account, described.get("deleted_roles", []))
        for region, place in described.get("regions", {}).items():
            foundation.retire_keys(account, region, place.get("keys", {}))
        names = ", ".join(described.get("regions", {})) or "no region"
        print(f"{number} {described['name']}: {made} functions made, {kept} there already ({names})", flush=True)
    return flags
