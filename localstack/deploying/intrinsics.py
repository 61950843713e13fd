"""The intrinsic functions of CloudFormation, evaluated against what is there so far.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
"""

import base64
import ipaddress
import json
import re
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from .faults import TemplateError

PLACEHOLDER = re.compile(r"\$\{([^!}][^}]*)\}")
ABSENT = object()  # the value of AWS::NoValue


class Known(Protocol):
    """What references are looked up in."""

    def ref(self, name: str) -> Any:
        """The value of a parameter, a pseudo parameter or a resource."""

    def attribute(self, name: str, attribute: str) -> Any:
        """The value of an attribute of a resource."""

    def dynamic(self, service: str, reference: str) -> str:
        """The value behind `{{resolve:service:reference}}`."""


class Intrinsics:
    """Evaluates values of a template."""

    def __init__(self, template: dict[str, Any], known: Known, region: str) -> None:
        self.mappings, self.conditions = template.get("Mappings", {}), template.get("Conditions", {})
        self.known, self.region = known, region
        self.functions: dict[str, Callable[[Any], Any]] = {
            "Ref": self.ref, "Fn::GetAtt": self.get_att, "Fn::Sub": self.sub, "Fn::Join": self.join, "Fn::If": self.choose,
            "Fn::Select": self.select, "Fn::Split": self.split, "Fn::FindInMap": self.find_in_map,
            "Fn::Base64": lambda v: base64.b64encode(str(self.value(v)).encode()).decode(),
            "Fn::GetAZs": lambda _: [f"{self.region}{zone}" for zone in "abc"],
            "Fn::Cidr": self.cidr, "Fn::Length": lambda v: len(self.value(v)),
            "Fn::ToJsonString": lambda v: json.dumps(self.value(v)),
            "Fn::Equals": self.equals, "Fn::And": lambda v: all([self.truth(c) for c in v]),
            "Fn::Or": lambda v: any([self.truth(c) for c in v]), "Fn::Not": lambda v: not self.truth(v[0]),
            "Condition": self.condition, "Fn::ImportValue": self.refused("imports the output of another stack"),
            "Fn::Transform": self.refused("runs a macro"), "Fn::ForEach": self.refused("is a loop"),
            "Fn::GetStackOutput": self.refused("reads the output of another stack"),
        }  # fmt: skip

    def value(self, value: Any) -> Any:
        """`value` with all its functions evaluated; members that are AWS::NoValue are gone."""
        if isinstance(value, dict):
            function = function_of(value)
            if function:
                if function not in self.functions:
                    raise TemplateError(f"the function {function} is not known")
                return self.functions[function](value[function])
            members = ((key, self.value(item)) for key, item in value.items())
            return {key: item for key, item in members if item is not ABSENT}
        if isinstance(value, list):
            return [item for item in map(self.value, value) if item is not ABSENT]
        return self.resolved(value) if isinstance(value, str) else value

    def resolved(self, text: str) -> str:
        """Text with its dynamic references resolved."""
        found = re.compile(r"\{\{resolve:([^:}]+):([^}]+)\}\}")
        return found.sub(lambda match: self.known.dynamic(match[1], match[2]), text)

    def truth(self, value: Any) -> bool:
        if isinstance(value, dict) and function_of(value):
            value = self.value(value)
        return value in (True, "true")

    def ref(self, name: str) -> Any:
        return ABSENT if name == "AWS::NoValue" else self.known.ref(name)

    def get_att(self, path: Any) -> Any:
        name, attribute = path.split(".", 1) if isinstance(path, str) else (path[0], ".".join(map(str, path[1:])))
        return self.known.attribute(name, attribute)

    def sub(self, value: Any) -> str:
        text, own = value if isinstance(value, list) else (value, {})

        def replaced(match: re.Match[str]) -> str:
            name = match[1].strip()
            if name in own:
                return str(self.value(own[name]))
            return str(self.get_att(name) if "." in name else self.known.ref(name))

        return self.resolved(PLACEHOLDER.sub(replaced, text).replace("${!", "${"))

    def join(self, value: Any) -> str:
        return str(value[0]).join(str(part) for part in self.value(value[1]))

    def choose(self, value: Any) -> Any:
        return self.value(value[1] if self.condition(value[0]) else value[2])

    def select(self, value: Any) -> Any:
        index, items = int(self.value(value[0])), self.value(value[1])
        if index >= len(items):
            raise TemplateError(f"Fn::Select asks for item {index} of {len(items)}")
        return items[index]

    def split(self, value: Any) -> list[str]:
        return str(self.value(value[1])).split(value[0])

    def find_in_map(self, value: Any) -> Any:
        name, first, second = (str(self.value(key)) for key in value[:3])
        try:
            return self.value(self.mappings[name][first][second])
        except KeyError:
            if len(value) > 3:
                return self.value(value[3]["DefaultValue"])
            raise TemplateError(f"the mapping {name} has no {first}, {second}") from None

    def cidr(self, value: Any) -> list[str]:
        block, count = ipaddress.ip_network(self.value(value[0])), int(self.value(value[1]))
        bits = int(self.value(value[2])) if len(value) > 2 else 8
        parts = block.subnets(new_prefix=block.max_prefixlen - bits)
        return [str(part) for part, _ in zip(parts, range(count))]

    def equals(self, value: Any) -> bool:
        left, right = (self.value(side) for side in value)
        as_text = [str(side).lower() if isinstance(side, bool) else str(side) for side in (left, right)]
        return as_text[0] == as_text[1]

    def condition(self, name: str) -> bool:
        if name not in self.conditions:
            raise TemplateError(f"the condition {name} is not defined")
        return self.truth(self.conditions[name])

    def refused(self, does: str) -> Callable[[Any], Any]:
        def refuse(value: Any) -> Any:
            raise TemplateError(f"a function {does}, which cannot be done here: {json.dumps(value)[:120]}")

        return refuse

    def chosen(self, value: Any) -> Any:
        """`value` with only the branches that its conditions choose; all other functions stay as they are."""
        if isinstance(value, dict):
            if function_of(value) == "Fn::If":
                condition, yes, no = value["Fn::If"]
                return self.chosen(yes if self.condition(condition) else no)
            return {key: self.chosen(item) for key, item in value.items()}
        return [self.chosen(item) for item in value] if isinstance(value, list) else value


def function_of(value: dict[str, Any]) -> str:
    """The function that a mapping with one member calls. `Condition` is one only with a name, for policies have blocks so called."""
    if len(value) != 1:
        return ""
    name, argument = next(iter(value.items()))
    if name == "Condition":
        return name if isinstance(argument, str) else ""
    return name if name == "Ref" or str(name).startswith("Fn::") else ""


def references(value: Any) -> Iterator[str]:
    """The names that a value refers to, of parameters and resources alike."""
    if isinstance(value, dict):
        function = function_of(value)
        argument = value.get(function)
        if function == "Ref":
            yield argument
        elif function == "Fn::GetAtt":
            yield argument.split(".", 1)[0] if isinstance(argument, str) else argument[0]
        elif function == "Fn::Sub":
            text, own = argument if isinstance(argument, list) else (argument, {})
            yield from (name.split(".", 1)[0].strip() for name in PLACEHOLDER.findall(text) if name not in own)
            yield from references(own)
        else:
            for item in value.values():
                yield from references(item)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)
