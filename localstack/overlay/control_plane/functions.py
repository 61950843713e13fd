"""CreateFunction, GetFunction, ListFunctions and the rest of a function's own life."""

import base64

from werkzeug.wrappers import Response

from ..answers import Refused
from ..paging import lambda_page
from .store import Function, conflict, invalid, not_found, now, revision, sha256

# Members that a list leaves out (API reference of ListFunctions: "returns a subset").
ONLY_SINGLE = (
    "State", "StateReason", "StateReasonCode", "LastUpdateStatus", "LastUpdateStatusReason",
    "LastUpdateStatusReasonCode", "RuntimeVersionConfig",
)  # fmt: skip
# Members that are kept as they were sent.
AS_SENT = (
    "Description", "Role", "Handler", "Runtime", "Timeout", "MemorySize", "KMSKeyArn", "DeadLetterConfig",
    "FileSystemConfigs", "EphemeralStorage", "Architectures", "PackageType", "TenancyConfig", "DurableConfig",
    "RuntimeConfig", "CapacityProviderConfig",
)  # fmt: skip
DEFAULTS = {"Description": "", "Timeout": 3, "MemorySize": 128, "PackageType": "Zip", "Architectures": ["x86_64"]}


def create(place, args):
    name = args["FunctionName"].rsplit(":", 1)[-1]
    if name in place.functions:
        raise conflict(f"Function already exist: {name}")
    if args.get("PackageType", "Zip") == "Zip" and not (args.get("Runtime") and args.get("Handler")):
        raise invalid("Runtime and Handler are mandatory parameters for functions created with deployment packages.")
    function = Function(place.arn(f"function:{name}"), tags=dict(args.get("Tags") or {}))
    code = bytes_of(args["Code"])
    config = {
        "FunctionName": name,
        "FunctionArn": function.arn,
        "Version": "$LATEST",
        "CodeSize": len(code),
        "CodeSha256": sha256(code),
        "TracingConfig": {"Mode": "PassThrough"},
        "EphemeralStorage": {"Size": 512},
        "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{name}"},
        **DEFAULTS,
    }
    function.versions["$LATEST"] = config
    function.code["$LATEST"] = {"zip": code, "image": args["Code"].get("ImageUri"), "args": args["Code"]}
    if args.get("CodeSigningConfigArn"):
        function.code_signing = args["CodeSigningConfigArn"]
    change(place, config, args)
    place.functions[name] = function
    return shown(place, function)


def bytes_of(code):
    return base64.b64decode(code["ZipFile"]) if "ZipFile" in code else code.get("ImageUri", "").encode()


def change(place, config, args):
    """What CreateFunction and UpdateFunctionConfiguration have in common."""
    config.update({key: args[key] for key in AS_SENT if args.get(key) is not None})
    if "Environment" in args:
        variables = dict((args["Environment"] or {}).get("Variables") or {})
        config.pop("Environment", None)
        if variables:
            config["Environment"] = {"Variables": variables}
    if "VpcConfig" in args:
        config["VpcConfig"] = vpc_config(place, args["VpcConfig"])
    if "Layers" in args:
        config["Layers"] = [{"Arn": arn, "CodeSize": layer_size(place, arn)} for arn in args["Layers"]]
    if "TracingConfig" in args:
        config["TracingConfig"] = {"Mode": args["TracingConfig"]["Mode"]}
    if "SnapStart" in args:
        config["SnapStart"] = {"ApplyOn": args["SnapStart"]["ApplyOn"], "OptimizationStatus": "Off"}
    if "ImageConfig" in args:
        config["ImageConfigResponse"] = {"ImageConfig": args["ImageConfig"]}
    if "LoggingConfig" in args:
        config["LoggingConfig"] = logging_config(config["FunctionName"], args["LoggingConfig"])
    config.update(LastModified=now(), RevisionId=revision())


def logging_config(name, sent):
    full = {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{name}", **sent}
    if full["LogFormat"] == "JSON":
        full = {"ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO", **full}
    return full


def vpc_config(place, sent):
    """The configuration with the VPC that its first subnet lies in."""
    from moto.ec2.models import ec2_backends

    subnets, vpc = sent.get("SubnetIds") or [], ""
    if subnets:
        try:
            vpc = ec2_backends[place.account][place.region].get_subnet(subnets[0]).vpc_id
        except Exception:
            raise invalid(f"The subnet ID '{subnets[0]}' does not exist") from None
    return {
        "SubnetIds": subnets,
        "SecurityGroupIds": sent.get("SecurityGroupIds") or [],
        "VpcId": vpc,
        "Ipv6AllowedForDualStack": bool(sent.get("Ipv6AllowedForDualStack")),
    }


def layer_size(place, arn):
    parts = arn.split(":")
    versions = place.store.place(parts[4], parts[3]).layers.get(parts[6], {})
    known = versions.get(int(parts[7])) if len(parts) > 7 and parts[7].isdigit() else None
    return known["Content"]["CodeSize"] if known else 1024


def shown(place, function, qualifier=None):
    """A version's configuration as GetFunctionConfiguration gives it, under the qualifier that was asked."""
    version = function.version_of(qualifier or "$LATEST")
    config = dict(function.versions[version])
    config.update(State="Active", LastUpdateStatus="Successful")
    if config["PackageType"] == "Zip":
        config["RuntimeVersionConfig"] = {"RuntimeVersionArn": f"arn:aws:lambda:{place.region}::runtime:{'0' * 64}"}
    config["FunctionArn"] = function.arn + (f":{qualifier}" if qualifier else "")
    if function.arn in place.masters:
        config["MasterArn"] = place.masters[function.arn]
    if "Environment" in config:
        error = environment_error(place, function, config.get("KMSKeyArn"))
        if error:
            config["Environment"] = {"Error": {"ErrorCode": error[0], "Message": error[1]}}
    return config


def environment_error(place, function, key):
    """Why Lambda cannot show the variables: it decrypts them with the caller's right to a usable key."""
    refused = (
        "AccessDeniedException",
        "Lambda was unable to decrypt your environment variables because the KMS access was denied.",
    )
    if function.arn in place.undecryptable:
        return refused
    if not key:
        return None
    _, _, _, region, account, resource = key.split(":", 5)
    if account != place.account:
        return refused
    from moto.kms.models import kms_backends

    known = kms_backends[account][region].keys.get(resource.removeprefix("key/"))
    if known is None:
        return (
            "KMSNotFoundException",
            "Lambda was unable to decrypt the environment variables because the KMS key was not found.",
        )
    if known.key_state != "Enabled":
        return (
            "KMSInvalidStateException",
            f"Lambda was unable to decrypt the environment variables: the KMS key is {known.key_state}.",
        )
    return None


def listed(place, function, version, qualified):
    config = shown(place, function, version if qualified else None)
    return {key: value for key, value in config.items() if key not in ONLY_SINGLE}


def list_functions(place, args):
    every = args.get("FunctionVersion") == "ALL"
    items = []
    for _, function in sorted(place.functions.items()):
        versions = function.versions if every else ["$LATEST"]
        items += [(function, version) for version in versions]
    page = lambda_page(args, "Functions", items)
    page["Functions"] = [listed(place, function, version, every) for function, version in page["Functions"]]
    return page


def get(place, args):
    function, qualifier = place.find(args)
    config = shown(place, function, qualifier)
    answer = {"Configuration": config, "Code": code_of(place, function, config["Version"])}
    if function.tags:
        answer["Tags"] = function.tags
    if function.reserved is not None:
        answer["Concurrency"] = {"ReservedConcurrentExecutions": function.reserved}
    return answer


def code_of(place, function, version):
    code = function.code[version]
    if code["image"]:
        repository = code["image"].split("@")[0].rsplit(":", 1)[0]
        digest = code["image"].rpartition("@")[2] if "@" in code["image"] else f"sha256:{code['zip'].hex():0<64.64}"
        return {"RepositoryType": "ECR", "ImageUri": code["image"], "ResolvedImageUri": f"{repository}@{digest}"}
    path = f"/lamppost/code/{place.account}/{place.region}/{function.name}/{version.strip('$')}"
    answer = {"RepositoryType": "S3", "Location": f"{place.endpoint}{path}?X-Amz-Expires=600&X-Amz-Signature=seeded"}
    if code["args"].get("SourceKMSKeyArn"):
        answer["SourceKMSKeyArn"] = code["args"]["SourceKMSKeyArn"]
    return answer


def download(store, path):
    """The deployment package behind `Code.Location`."""
    account, region, name, version = path.split("/")[3:7]
    function = store.place(account, region).functions.get(name)
    code = function and function.code.get("$LATEST" if version == "LATEST" else version)
    return Response(code["zip"], content_type="application/zip") if code else Response("no such package", 404)


def get_configuration(place, args):
    function, qualifier = place.find(args)
    return shown(place, function, qualifier)


def update_configuration(place, args):
    function, _ = place.find(args)
    change(place, function.versions["$LATEST"], args)
    return shown(place, function)


def update_code(place, args):
    function, _ = place.find(args)
    code = bytes_of(args)
    function.code["$LATEST"] = {"zip": code, "image": args.get("ImageUri"), "args": args}
    function.versions["$LATEST"].update(CodeSize=len(code), CodeSha256=sha256(code), LastModified=now())
    return shown(place, function)


def delete(place, args):
    function, qualifier = place.find(args)
    if qualifier:
        function.versions.pop(qualifier, None)
    else:
        del place.functions[function.name]
    return {"StatusCode": 204}


def tagged(place, args):
    arn = args["Resource"]
    function = place.functions.get(arn.split(":function:")[-1])
    if function is None:
        raise not_found(f"Function not found: {arn}")
    return function


def list_tags(place, args):
    return {"Tags": tagged(place, args).tags}


def tag(place, args):
    tagged(place, args).tags.update(args["Tags"])


def untag(place, args):
    tags = tagged(place, args).tags
    for key in args["TagKeys"]:
        tags.pop(key, None)


def invoke(place, args):
    raise Refused(501, "NotImplemented", "the emulator runs no functions")


OPERATIONS = {
    "CreateFunction": create,
    "ListFunctions": list_functions,
    "GetFunction": get,
    "GetFunctionConfiguration": get_configuration,
    "UpdateFunctionConfiguration": update_configuration,
    "UpdateFunctionCode": update_code,
    "DeleteFunction": delete,
    "ListTags": list_tags,
    "TagResource": tag,
    "UntagResource": untag,
    "Invoke": invoke,
}
