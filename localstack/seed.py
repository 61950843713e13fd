#!/usr/bin/env python3
"""Seeds the emulated organisation that `organisation/*.toml` describes.

seed.py --endpoint http://127.0.0.1:PORT            the whole organisation; a second run changes nothing
seed.py --endpoint ... --fresh                      empties the emulator first
seed.py --endpoint ... --scale 2000                 instead: 2,000 functions in one region of the management account
seed.py --endpoint ... --lane denied                instead: the small world of the lane for denied calls
seed.py --endpoint ... --plain                      an endpoint without our switches (LocalStack)
"""

import argparse
import json
import os
import sys
import urllib.error
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
PYTHON = HERE / ".venv/bin/python"


def use_own_python():
    """Starts over in localstack/.venv, where boto3 is."""
    if Path(sys.prefix).resolve() != (HERE / ".venv").resolve():
        if not PYTHON.exists():
            sys.exit("lamppost seed: not set up yet: run localstack/setup.sh first")
        os.execv(PYTHON, [str(PYTHON), str(HERE / "seed.py"), *sys.argv[1:]])


def post(endpoint, path, body):
    request = urllib.request.Request(endpoint + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
    urllib.request.urlopen(request, timeout=60).close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--endpoint", default=os.environ.get("AWS_ENDPOINT_URL", ""), help="default: AWS_ENDPOINT_URL")
    parser.add_argument("--fresh", action="store_true", help="empty the emulator first")
    parser.add_argument("--scale", type=int, metavar="N", help="create N plain functions instead of the organisation")
    parser.add_argument("--lane", choices=["organisation", "denied"], default="organisation")
    parser.add_argument("--plain", action="store_true", help="the endpoint is not ours: set no switches")
    args = parser.parse_args()
    if not args.endpoint:
        sys.exit("lamppost seed: no endpoint: give --endpoint http://127.0.0.1:PORT or set AWS_ENDPOINT_URL")
    args.endpoint = args.endpoint.rstrip("/")
    from botocore.exceptions import EndpointConnectionError

    from seeding import denied, scale, world

    try:
        if args.fresh:
            post(args.endpoint, "/lamppost/reset", {})
        if args.lane == "denied":
            return denied.seed(args.endpoint)
        if args.scale:
            return scale.seed(args.endpoint, args.scale)
        organisation = world.load(HERE / "organisation")
        flags = world.seed(args.endpoint, organisation, args.plain)
        if not args.plain:
            post(args.endpoint, "/lamppost/flags", flags)
    except (urllib.error.URLError, ConnectionError, EndpointConnectionError) as error:
        sys.exit(f"lamppost seed: {args.endpoint} does not answer: {error}")


use_own_python()
main()
