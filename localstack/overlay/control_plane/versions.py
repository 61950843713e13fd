"""Published versions and aliases."""

import copy

from ..paging import lambda_page
from .functions import listed, shown
from .store import conflict, not_found, revision


def publish(place, args):
    function, _ = place.find(args)
    number = str(max([int(v) for v in function.versions if v != "$LATEST"], default=0) + 1)
    config = copy.deepcopy(function.versions["$LATEST"])
    config.update(Version=number, Description=args.get("Description") or config["Description"], RevisionId=revision())
    function.versions[number] = config
    function.code[number] = function.code["$LATEST"]
    return shown(place, function, number)


def list_versions(place, args):
    function, _ = place.find(args)
    page = lambda_page(args, "Versions", function.versions)
    page["Versions"] = [listed(place, function, version, True) for version in page["Versions"]]
    return page


def create_alias(place, args):
    function, _ = place.find(args)
    name = args["Name"]
    if name in function.aliases:
        raise conflict(f"Alias already exists: {function.arn}:{name}")
    function.aliases[name] = {"AliasArn": f"{function.arn}:{name}", "Name": name, "Description": ""}
    return change_alias(function, function.aliases[name], args)


def change_alias(function, alias, args):
    if args.get("FunctionVersion"):
        function.version_of(args["FunctionVersion"])
    alias.update({k: args[k] for k in ("Description", "FunctionVersion", "RoutingConfig") if args.get(k) is not None})
    alias["RevisionId"] = revision()
    return alias


def find_alias(place, args):
    function, _ = place.find(args)
    if args["Name"] not in function.aliases:
        raise not_found(f"Cannot find alias arn: {function.arn}:{args['Name']}")
    return function, function.aliases[args["Name"]]


def get_alias(place, args):
    return find_alias(place, args)[1]


def update_alias(place, args):
    return change_alias(*find_alias(place, args), args)


def delete_alias(place, args):
    function, alias = find_alias(place, args)
    del function.aliases[alias["Name"]]


def list_aliases(place, args):
    function, _ = place.find(args)
    wanted = args.get("FunctionVersion")
    aliases = [a for _, a in sorted(function.aliases.items()) if wanted in (None, a["FunctionVersion"])]
    return lambda_page(args, "Aliases", aliases)


OPERATIONS = {
    "PublishVersion": publish,
    "ListVersionsByFunction": list_versions,
    "CreateAlias": create_alias,
    "GetAlias": get_alias,
    "UpdateAlias": update_alias,
    "DeleteAlias": delete_alias,
    "ListAliases": list_aliases,
}
