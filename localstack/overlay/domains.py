"""Custom domain names of API Gateway, of which moto keeps two halves that know nothing of each other."""

import re

from .answers import Refused, json_answer

PATH = re.compile(r"^(?:/v2)?/domainnames(?:/([^/]+)/(basepathmappings|apimappings|routingrules))?$")


class Domains:
    """By account and region: each name with its settings, mappings and rules."""

    def __init__(self):
        self.clear()

    def clear(self):
        self.names, self.members = {}, {}

    def answer(self, call):
        """The answer to a request for names, mappings or rules; None for any other."""
        found = PATH.match(call.request.path) if call.service == "apigateway" else None
        if not found:
            return None
        here = self.names.setdefault((call.account, call.region), {})
        body = call.request.get_json(force=True, silent=True) or {}
        make = call.request.method == "POST"
        name, member = found.groups()
        if not name:
            return json_answer(self.create(here, body), 201) if make else json_answer({"item": [*here.values()]})
        if name not in here:
            raise Refused(404, "NotFoundException", "Invalid domain name identifier specified")
        edge = "EDGE" in here[name]["endpointConfiguration"]["types"]
        if member == "apimappings" and edge:
            message = "Only REGIONAL domain names can be managed through the API Gateway V2 API."
            raise Refused(400, "BadRequestException", message)
        # both versions show one set of mappings, each in its own words
        kind = "rules" if member == "routingrules" else "mappings"
        kept = self.members.setdefault((call.account, call.region, name, kind), [])
        if make:
            kept.append(body)
            return json_answer(body, 201)
        if member == "basepathmappings":
            shown = [{"basePath": "(none)", "restApiId": m.get("apiId") or m["restApiId"], "stage": m["stage"]} for m in kept]
            return json_answer({"item": shown})
        return json_answer({"routingRules" if kind == "rules" else "items": kept})

    def create(self, here, body):
        here[body["domainName"]] = {"routingMode": "BASE_PATH_MAPPING_ONLY", "domainNameStatus": "AVAILABLE", **body}
        return here[body["domainName"]]
