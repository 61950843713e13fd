"""Lambda's control plane: every operation that the scanner reads and the seed writes.

moto's own Lambda keeps too little (`localstack/README.md`), so this one stands in its place. Routes, arguments and
status codes come from botocore's model of the API; an answer with a member that the model does not know is a fault.
"""

from ..answers import Refused, json_answer
from . import capacity_providers, code_signing, functions, layers, limits, policies, sources, urls, versions
from .model import Model
from .store import Store

OPERATIONS = {}
for module in (functions, versions, policies, urls, layers, sources, limits, code_signing, capacity_providers):
    OPERATIONS.update(module.OPERATIONS)


class ControlPlane:
    """Dispatches Lambda calls to the modules beside it, over one store per account and region."""

    def __init__(self, flags):
        self.model, self.flags, self.store = Model(), flags, Store()

    def clear(self):
        self.store = Store()

    def answer(self, call):
        if call.operation not in OPERATIONS:
            raise Refused(501, "NotImplemented", f"the emulator has no lambda:{call.operation}")
        place = self.store.place(call.account, call.region)
        place.endpoint = call.request.host_url.rstrip("/")
        place.undecryptable = () if call.is_root else self.flags["undecryptable_functions"]
        place.masters = {replica["function"]: replica["master"] for replica in self.flags["edge_replicas"]}
        body = OPERATIONS[call.operation](place, call.params) or {}
        self.model.check(call.operation, body)
        return json_answer(body, self.model.status(call.operation))

    def download(self, path):
        return functions.download(self.store, path)
