"""Code-signing configurations and which functions use them."""

from ..paging import lambda_page
from .store import conflict, not_found, now


def create(place, args):
    ident = f"csc-{place.unique('csc').hex[:17]}"
    arn = place.arn(f"code-signing-config:{ident}")
    place.code_signing[arn] = {
        "CodeSigningConfigId": ident,
        "CodeSigningConfigArn": arn,
        "Description": args.get("Description", ""),
        "AllowedPublishers": args["AllowedPublishers"],
        "CodeSigningPolicies": args.get("CodeSigningPolicies") or {"UntrustedArtifactOnDeployment": "Warn"},
        "LastModified": now(),
    }
    return {"CodeSigningConfig": place.code_signing[arn]}


def find(place, args):
    config = place.code_signing.get(args["CodeSigningConfigArn"])
    if config is None:
        raise not_found(f"Code signing configuration {args['CodeSigningConfigArn']} cannot be found.")
    return config


def get(place, args):
    return {"CodeSigningConfig": find(place, args)}


def update(place, args):
    config = find(place, args)
    for member in ("Description", "AllowedPublishers", "CodeSigningPolicies"):
        if args.get(member) is not None:
            config[member] = args[member]
    config["LastModified"] = now()
    return {"CodeSigningConfig": config}


def delete(place, args):
    arn = find(place, args)["CodeSigningConfigArn"]
    if any(function.code_signing == arn for function in place.functions.values()):
        raise conflict(f"The code signing configuration {arn} is in use.")
    del place.code_signing[arn]


def delete_for_function(place, args):
    function, _ = place.find(args)
    function.code_signing = None


def list_configs(place, args):
    return lambda_page(args, "CodeSigningConfigs", place.code_signing.values())


def list_functions(place, args):
    arn = find(place, args)["CodeSigningConfigArn"]
    arns = [function.arn for _, function in sorted(place.functions.items()) if function.code_signing == arn]
    return lambda_page(args, "FunctionArns", arns)


def put_for_function(place, args):
    function, _ = place.find(args)
    function.code_signing = find(place, args)["CodeSigningConfigArn"]
    return {"CodeSigningConfigArn": function.code_signing, "FunctionName": function.name}


def get_for_function(place, args):
    function, _ = place.find(args)
    return {"CodeSigningConfigArn": function.code_signing or "", "FunctionName": function.name}


OPERATIONS = {
    "CreateCodeSigningConfig": create,
    "GetCodeSigningConfig": get,
    "UpdateCodeSigningConfig": update,
    "DeleteCodeSigningConfig": delete,
    "DeleteFunctionCodeSigningConfig": delete_for_function,
    "ListCodeSigningConfigs": list_configs,
    "ListFunctionsByCodeSigningConfig": list_functions,
    "PutFunctionCodeSigningConfig": put_for_function,
    "GetFunctionCodeSigningConfig": get_for_function,
}
