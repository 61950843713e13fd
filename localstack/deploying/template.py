"""Templates: YAML with the short forms of intrinsic functions, or JSON; SAM is transformed to CloudFormation."""

import functools
import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from .faults import TemplateError

SAM = "AWS::Serverless-2016-10-31"
# What `sam package` uploads and replaces by an address in S3, by type and property.
PACKAGED = {
    "AWS::Serverless::Function": "CodeUri",
    "AWS::Serverless::LayerVersion": "ContentUri",
}
# What `sam package` puts into the template itself: the property that names a file, and the one that holds its content.
EMBEDDED = {
    "AWS::Serverless::Api": ("DefinitionUri", "DefinitionBody"),
    "AWS::Serverless::HttpApi": ("DefinitionUri", "DefinitionBody"),
    "AWS::Serverless::StateMachine": ("DefinitionUri", "Definition"),
    "AWS::StepFunctions::StateMachine": ("DefinitionS3Location", "Definition"),
    "AWS::ApiGateway::RestApi": ("BodyS3Location", "Body"),
    "AWS::ApiGatewayV2::Api": ("BodyS3Location", "Body"),
}
SECTIONS = (
    "AWSTemplateFormatVersion", "Conditions", "Description", "Globals", "Hooks", "Mappings", "Metadata", "Outputs",
    "Parameters", "Resources", "Rules", "Transform",
)  # fmt: skip


class Loader(yaml.SafeLoader):
    """YAML as CloudFormation reads it: short forms of functions, and dates that stay text."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def short_form(loader: Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    """`!Sub text` is `{"Fn::Sub": "text"}`; only `!Ref` and `!Condition` go without the prefix."""
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


Loader.add_multi_constructor("!", short_form)


def read(path: Path) -> dict[str, Any]:
    """The template in a file."""
    try:
        template = yaml.load(path.read_text(), Loader)  # noqa: S506 (our loader is a safe one)
    except yaml.YAMLError as error:
        raise TemplateError(f"{path} is no YAML: {error}") from None
    if not isinstance(template, dict) or not isinstance(template.get("Resources"), dict):
        raise TemplateError(f"{path} is no template: it has no Resources")
    unknown = sorted(set(template) - set(SECTIONS))
    if unknown:
        raise TemplateError(f"{path} has an unknown section `{unknown[0]}`")
    return template


def expanded(template: dict[str, Any], folder: Path, parameters: Mapping[str, str], region: str) -> dict[str, Any]:
    """The template without transforms. Of these, only SAM's is known."""
    transforms = template.get("Transform", [])
    transforms = transforms if isinstance(transforms, list) else [transforms]
    unknown = [name for name in transforms if name != SAM]
    if unknown:
        raise TemplateError(f"the transform {unknown[0]} cannot be run here")
    template = included(template, folder)
    packaged(template, folder)
    return without_sam(template, parameters, region) if transforms else template


def included(value: Any, folder: Path) -> Any:
    """`value` with the local files that AWS::Include names in their place."""
    if isinstance(value, list):
        return [included(item, folder) for item in value]
    if not isinstance(value, dict):
        return value
    macro = value.get("Fn::Transform") or {}
    location = macro.get("Parameters", {}).get("Location") if isinstance(macro, dict) else None
    if macro and macro.get("Name") == "AWS::Include" and isinstance(location, str) and (folder / location).is_file():
        content = yaml.load((folder / location).read_text(), Loader)  # noqa: S506
        rest = {key: included(item, folder) for key, item in value.items() if key != "Fn::Transform"}
        return {**content, **rest}
    return {key: included(item, folder) for key, item in value.items()}


def without_sam(template: dict[str, Any], parameters: Mapping[str, str], region: str) -> dict[str, Any]:
    os.environ.setdefault("AWS_DEFAULT_REGION", region)  # the translator asks for one in places of its own
    import boto3
    from samtranslator.model.exceptions import InvalidDocumentException
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator
    from samtranslator.utils.py27hash_fix import to_py27_compatible_template, undo_mark_unicode_str_in_template

    logging.getLogger("samtranslator").setLevel(logging.ERROR)
    given = dict(parameters)
    to_py27_compatible_template(template, given)
    translator = Translator(None, Parser(), boto_session=boto3.Session(region_name=region))
    try:
        translated = translator.translate(template, parameter_values=given, get_managed_policy_map=managed_policies)
    except InvalidDocumentException as error:
        causes = "; ".join(str(cause.message) for cause in error.causes)
        raise TemplateError(f"SAM refuses the template: {causes or error.message}") from None
    translated.pop("Transform", None)
    return undo_mark_unicode_str_in_template(translated)


def packaged(template: dict[str, Any], folder: Path) -> None:
    """Does what `sam package` does: local files of code get an address, local definitions are put in their place."""
    shared = template.get("Globals", {}).get("Function", {})
    for logical, resource in template["Resources"].items():
        kind, properties = resource.get("Type"), resource.get("Properties") or {}
        image = "Image" in (properties.get("PackageType"), shared.get("PackageType"))
        if kind == "AWS::Serverless::Function" and image and not {"ImageUri", "CodeUri", "InlineCode"} & set(properties):
            properties["ImageUri"] = {"Fn::Sub": f"${{AWS::AccountId}}.dkr.ecr.${{AWS::Region}}.amazonaws.com/packages:{logical.lower()}"}
        code = properties.get(PACKAGED.get(kind, ""))
        if isinstance(code, str) and not code.startswith("s3://"):
            properties[PACKAGED[kind]] = f"s3://packages/{logical}.zip"
        source, target = EMBEDDED.get(kind, ("", ""))
        if isinstance(properties.get(source), str):
            file = folder / properties.pop(source)
            properties[target] = yaml.load(file.read_text(), Loader)  # noqa: S506
    if isinstance(shared.get("CodeUri"), str) and not shared["CodeUri"].startswith("s3://"):
        shared["CodeUri"] = "s3://packages/all.zip"


@functools.cache
def managed_policies() -> dict[str, str]:
    """The names of AWS managed policies that SAM may replace by ARNs: those that moto knows, without asking any server."""
    from moto.iam.aws_managed_policies import aws_managed_policies_data

    every = json.loads(aws_managed_policies_data).items()
    return {name: f"arn:aws:iam::aws:policy{policy.get('Path') or '/'}{name}" for name, policy in every}
