"""AWS::Lambda."""

import io
import zipfile

from ..stack import Made, Properties, Stack


def package(text: str, runtime: str) -> bytes:
    """A deployment package with one file, the same bytes every time."""
    out = io.BytesIO()
    name = "index.js" if runtime.startswith("nodejs") else "index.py"
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), text)
    return out.getvalue()


def function(stack: Stack, logical: str, props: Properties) -> Made:
    code = props.pop("Code", {})
    code = code if isinstance(code, dict) else {}  # a folder, which is packaged before it is deployed
    reserved, managed = props.pop("ReservedConcurrentExecutions", None), props.pop("RuntimeManagementConfig", None)
    recursion = props.pop("RecursiveLoop", None)
    name = props["FunctionName"] = stack.physical(logical, props.get("FunctionName"))
    if props.get("PackageType") == "Image" or "ImageUri" in code:
        sent = {"ImageUri": code["ImageUri"]}
        props["PackageType"] = "Image"
    else:  # what lies in a bucket is not ours to read: a small package stands for it
        sent = {"ZipFile": package(code.get("ZipFile", f"# {logical}\n"), props.get("Runtime", ""))}
    made = stack.call("lambda", "create_function", props, Code=sent)
    api = stack.client("lambda")
    if reserved is not None:
        api.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=int(reserved))
    if managed:
        stack.call("lambda", "put_runtime_management_config", managed, FunctionName=name)
    if recursion:
        api.put_function_recursion_config(FunctionName=name, RecursiveLoop=recursion)
    return Made(name, {"Arn": made["FunctionArn"]})


def version(stack: Stack, logical: str, props: Properties) -> Made:
    provisioned = props.pop("ProvisionedConcurrencyConfig", None)
    made = stack.call("lambda", "publish_version", props)
    provision(stack, props["FunctionName"], made["Version"], provisioned)
    return Made(made["FunctionArn"], {"Version": made["Version"], "FunctionArn": made["FunctionArn"]})


def alias(stack: Stack, logical: str, props: Properties) -> Made:
    provisioned = props.pop("ProvisionedConcurrencyConfig", None)
    routing = props.get("RoutingConfig")
    if routing:
        weights = routing.get("AdditionalVersionWeights", [])
        sent = {str(weight["FunctionVersion"]): float(weight["FunctionWeight"]) for weight in weights}
        props["RoutingConfig"] = {"AdditionalVersionWeights": sent}
    made = stack.call("lambda", "create_alias", props)
    provision(stack, props["FunctionName"], props["Name"], provisioned)
    return Made(made["AliasArn"], {"AliasArn": made["AliasArn"]})


def provision(stack: Stack, name: str, qualifier: str, provisioned: Properties | None) -> None:
    if provisioned:
        more = {"FunctionName": name, "Qualifier": qualifier}
        stack.call("lambda", "put_provisioned_concurrency_config", provisioned, **more)


def permission(stack: Stack, logical: str, props: Properties) -> Made:
    statement = stack.physical(logical, most=100)
    stack.call("lambda", "add_permission", props, StatementId=statement)
    return Made(statement, {"Id": statement})


def url(stack: Stack, logical: str, props: Properties) -> Made:
    target = props.pop("TargetFunctionArn")
    made = stack.call("lambda", "create_function_url_config", props, FunctionName=target)
    return Made(made["FunctionArn"], {key: made[key] for key in ("FunctionArn", "FunctionUrl")})


def event_source_mapping(stack: Stack, logical: str, props: Properties) -> Made:
    made = stack.call("lambda", "create_event_source_mapping", props)
    return Made(made["UUID"], {"Id": made["UUID"], "EventSourceMappingArn": made.get("EventSourceMappingArn", "")})


def event_invoke_config(stack: Stack, logical: str, props: Properties) -> Made:
    stack.call("lambda", "put_function_event_invoke_config", props)
    return Made(f"{props['FunctionName']}|{props.get('Qualifier', '$LATEST')}")


def layer_version(stack: Stack, logical: str, props: Properties) -> Made:
    props.pop("Content", None)
    props["LayerName"] = stack.physical(logical, props.get("LayerName"))
    made = stack.call("lambda", "publish_layer_version", props, Content={"ZipFile": package(f"# {logical}\n", "")})
    return Made(made["LayerVersionArn"], {"LayerVersionArn": made["LayerVersionArn"]})


def layer_version_permission(stack: Stack, logical: str, props: Properties) -> Made:
    layer, number = props.pop("LayerVersionArn").rsplit(":", 1)
    statement = stack.physical(logical, most=100)
    more = {"LayerName": layer.split(":")[6], "VersionNumber": int(number), "StatementId": statement}
    stack.call("lambda", "add_layer_version_permission", props, **more)
    return Made(statement, {"Id": statement})


def code_signing_config(stack: Stack, logical: str, props: Properties) -> Made:
    arn = stack.call("lambda", "create_code_signing_config", props)["CodeSigningConfig"]["CodeSigningConfigArn"]
    return Made(arn, {"CodeSigningConfigArn": arn, "CodeSigningConfigId": arn.rsplit(":", 1)[-1]})


KINDS = {
    "AWS::Lambda::Function": function,
    "AWS::Lambda::Version": version,
    "AWS::Lambda::Alias": alias,
    "AWS::Lambda::Permission": permission,
    "AWS::Lambda::Url": url,
    "AWS::Lambda::EventSourceMapping": event_source_mapping,
    "AWS::Lambda::EventInvokeConfig": event_invoke_config,
    "AWS::Lambda::LayerVersion": layer_version,
    "AWS::Lambda::LayerVersionPermission": layer_version_permission,
    "AWS::Lambda::CodeSigningConfig": code_signing_config,
}
