"""Concurrency, runtime management, the recursion guard and the account's settings."""

from ..answers import Refused
from ..paging import lambda_page
from .store import now

CONCURRENT = 1000
NO_PROVISIONED = "No Provisioned Concurrency Config found for this function"


def put_concurrency(place, args):
    function, _ = place.find(args)
    function.reserved = int(args["ReservedConcurrentExecutions"])
    return {"ReservedConcurrentExecutions": function.reserved}


def get_concurrency(place, args):
    function, _ = place.find(args)
    return {} if function.reserved is None else {"ReservedConcurrentExecutions": function.reserved}


def delete_concurrency(place, args):
    place.find(args)[0].reserved = None


def put_provisioned(place, args):
    function, qualifier = place.find(args)
    count = int(args["ProvisionedConcurrentExecutions"])
    function.provisioned[qualifier] = {
        "RequestedProvisionedConcurrentExecutions": count,
        "AvailableProvisionedConcurrentExecutions": count,
        "AllocatedProvisionedConcurrentExecutions": count,
        "Status": "READY",
        "LastModified": now(),
    }
    return function.provisioned[qualifier]


def get_provisioned(place, args):
    function, qualifier = place.find(args)
    if qualifier not in function.provisioned:
        raise Refused(404, "ProvisionedConcurrencyConfigNotFoundException", NO_PROVISIONED)
    return function.provisioned[qualifier]


def list_provisioned(place, args):
    function, _ = place.find(args)
    items = [{"FunctionArn": f"{function.arn}:{q}", **config} for q, config in function.provisioned.items()]
    return lambda_page(args, "ProvisionedConcurrencyConfigs", items)


def get_runtime_management(place, args):
    function, qualifier = place.find(args)
    kept = function.runtime_management.get(qualifier or "$LATEST", {"UpdateRuntimeOn": "Auto"})
    return {**kept, "FunctionArn": function.arn + (f":{qualifier}" if qualifier else "")}


def put_runtime_management(place, args):
    function, qualifier = place.find(args)
    kept = {key: args[key] for key in ("UpdateRuntimeOn", "RuntimeVersionArn") if args.get(key)}
    function.runtime_management[qualifier or "$LATEST"] = kept
    return get_runtime_management(place, args)


def get_recursion(place, args):
    return {"RecursiveLoop": place.find(args)[0].recursion}


def put_recursion(place, args):
    place.find(args)[0].recursion = args["RecursiveLoop"]
    return get_recursion(place, args)


def account_settings(place, args):
    reserved = sum(f.reserved or 0 for f in place.functions.values())
    sizes = [config["CodeSize"] for f in place.functions.values() for config in f.versions.values()]
    return {
        "AccountLimit": {
            "TotalCodeSize": 80530636800,
            "CodeSizeUnzipped": 262144000,
            "CodeSizeZipped": 52428800,
            "ConcurrentExecutions": CONCURRENT,
            "UnreservedConcurrentExecutions": CONCURRENT - reserved,
        },
        "AccountUsage": {"TotalCodeSize": sum(sizes), "FunctionCount": len(place.functions)},
    }


OPERATIONS = {
    "PutFunctionConcurrency": put_concurrency,
    "GetFunctionConcurrency": get_concurrency,
    "DeleteFunctionConcurrency": delete_concurrency,
    "PutProvisionedConcurrencyConfig": put_provisioned,
    "GetProvisionedConcurrencyConfig": get_provisioned,
    "ListProvisionedConcurrencyConfigs": list_provisioned,
    "GetRuntimeManagementConfig": get_runtime_management,
    "PutRuntimeManagementConfig": put_runtime_management,
    "GetFunctionRecursionConfig": get_recursion,
    "PutFunctionRecursionConfig": put_recursion,
    "GetAccountSettings": account_settings,
}
