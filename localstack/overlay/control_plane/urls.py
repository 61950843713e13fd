"""Function URLs: of the function itself and of its aliases, never of a numbered version."""

from ..paging import lambda_page
from .store import conflict, invalid, not_found, now


def target(place, args):
    function, qualifier = place.find(args)
    if qualifier and qualifier not in function.aliases:
        raise invalid("Function URLs may only be added to aliases, not to versions")
    return function, qualifier


def create(place, args):
    function, qualifier = target(place, args)
    if qualifier in function.urls:
        raise conflict(f"FunctionUrlConfig exists for this Lambda function: {function.arn}")
    url = {
        "FunctionUrl": f"https://{place.unique('url').hex}.lambda-url.{place.region}.on.aws/",
        "FunctionArn": function.arn + (f":{qualifier}" if qualifier else ""),
        "AuthType": args["AuthType"],
        "CreationTime": now(),
        "LastModifiedTime": now(),
        "InvokeMode": args.get("InvokeMode") or "BUFFERED",
    }
    if args.get("Cors"):
        url["Cors"] = args["Cors"]
    function.urls[qualifier] = url
    return {key: value for key, value in url.items() if key != "LastModifiedTime"}


def get(place, args):
    function, qualifier = target(place, args)
    if qualifier not in function.urls:
        raise not_found()
    return function.urls[qualifier]


def update(place, args):
    url = get(place, args)
    url.update({key: args[key] for key in ("AuthType", "Cors", "InvokeMode") if key in args}, LastModifiedTime=now())
    return url


def delete(place, args):
    function, qualifier = target(place, args)
    function.urls.pop(qualifier, None)


def list_urls(place, args):
    function, _ = place.find(args)
    return lambda_page(args, "FunctionUrlConfigs", function.urls.values())


OPERATIONS = {
    "CreateFunctionUrlConfig": create,
    "GetFunctionUrlConfig": get,
    "UpdateFunctionUrlConfig": update,
    "DeleteFunctionUrlConfig": delete,
    "ListFunctionUrlConfigs": list_urls,
}
