"""Lambda's control plane: every operation that the scanner reads and the seed writes.

moto's own Lambda keeps too little (`localstack/README.md`), so this one stands in its place. Routes, argument places and
status codes come from botocore's model of the API; an answer with a member that the model does not know is a fault.
"""
from ..answers import Refused, error_answer, json_answer
from . import code_signing, functions, layers, limits, policies, sources, urls, versions
from .model import Model
from .store import Store

OPERATIONS = {}
for module in (functions, versions, policies, urls, layers, sources, limits, code_signing):
    OPERATIONS.update(module.OPERATIONS)


class ControlPlane:
    """Dispatches Lambda calls to the modules beside it, over one store per account and region."""

    def __init__(self, flags):
        self.model, self.flags, self.store = Model(), flags, Store()

    def clear(self):
        self.store = Store()

    def answer(self, call):
        request = call.request
        try:
            call.operation, args = self.model.read(request)
            self.flags.check_call(call, named(args))
            if call.operation not in OPERATIONS:
                raise Refused(501, "NotImplemented", f"the emulator has no lambda:{call.operation}")
            place = self.store.place(call.account, call.region)
            place.endpoint = request.host_url.rstrip("/")
            place.undecryptable = () if call.is_root else self.flags["undecryptable_functions"]
            place.masters = {r["function"]: r["master"] for r in self.flags["edge_replicas"]}
            body = OPERATIONS[call.operation](place, args) or {}
        except Refused as error:
            return error_answer("lambda", error)
        self.model.check(call.operation, body)
        return json_answer(body, self.model.status(call.operation))

    def download(self, path):
        return functions.download(self.store, path)


def named(args):
    """The resource that a call is about, as the flags name it: a function, layer or bare id."""
    name = args.get("FunctionName") or args.get("LayerName") or args.get("ResourceArn") or args.get("Arn") or ""
    return name.split(":function:")[-1].split(":")[0]
