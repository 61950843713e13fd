"""What one account has in one region, in memory."""

import base64
import hashlib
import itertools
import re
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timezone

from ..answers import Refused

NOT_FOUND = "The resource you requested does not exist."


def now():
    """A time as Lambda writes it."""
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def epoch():
    return datetime.now(timezone.utc).timestamp()


def revision():
    return str(uuid.uuid4())


def not_found(message=NOT_FOUND):
    return Refused(404, "ResourceNotFoundException", message)


def invalid(message):
    return Refused(400, "InvalidParameterValueException", message)


def conflict(message):
    return Refused(409, "ResourceConflictException", message)


def sha256(data):
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


@dataclass
class Policy:
    """A resource-based policy: the statements, whatever they say."""

    document: dict
    revision: str = field(default_factory=revision)


@dataclass
class Function:
    """A function with all its versions. Dictionaries by qualifier use `$LATEST` for the unqualified function."""

    arn: str
    versions: dict = field(default_factory=dict)
    code: dict = field(default_factory=dict)
    aliases: dict = field(default_factory=dict)
    policies: dict = field(default_factory=dict)
    urls: dict = field(default_factory=dict)
    invoke_configs: dict = field(default_factory=dict)
    provisioned: dict = field(default_factory=dict)
    runtime_management: dict = field(default_factory=dict)
    tags: dict = field(default_factory=dict)
    reserved: int | None = None
    recursion: str = "Terminate"
    code_signing: str | None = None

    @property
    def name(self):
        return self.arn.rsplit(":", 1)[-1]

    def version_of(self, qualifier):
        """The version that a qualifier names, following an alias."""
        if qualifier in self.aliases:
            return self.aliases[qualifier]["FunctionVersion"]
        if qualifier not in self.versions:
            raise not_found(f"Function not found: {self.arn}:{qualifier}")
        return qualifier


@dataclass
class Place:
    """One account in one region."""

    account: str
    region: str
    store: "Store"
    endpoint: str = ""
    undecryptable: tuple = ()
    masters: dict = field(default_factory=dict)
    functions: dict = field(default_factory=dict)
    layers: dict = field(default_factory=dict)  # name -> {version number -> layer version}
    mappings: dict = field(default_factory=dict)
    code_signing: dict = field(default_factory=dict)
    capacity_providers: dict = field(default_factory=dict)
    numbers: itertools.count = field(default_factory=lambda: itertools.count(1))

    def arn(self, rest):
        return f"arn:aws:lambda:{self.region}:{self.account}:{rest}"

    def find(self, args):
        """The function and qualifier of a call: name, partial or whole ARN, with the qualifier in it or beside it."""
        text = args["FunctionName"]
        tail = text.split(":function:", 1)[-1] if ":function:" in text else text
        name, _, inside = tail.partition(":")
        function = self.functions.get(name)
        if function is None:
            raise not_found(f"Function not found: {self.arn('function:' + name)}")
        return function, args.get("Qualifier") or inside or None

    def unique(self, kind):
        """An id that repeats from run to run, so that a seeded world looks the same every time."""
        seed = f"{kind}/{self.account}/{self.region}/{next(self.numbers)}"
        return uuid.uuid5(uuid.NAMESPACE_URL, seed)


class Store:
    """All places."""

    def __init__(self):
        self.places = {}

    def place(self, account, region):
        return self.places.setdefault((account, region), Place(account, region, self))

    def place_of(self, arn):
        """The place that an ARN points into."""
        parts = arn.split(":")
        if len(parts) < 6 or not re.fullmatch(r"\d{12}", parts[4]):
            raise invalid(f"not an ARN of an account: {arn}")
        return self.place(parts[4], parts[3])
