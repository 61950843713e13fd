"""What a deployment did, for people and for programs."""

from collections.abc import Iterator
from typing import Any

from .stack import Report, Stack


def as_lines(report: Report) -> Iterator[str]:
    for name, made in report.made.items():
        if not made.stands_in:
            yield f"made     {report.types[name]} {name}: {made.ref}"
    for name in report.skipped:
        yield f"skipped  {report.types[name]} {name}: this type is not known here; {report.made[name].ref} stands in"
    for value in report.stood_in:
        yield f"stand-in {value}"
    for path in sorted(set(report.left)):
        yield f"left out {path}: the API call that makes the resource does not take it"


def as_json(stack: Stack, report: Report) -> dict[str, Any]:
    functions = {name: made.ref for name, made in report.made.items() if report.types[name] == "AWS::Lambda::Function"}
    layers = {name: made.ref for name, made in report.made.items() if report.types[name] == "AWS::Lambda::LayerVersion"}
    return {
        "stack": stack.name,
        "account": stack.account,
        "region": stack.region,
        "functions": functions,
        "layers": layers,
        "made": {name: report.types[name] for name, made in report.made.items() if not made.stands_in},
        "skipped": {name: report.types[name] for name in report.skipped},
        "left_out": sorted(set(report.left)),
        "stood_in": report.stood_in,
    }
