"""Layers and the policy of each layer version. A layer of another account is read only if its policy allows that."""

import base64
import json

from ..answers import denied
from ..paging import lambda_page
from . import policies
from .store import not_found, now, sha256

LISTED = (
    "LayerVersionArn",
    "Version",
    "Description",
    "CreatedDate",
    "CompatibleRuntimes",
    "CompatibleArchitectures",
    "LicenseInfo",
)


def publish(place, args):
    versions = place.layers.setdefault(args["LayerName"], {})
    number = max(versions, default=0) + 1
    arn, code = place.arn(f"layer:{args['LayerName']}"), base64.b64decode(args["Content"].get("ZipFile", ""))
    version = {
        "LayerArn": arn,
        "LayerVersionArn": f"{arn}:{number}",
        "Description": args.get("Description", ""),
        "CreatedDate": now(),
        "Version": number,
        "Content": {"Location": f"{place.endpoint}/lamppost/layer", "CodeSha256": sha256(code), "CodeSize": len(code)},
        **{key: args[key] for key in ("CompatibleRuntimes", "CompatibleArchitectures", "LicenseInfo") if args.get(key)},
    }
    versions[number] = {**version, "policies": {}}
    return version


def find(place, args):
    """A layer version of this place, or one of another account if `place` may read it."""
    name, owner = args["LayerName"], place
    if name.startswith("arn:"):
        owner, name = place.store.place_of(name), name.split(":")[6]
    version = owner.layers.get(name, {}).get(int(args["VersionNumber"]))
    if owner.account != place.account and not (version and readable(version, place.account)):
        raise denied(
            "lambda", "User is not authorized to perform: lambda:GetLayerVersion on the layer of another account"
        )
    if version is None:
        raise not_found()
    return version


def readable(version, account):
    """Whether a layer version's policy names this account or everyone. An organisation's id counts as everyone here."""
    policy = version["policies"].get("$LATEST")
    principals = [json.dumps(s["Principal"]) for s in policy.document["Statement"]] if policy else []
    return any('"*"' in p or f":{account}:" in p for p in principals)


def shown(version):
    return {key: value for key, value in version.items() if key != "policies"}


def listed(version):
    return {key: version[key] for key in LISTED if key in version}


def get(place, args):
    return shown(find(place, args))


def get_by_arn(place, args):
    layer, _, number = args["Arn"].rpartition(":")
    return shown(find(place, {"LayerName": layer, "VersionNumber": number}))


def list_layers(place, args):
    items = [
        {
            "LayerName": name,
            "LayerArn": place.arn(f"layer:{name}"),
            "LatestMatchingVersion": listed(versions[max(versions)]),
        }
        for name, versions in sorted(place.layers.items())
        if versions
    ]
    return lambda_page(args, "Layers", items)


def list_versions(place, args):
    versions = place.layers.get(args["LayerName"].rsplit(":", 1)[-1], {})
    return lambda_page(args, "LayerVersions", [listed(versions[n]) for n in sorted(versions, reverse=True)])


def add_permission(place, args):
    version = find(place, args)
    new = policies.statement(args, version["LayerVersionArn"])
    policies.add_statement(version["policies"], "$LATEST", new)
    return {"Statement": json.dumps(new), "RevisionId": version["policies"]["$LATEST"].revision}


def get_policy(place, args):
    return policies.show(find(place, args)["policies"], "$LATEST")


def remove_permission(place, args):
    policies.remove_statement(find(place, args)["policies"], "$LATEST", args["StatementId"])


OPERATIONS = {
    "PublishLayerVersion": publish,
    "GetLayerVersion": get,
    "GetLayerVersionByArn": get_by_arn,
    "ListLayers": list_layers,
    "ListLayerVersions": list_versions,
    "AddLayerVersionPermission": add_permission,
    "GetLayerVersionPolicy": get_policy,
    "RemoveLayerVersionPermission": remove_permission,
}
