"""EC2: the regions of the organisation, and pages."""

import io
import re
import xml.etree.ElementTree as ET
from urllib.parse import urlencode

from werkzeug.wrappers import Response

from .. import answers, paging


def describe_regions(call, flags):
    """The organisation's own regions, so that a scan of all enabled regions is short."""
    names = {v for k, v in call.params.items() if k.startswith("RegionName.")}
    rows = [(name, "opt-in-not-required") for name in flags["regions"]]
    if call.params.get("AllRegions", "").lower() == "true" or names:
        rows += [(name, "not-opted-in") for name in flags["regions_not_opted_in"]]
    rows = [row for row in rows if not names or row[0] in names]
    statuses = filter_values(call.params, "opt-in-status")
    rows = [row for row in rows if not statuses or row[1] in statuses]
    items = "".join(
        f"<item><regionName>{name}</regionName><regionEndpoint>ec2.{name}.amazonaws.com</regionEndpoint>"
        f"<optInStatus>{status}</optInStatus></item>"
        for name, status in rows
    )
    return answers.xml_answer(
        f"<DescribeRegionsResponse xmlns='{answers.XML['ec2']}'><requestId>lamppost</requestId>"
        f"<regionInfo>{items}</regionInfo></DescribeRegionsResponse>"
    )


def filter_values(params, name):
    """The values of one EC2 filter of a query request."""
    found = []
    for key, value in params.items():
        number = re.fullmatch(r"Filter\.(\d+)\.Name", key)
        if number and value == name:
            found += [v for k, v in params.items() if k.startswith(f"Filter.{number[1]}.Value.")]
    return found


def without_paging(call, environ):
    """Takes MaxResults and NextToken out of an EC2 request: moto knows them for few operations only."""
    form = {k: v for k, v in call.params.items() if k not in ("MaxResults", "NextToken")}
    body = urlencode(form).encode()
    environ["wsgi.input"] = io.BytesIO(body)
    environ["CONTENT_LENGTH"] = str(len(body))


def paged(call, response):
    """One page of an EC2 Describe answer: its list of <item>s cut, and <nextToken> set."""
    if response.status_code != 200:
        return response
    root = ET.fromstring(response.get_data())
    space = root.tag.partition("}")[0].lstrip("{")
    lists = [child for child in root if len(child) and all(item.tag == f"{{{space}}}item" for item in child)]
    if len(lists) != 1:
        return response
    part, token = paging.cut(list(lists[0]), call.params.get("MaxResults"), call.params.get("NextToken"), 1000)
    for item in list(lists[0]):
        if item not in part:
            lists[0].remove(item)
    if token:
        ET.SubElement(root, f"{{{space}}}nextToken").text = token
    ET.register_namespace("", space)
    return Response(ET.tostring(root), 200, content_type="text/xml;charset=UTF-8")


def nat_gateways():
    """A NAT gateway is public if nobody says otherwise; moto leaves out what kind it is."""
    from moto.ec2.models.nat_gateways import NatGateway

    plain = NatGateway.__init__

    def create(self, *args, **more):
        plain(self, *args, **more)
        self.connectivity_type = self.connectivity_type or "public"

    NatGateway.__init__ = create


def install():
    nat_gateways()
