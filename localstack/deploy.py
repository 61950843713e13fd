#!/usr/bin/env python3
"""Deploys a CloudFormation or SAM template on the emulator, by the ordinary APIs of AWS.

deploy.py --endpoint http://127.0.0.1:PORT --account 123456789012 --region us-east-1 template.yaml
deploy.py … --parameters Stage=prod Domain=example.com
deploy.py … --json                                         what was made, as one JSON document
deploy.py --endpoint … --applications                      all of applications/, each in an account of its own, as JSON lines

Types that are not known here are skipped, and their names printed; what refers to them gets a value that stands in.
"""

import argparse
import json
import os
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PYTHON = HERE / ".venv/bin/python"


def use_own_python() -> None:
    """Starts over in localstack/.venv, where boto3 is."""
    if Path(sys.prefix).resolve() != (HERE / ".venv").resolve():
        if not PYTHON.exists():
            sys.exit("lamppost deploy: not set up yet: run localstack/setup.sh first")
        os.execv(PYTHON, [str(PYTHON), str(HERE / "deploy.py"), *sys.argv[1:]])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("template", type=Path, nargs="?")
    parser.add_argument("--endpoint", default=os.environ.get("AWS_ENDPOINT_URL", ""), help="default: AWS_ENDPOINT_URL")
    parser.add_argument("--account", default="", help="twelve digits")
    parser.add_argument("--region", default="us-east-1")
    parser.add_argument("--stack", default="", help="default: the name of the template's folder")
    parser.add_argument("--parameters", nargs="*", default=[], metavar="NAME=VALUE")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--applications", action="store_true", help="deploy every application of ours")
    args = parser.parse_args()
    if not args.endpoint:
        sys.exit("lamppost deploy: no endpoint: give --endpoint http://127.0.0.1:PORT or set AWS_ENDPOINT_URL")
    sys.exit(every_application(args) if args.applications else one_template(args))


def every_application(args: argparse.Namespace) -> str | None:
    from deploying.faults import TemplateError
    from deploying.suite import deploy_all

    try:
        for outcome in deploy_all(args.endpoint.rstrip("/"), HERE / "applications"):
            print(json.dumps(outcome), flush=True)
    except TemplateError as error:
        return f"lamppost deploy: {error}"
    return None


def one_template(args: argparse.Namespace) -> str | None:
    from deploying.clients import Clients
    from deploying.faults import TemplateError
    from deploying.outcome import as_json, as_lines
    from deploying.stack import Stack

    if args.template is None:
        return "lamppost deploy: no template: give one, or --applications"
    if not re.fullmatch(r"\d{12}", args.account):
        return f"lamppost deploy: `{args.account}` is no account id of twelve digits: give --account"
    parameters = dict(pair.partition("=")[::2] for pair in args.parameters)
    name = args.stack or args.template.resolve().parent.name
    stack = Stack(Clients(args.endpoint.rstrip("/")), args.account, args.region, name)
    try:
        report = stack.deploy(args.template, parameters)
    except (TemplateError, OSError) as error:
        return f"lamppost deploy: {error}"
    print(json.dumps(as_json(stack, report)) if args.json else "\n".join(as_lines(report)))
    return None


use_own_python()
main()
