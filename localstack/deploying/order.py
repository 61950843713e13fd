"""In what order resources are made: what is referred to comes first."""

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any

from .faults import TemplateError
from .intrinsics import references


def ordered(resources: Mapping[str, Any]) -> list[str]:
    """Logical names, each after all that it needs; among equals as the template has them."""
    needs = {name: needed(resource, resources) - {name} for name, resource in resources.items()}
    try:
        return list(TopologicalSorter(needs).static_order())
    except CycleError as error:
        raise TemplateError(f"resources need one another in a circle: {' → '.join(error.args[1])}") from None


def needed(resource: dict[str, Any], resources: Mapping[str, Any]) -> set[str]:
    """The resources that one refers to, or says that it depends on; those that a condition left out are not waited for."""
    depends = resource.get("DependsOn") or []
    named = {depends} if isinstance(depends, str) else set(depends)
    return (named | set(references(resource.get("Properties", {})))) & set(resources)
