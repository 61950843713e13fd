"""Who calls what: account, region, service and operation of a request, read from its signature and body."""

import io
import os
import re
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from moto.core import DEFAULT_ACCOUNT_ID
from moto.iam.models import get_account_id_from
from werkzeug.wrappers import Request

MANAGEMENT_ACCOUNT = os.environ.get("LAMPPOST_MANAGEMENT_ACCOUNT", "111111111111")
SCOPE = re.compile(r"Credential=([^/,]+)/\d{8}/([^/]+)/([^/]+)/aws4_request")


@dataclass
class Call:
    """One signed request to an AWS API."""

    request: Request
    key: str = ""
    account: str = MANAGEMENT_ACCOUNT
    region: str = "us-east-1"
    service: str = ""
    operation: str = ""
    params: dict = field(default_factory=dict)

    @property
    def is_root(self):
        """Whether the seed calls: its access key is the account's own number."""
        return self.key.isdigit()

    @property
    def principal(self):
        if self.is_root:
            return f"arn:aws:iam::{self.account}:root"
        return f"arn:aws:sts::{self.account}:assumed-role/{self.role_name}/lamppost"

    @property
    def role_name(self):
        from moto.sts.models import sts_backends

        session = sts_backends[self.account]["aws"].get_assumed_role_from_access_key(self.key)
        return session.role_arn.rsplit("/", 1)[-1] if session else "admin"


def account_of(key):
    """A key of twelve digits is the root of that account; a key that nobody issued belongs to the management account."""
    if re.fullmatch(r"\d{12}", key):
        return key
    account = get_account_id_from(key)
    return MANAGEMENT_ACCOUNT if account == DEFAULT_ACCOUNT_ID else account


def read(environ):
    """The call behind a WSGI environment. An unsigned request has no service."""
    request = Request(environ)
    environ["wsgi.input"] = io.BytesIO(request.get_data(cache=True))  # moto reads it again
    scope = SCOPE.search(request.headers.get("Authorization", ""))
    if not scope:
        return Call(request)
    key, region, service = scope.groups()
    call = Call(request, key, account_of(key), region, service)
    target = request.headers.get("X-Amz-Target")
    if target:
        call.operation = target.rsplit(".", 1)[-1]
        call.params = request.get_json(force=True, silent=True) or {}
    elif request.mimetype == "application/x-www-form-urlencoded":
        form = parse_qs(request.get_data(as_text=True), keep_blank_values=True)
        call.params = {name: values[0] for name, values in form.items()}
        call.operation = call.params.get("Action", "")
    return call
