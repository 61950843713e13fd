"""Capacity providers, whose instances functions run on."""

from ..paging import lambda_page
from .store import conflict, not_found, now


def create(place, args):
    arn = place.arn(f"capacity-provider:{args['CapacityProviderName']}")
    if arn in place.capacity_providers:
        raise conflict(f"Capacity provider already exists: {arn}")
    kept = ("VpcConfig", "PermissionsConfig", "InstanceRequirements", "CapacityProviderScalingConfig", "KmsKeyArn")
    place.capacity_providers[arn] = {
        "CapacityProviderArn": arn,
        "State": "Active",
        "LastModified": now(),
        **{member: args[member] for member in kept if args.get(member) is not None},
    }
    return {"CapacityProvider": place.capacity_providers[arn]}


def find(place, args):
    name = args["CapacityProviderName"].rsplit(":", 1)[-1]
    provider = place.capacity_providers.get(place.arn(f"capacity-provider:{name}"))
    if provider is None:
        raise not_found(f"Capacity provider {name} cannot be found.")
    return provider


def get(place, args):
    return {"CapacityProvider": find(place, args)}


def delete(place, args):
    provider = find(place, args)
    del place.capacity_providers[provider["CapacityProviderArn"]]
    return {"CapacityProvider": {**provider, "State": "Deleting"}}


def list_providers(place, args):
    return lambda_page(args, "CapacityProviders", place.capacity_providers.values())


OPERATIONS = {
    "CreateCapacityProvider": create,
    "GetCapacityProvider": get,
    "DeleteCapacityProvider": delete,
    "ListCapacityProviders": list_providers,
}
