"""botocore's model of the Lambda API, used as the router and as the judge of our answers."""

import json
import re
from urllib.parse import unquote

from botocore.loaders import Loader

from ..answers import Refused


class Model:
    """Which operation a request is, with its arguments; and whether an answer has only known members."""

    def __init__(self):
        model = Loader().load_service_model("lambda", "service-2")
        self.shapes, self.operations, self.routes = model["shapes"], model["operations"], []
        for name, operation in self.operations.items():
            path, _, query = operation["http"]["requestUri"].partition("?")
            parts = re.split(r"\{([^}]+)\}", path)
            pattern = "".join(re.escape(p) if i % 2 == 0 else f"(?P<{p.rstrip('+')}>.+)" for i, p in enumerate(parts))
            self.routes.append((operation["http"]["method"], re.compile(pattern.rstrip("/") + "/?"), query, name))
        # More fixed text first: `/functions/{x}/policy` before `/functions/{x}`; a fixed query before none.
        self.routes.sort(key=lambda r: (-bool(r[2]), -len(re.sub(r"\(\?P<.*?\)", "", r[1].pattern))))

    def read(self, request):
        """The operation and its arguments: from the path, the query and the JSON body."""
        raw = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or request.path
        path, query = raw.split("?")[0], request.query_string.decode()
        for method, pattern, fixed, name in self.routes:
            found = pattern.fullmatch(path)
            if request.method == method and found and (not fixed or fixed in query) and self.fits(found):
                break
        else:
            raise Refused(404, "UnknownOperationException", f"no Lambda operation {request.method} {path}")
        shape = self.shapes[self.operations[name]["input"]["shape"]]
        args = self.body(request, shape)
        args.update({key: unquote(value) for key, value in found.groupdict().items()})
        for member, ref in shape.get("members", {}).items():
            key = ref.get("locationName", member)
            if ref.get("location") == "querystring" and key in request.args:
                many = self.shapes[ref["shape"]]["type"] == "list"
                args[member] = request.args.getlist(key) if many else request.args[key]
        return name, args

    @staticmethod
    def fits(found):
        """A path argument holds no slash (clients encode it)."""
        return all("/" not in value for value in found.groupdict().values())

    @staticmethod
    def body(request, shape):
        data = request.get_data()
        if not data or shape.get("payload"):
            return {}
        try:
            return json.loads(data)
        except ValueError:
            raise Refused(400, "InvalidRequestContentException", "Could not parse request body into json") from None

    def status(self, operation):
        return self.operations[operation]["http"].get("responseCode", 200)

    def check(self, operation, body):
        """Raises AssertionError when the answer holds what AWS's model does not."""
        shape = self.operations[operation].get("output", {}).get("shape")
        if shape:
            self.check_shape(operation, shape, body)

    def check_shape(self, place, shape_name, value):
        shape = self.shapes[shape_name]
        if shape["type"] == "structure":
            members = {ref.get("locationName", name): ref["shape"] for name, ref in shape["members"].items()}
            for key, inner in value.items():
                assert key in members, f"{place}.{key} is not in the model of {shape_name}"
                self.check_shape(f"{place}.{key}", members[key], inner)
        elif shape["type"] == "list":
            assert isinstance(value, list), f"{place} must be a list"
            for inner in value:
                self.check_shape(place, shape["member"]["shape"], inner)
        elif shape["type"] in ("string", "boolean", "integer", "long", "double", "float", "timestamp"):
            kinds = {"string": str, "boolean": bool, "integer": int, "long": int}.get(shape["type"], (int, float))
            assert isinstance(value, kinds), f"{place} must be {shape['type']}, is {value!r}"
