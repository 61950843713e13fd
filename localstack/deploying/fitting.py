"""Properties of resource types as arguments of the API call that makes them.

Most properties of CloudFormation have the names and shapes of the API. What differs everywhere is told by botocore's model:
members that begin with a small letter, numbers given as text, documents given as objects, tags given as list or map.
"""

import json
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape


def fitted(shape: Shape, value: Any, path: str, left: list[str]) -> Any:
    """`value` in the form that `shape` asks for; members that the API does not know are put on `left`."""
    match shape:
        case StructureShape():
            return structure(shape, value, path, left)
        case ListShape():
            if isinstance(value, dict) and is_tag(shape.member):
                value = [{"Key": key, "Value": item} for key, item in value.items()]
            items = value if isinstance(value, list) else [value]
            return [fitted(shape.member, item, path, left) for item in items]
        case MapShape():
            if isinstance(value, list):
                value = {tag["Key"]: tag["Value"] for tag in value}
            return {str(key): fitted(shape.value, item, f"{path}.{key}", left) for key, item in value.items()}
    return scalar(shape.type_name, value)


def structure(shape: StructureShape, value: Any, path: str, left: list[str]) -> Any:
    if shape.is_document_type or not isinstance(value, dict):
        return value
    members = {name.lower(): name for name in shape.members}
    found = {}
    for key, item in value.items():
        name = members.get(key.lower())
        if name is None:
            left.append(f"{path}.{key}")
        else:
            found[name] = fitted(shape.members[name], item, f"{path}.{key}", left)
    return found


def is_tag(shape: Shape) -> bool:
    return isinstance(shape, StructureShape) and {"key", "value"} == {name.lower() for name in shape.members}


def scalar(kind: str, value: Any) -> Any:
    match kind:
        case "boolean":
            return value if isinstance(value, bool) else str(value).lower() == "true"
        case "integer" | "long":
            return int(value)
        case "double" | "float":
            return float(value)
        case "blob":
            return value if isinstance(value, bytes) else text(value).encode()
        case "string":
            return text(value)
    return value


def text(value: Any) -> str:
    """A value as the API writes it where it wants text: documents as JSON, truths in small letters."""
    if isinstance(value, (dict, list)):
        return json.dumps(value)
    return str(value).lower() if isinstance(value, bool) else str(value)
