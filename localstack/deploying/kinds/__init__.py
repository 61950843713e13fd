"""The resource types that can be deployed, one file for each service, each with its own `KINDS`.

A maker takes the stack, the logical name and the evaluated properties, and makes the resource by the API of its service.
"""

from collections.abc import Callable

from ..stack import Made, Properties, Stack
from . import (
    balancers, certificates, cognito, databases, eventbridge, functions, http_apis, iam, kms, logs, network, queues,
    rest_apis, secrets, storage, topics, workflows,
)  # fmt: skip

Maker = Callable[[Stack, str, Properties], Made]
KINDS: dict[str, Maker] = {}
for service in (
    balancers, certificates, cognito, databases, eventbridge, functions, http_apis, iam, kms, logs, network, queues,
    rest_apis, secrets, storage, topics, workflows,
):  # fmt: skip
    KINDS.update(service.KINDS)
