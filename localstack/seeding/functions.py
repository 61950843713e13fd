"""Layers, code-signing configurations and functions with all that hangs on them."""

import io
import json
import zipfile

from .foundation import own_role
from .session import ensure

CONFLICT = "ResourceConflictException"
# Settings that CreateFunction takes under another name than the TOML files use.
SETTINGS = {
    "description": "Description",
    "tags": "Tags",
    "layers": "Layers",
    "key": "KMSKeyArn",
    "logging": "LoggingConfig",
    "code_signing": "CodeSigningConfigArn",
    "architectures": "Architectures",
}


def package(name):
    """A deployment package with one harmless module; the same bytes every time."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        entry = zipfile.ZipInfo("app.py", (2026, 1, 1, 0, 0, 0))
        archive.writestr(entry, f'"""{name}"""\n\n\ndef handler(event, context):\n    return {{"statusCode": 200}}\n')
    return out.getvalue()


def seed_layers(account, region, layers):
    if not layers:
        return
    api = account.client("lambda", region)
    there = {
        layer["LayerName"]: layer for page in api.get_paginator("list_layers").paginate() for layer in page["Layers"]
    }
    for name, layer in layers.items():
        if name in there:
            account.ids[f"layer:{name}", region] = there[name]["LatestMatchingVersion"]["LayerVersionArn"]
            continue
        for number, version in enumerate(layer["versions"], 1):
            made = api.publish_layer_version(
                LayerName=name,
                Description=layer["why"],
                Content={"ZipFile": package(name)},
                CompatibleRuntimes=["python3.13"],
            )
            account.ids[f"layer:{name}", region] = made["LayerVersionArn"]
            for sid, grant in version.items():
                grant = {k: v.replace("{org}", account.ids["org", region]) for k, v in grant.items()}
                api.add_layer_version_permission(
                    LayerName=name, VersionNumber=number, StatementId=sid, Action="lambda:GetLayerVersion", **grant
                )


def seed_code_signing(account, region, configs):
    if not configs:
        return
    api = account.client("lambda", region)
    pages = api.get_paginator("list_code_signing_configs").paginate()
    there = {c["Description"]: c["CodeSigningConfigArn"] for page in pages for c in page["CodeSigningConfigs"]}
    for name, config in configs.items():
        if name not in there:
            profile = f"arn:aws:signer:{region}:{account.number}:/signing-profiles/{config['profile']}/1a2b3c4d5e"
            there[name] = api.create_code_signing_config(
                Description=name,
                AllowedPublishers={"SigningProfileVersionArns": [profile]},
                CodeSigningPolicies={"UntrustedArtifactOnDeployment": config["untrusted"]},
            )["CodeSigningConfig"]["CodeSigningConfigArn"]
        account.ids[f"code-signing:{name}", region] = there[name]


def in_vpc(account, region, described):
    """Subnets and security groups as Lambda takes them."""
    return {
        "SubnetIds": [account.ids[f"subnet:{subnet}", region] for subnet in described["subnets"]],
        "SecurityGroupIds": [account.ids[f"group:{group}", region] for group in described["groups"]],
    }


def seed_capacity_providers(account, region, providers):
    api = account.client("lambda", region)
    for name, provider in providers.items():
        operator = f"arn:aws:iam::{account.number}:role/{provider['operator']}"
        ensure(
            api.create_capacity_provider,
            CONFLICT,
            CapacityProviderName=name,
            VpcConfig=in_vpc(account, region, provider),
            PermissionsConfig={"CapacityProviderOperatorRoleArn": operator},
        )
        arn = f"arn:aws:lambda:{region}:{account.number}:capacity-provider:{name}"
        account.ids[f"capacity-provider:{name}", region] = arn


def seed(account, function):
    """Creates a function with its versions, aliases, policies, URLs and sources; False if it is there already."""
    api, name = account.client("lambda", function["region"]), function["name"]
    seed_log_group(account, function)
    versions = function.get("versions", [])
    first = {**function, **versions[0]} if versions else function
    if not ensure(api.create_function, CONFLICT, FunctionName=name, **settings(account, first)):
        return False
    for number, version in enumerate(versions, 1):
        if number > 1:
            reconfigure(account, {**function, **version})
        api.publish_version(FunctionName=name)
    if versions:
        reconfigure(account, function)
    seed_entrances(api, function)
    seed_limits(api, function)
    return True


def settings(account, function):
    """The arguments of CreateFunction."""
    region, role = function["region"], function.get("role") or own_role(function)
    args = {"Role": f"arn:aws:iam::{account.number}:role/{role}"}
    if "image" in function:
        args.update(PackageType="Image", Code={"ImageUri": function["image"]})
    else:
        args.update(
            Runtime=function.get("runtime", "python3.13"),
            Handler=function.get("handler", "app.handler"),
            Code={"ZipFile": package(function["name"])},
        )
    args.update({theirs: function[ours] for ours, theirs in SETTINGS.items() if ours in function})
    args["Environment"] = {"Variables": function.get("env", {})}
    args["TracingConfig"] = {"Mode": function.get("tracing", "PassThrough")}
    if "dead_letter" in function:
        args["DeadLetterConfig"] = {"TargetArn": function["dead_letter"]}
    if "vpc" in function:
        args["VpcConfig"] = in_vpc(account, region, function["vpc"])
    if "capacity_provider" in function:
        provider = {"CapacityProviderArn": function["capacity_provider"]}
        args["CapacityProviderConfig"] = {"LambdaManagedInstancesCapacityProviderConfig": provider}
    return args


def reconfigure(account, function):
    args = settings(account, function)
    for only_at_creation in ("Code", "PackageType", "Tags", "CodeSigningConfigArn", "Architectures"):
        args.pop(only_at_creation, None)
    account.client("lambda", function["region"]).update_function_configuration(FunctionName=function["name"], **args)


def seed_entrances(api, function):
    """Aliases first: policies and URLs hang on them."""
    name = function["name"]
    for alias, target in function.get("aliases", {}).items():
        routing = {"RoutingConfig": {"AdditionalVersionWeights": target["weights"]}} if "weights" in target else {}
        api.create_alias(FunctionName=name, Name=alias, FunctionVersion=target["version"], **routing)
    for sid, grant in function.get("permissions", {}).items():
        grant = {"Action": "lambda:InvokeFunction", **grant}
        api.add_permission(FunctionName=name, StatementId=sid, **grant)
    for qualifier, statements in function.get("policies", {}).items():
        arn = function_arn(api, name) + ("" if qualifier == "function" else f":{qualifier}")
        document = {"Version": "2012-10-17", "Statement": [{"Resource": arn, **s} for s in statements]}
        api.put_resource_policy(ResourceArn=arn, Policy=json.dumps(document))
    for url in function.get("urls", []):
        api.create_function_url_config(FunctionName=name, **url)
    for source in function.get("sources", []):
        api.create_event_source_mapping(FunctionName=name, **source)


def function_arn(api, name):
    return api.get_function_configuration(FunctionName=name)["FunctionArn"]


def seed_limits(api, function):
    name = function["name"]
    if "reserved" in function:
        api.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=function["reserved"])
    for qualifier, count in function.get("provisioned", {}).items():
        api.put_provisioned_concurrency_config(
            FunctionName=name, Qualifier=qualifier, ProvisionedConcurrentExecutions=count
        )
    if "update_runtime_on" in function:
        pinned = f"arn:aws:lambda:{function['region']}::runtime:{'7' * 64}"
        extra = {"RuntimeVersionArn": pinned} if function["update_runtime_on"] == "Manual" else {}
        api.put_runtime_management_config(FunctionName=name, UpdateRuntimeOn=function["update_runtime_on"], **extra)
    if "recursive_loop" in function:
        api.put_function_recursion_config(FunctionName=name, RecursiveLoop=function["recursive_loop"])
    for qualifier, config in function.get("invoke", {}).items():
        extra = {} if qualifier == "function" else {"Qualifier": qualifier}
        api.put_function_event_invoke_config(FunctionName=name, **extra, **config)


def seed_log_group(account, function):
    """By default a log group with thirty days of retention; `log_group = false` makes none."""
    group = function.get("log_group", {"retention": 30})
    if group is False:
        return
    logs = account.client("logs", function["region"])
    name = function.get("logging", {}).get("LogGroup", f"/aws/lambda/{function['name']}")
    key = {"kmsKeyId": group["key"]} if "key" in group else {}
    ensure(logs.create_log_group, "ResourceAlreadyExistsException", logGroupName=name, **key)
    if "retention" in group:
        logs.put_retention_policy(logGroupName=name, retentionInDays=group["retention"])
