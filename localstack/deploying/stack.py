"""A stack: one template in one account and Region, with what became of each of its resources."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from botocore.client import BaseClient

from . import template as templates
from .clients import Clients
from .faults import TemplateError
from .fitting import fitted
from .intrinsics import Intrinsics
from .order import ordered

Properties = dict[str, Any]


@dataclass
class Made:
    """What a resource answers to `Ref` and to `Fn::GetAtt`."""

    ref: str
    attributes: Properties = field(default_factory=dict)
    stands_in: bool = False


@dataclass
class Report:
    """What a deployment did."""

    made: dict[str, Made] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)  # resources of types that are not known here
    left: list[str] = field(default_factory=list)  # properties that the API does not take
    stood_in: list[str] = field(default_factory=list)  # values that nobody knows here, for which another stands in


class Stack:
    """Deploys a template; makers in `kinds/` call back for names and clients."""

    def __init__(self, clients: Clients, account: str, region: str, name: str) -> None:
        self.clients = clients
        self.account, self.region, self.name = account, region, name
        self.parameters: dict[str, Any] = {}
        self.declared: Mapping[str, Any] = {}
        self.report = Report()
        self.current = ""

    # --- what makers use

    def client(self, service: str) -> BaseClient:
        return self.clients.of(self.account, service, self.region)

    def call(self, service: str, operation: str, properties: Mapping[str, Any], **more: Any) -> Properties:
        """Calls an operation (`create_function`) with properties, fitted to what it takes, and arguments as they are."""
        client = self.client(service)
        method = client.meta.method_to_api_mapping[operation]
        shape = client.meta.service_model.operation_model(method).input_shape
        kind = self.report.types.get(self.current, "")
        arguments = fitted(shape, properties, kind, self.report.left) if shape else {}
        return getattr(client, operation)(**{**arguments, **more})

    def physical(self, logical: str, given: Any = None, most: int = 64, lower: bool = False) -> str:
        """The name of a resource: what the template says, or one made of stack and logical name."""
        if given:
            return str(given)
        digest = hashlib.sha256(f"{self.account}/{self.name}/{logical}".encode()).hexdigest()[:8]
        name = f"{self.name}-{logical}"[: most - 9] + f"-{digest}"
        return name.lower() if lower else name

    def arn(self, service: str, resource: str, region: str | None = None, account: str | None = None) -> str:
        region = self.region if region is None else region
        return f"arn:aws:{service}:{region}:{self.account if account is None else account}:{resource}"

    # --- what references are looked up in

    def ref(self, name: str) -> Any:
        pseudo = {
            "AWS::AccountId": self.account, "AWS::Region": self.region, "AWS::Partition": "aws",
            "AWS::URLSuffix": "amazonaws.com", "AWS::StackName": self.name, "AWS::NotificationARNs": [],
            "AWS::StackId": self.arn("cloudformation", f"stack/{self.name}/00000000-0000-0000-0000-000000000000"),
        }  # fmt: skip
        if name in pseudo:
            return pseudo[name]
        return self.parameters[name] if name in self.parameters else self.there(name).ref

    def attribute(self, name: str, attribute: str) -> Any:
        made = self.there(name)
        if attribute in made.attributes:
            return made.attributes[attribute]
        value = made.attributes[attribute] = stand_in(self, name, self.report.types[name], attribute)
        self.report.stood_in.append(f"{name}.{attribute}: {value}")
        return value

    def there(self, name: str) -> Made:
        if name in self.report.made:
            return self.report.made[name]
        raise TemplateError(
            f"{name} is referred to, but {'a condition leaves it out' if name in self.declared else 'not defined'}"
        )

    def dynamic(self, service: str, reference: str) -> str:
        """`{{resolve:…}}`, as CloudFormation puts it into the property: in plain text."""
        if service in ("ssm", "ssm-secure"):
            name = reference.split(":", 1)[0]
            return self.client("ssm").get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
        if service == "secretsmanager":
            secret, _, rest = reference.partition(":SecretString")
            value = self.client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"]
            key = rest.split(":")[1] if rest.count(":") else ""
            return str(json.loads(value)[key]) if key else value
        raise TemplateError(f"the dynamic reference to {service} cannot be resolved here")

    # --- the deployment

    def deploy(self, path: Path, parameters: Mapping[str, str]) -> Report:
        """Makes everything in the template, and says what it could not make."""
        read = templates.read(path)
        template = templates.expanded(read, path.parent, parameters, self.region)
        self.declared = template["Resources"]
        self.parameters = given(self, template.get("Parameters", {}), parameters)
        intrinsics = Intrinsics(template, self, self.region)
        resources = {
            name: intrinsics.chosen(resource)
            for name, resource in template["Resources"].items()
            if "Condition" not in resource or intrinsics.condition(resource["Condition"])
        }
        for name in ordered(resources):
            self.make(name, resources[name], intrinsics)
        return self.report

    def make(self, name: str, resource: Properties, intrinsics: Intrinsics) -> None:
        from .kinds import KINDS

        kind = resource.get("Type", "")
        self.current = name
        self.report.types[name] = kind
        maker = KINDS.get(kind)
        if maker is None:
            self.report.skipped.append(name)
            self.report.made[name] = Made(stand_in(self, name, kind, "Ref"), stands_in=True)
            return
        try:
            properties = intrinsics.value(resource.get("Properties") or {})
            self.report.made[name] = maker(self, name, properties)
        except TemplateError as error:
            raise TemplateError(f"{kind} {name}: {error}") from error
        except Exception as error:  # whatever a property is that nobody thought of, its resource is named
            raise TemplateError(f"{kind} {name} could not be made: {error!r}") from error


def given(stack: Stack, declared: Mapping[str, Any], parameters: Mapping[str, str]) -> dict[str, Any]:
    """The value of each parameter."""
    unknown = sorted(set(parameters) - set(declared))
    if unknown:
        raise TemplateError(f"the template has no parameter {unknown[0]}")
    values: dict[str, Any] = {}
    for name, parameter in declared.items():
        value = parameters.get(name, parameter.get("Default"))
        if value is None:
            raise TemplateError(f"the parameter {name} has no default and no value")
        kind = str(parameter.get("Type", "String"))
        if kind.startswith("AWS::SSM::Parameter::Value<"):
            value = stored(stack, str(value))
        if kind == "CommaDelimitedList" or "List<" in kind:
            value = [part.strip() for part in str(value).split(",")]
        values[name] = value
    return values


def stored(stack: Stack, name: str) -> str:
    """The value of a parameter of Systems Manager; those that AWS or other stacks publish are not there."""
    try:
        return stack.client("ssm").get_parameter(Name=name)["Parameter"]["Value"]
    except stack.client("ssm").exceptions.ParameterNotFound:
        value = name.strip("/").replace("/", "-")
        stack.report.stood_in.append(f"{name}: {value}")
        return value


def stand_in(stack: Stack, name: str, kind: str, attribute: str) -> str:
    """A value in place of one of a resource that was not made, of the form that its users can bear."""
    if attribute.endswith("Arn") or kind.startswith(("Custom::", "AWS::CloudFormation::")) and attribute != "Ref":
        service = kind.split("::")[1].lower() if kind.startswith("AWS::") else "custom"
        return stack.arn(service, f"stand-in/{name}")
    return f"{name}-{attribute}".lower() if attribute != "Ref" else f"{name}-stand-in".lower()
