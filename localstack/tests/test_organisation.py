"""The seeded organisation: who may enter, what is refused and how, and that seeding twice changes nothing."""

import json
import tomllib
import unittest
import urllib.request
from datetime import date, timedelta

from emulator import HERE, Emulator, error_of

SCANNED = ("111111111111", "222222222222", "333333333333")


class Organisation(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.emulator = Emulator(LAMPPOST_PAGE_SIZE="3")
        cls.first = cls.emulator.seed()

    @classmethod
    def tearDownClass(cls):
        cls.emulator.stop()

    def scanner(self, account):
        if account == "111111111111":
            return lambda service, region="us-east-1": self.emulator.client(service, region, key="management")
        return self.emulator.assume(account)

    def functions(self, account, region):
        pages = self.scanner(account)("lambda", region).get_paginator("list_functions").paginate()
        return [function for page in pages for function in page["Functions"]]

    def test_the_closed_region_is_open_to_accounts_outside(self):
        outside = self.emulator.client("lambda", "eu-west-1", key="600000000001")
        self.assertEqual(outside.list_functions()["Functions"], [])

    def test_seeding_again_changes_nothing(self):
        before = [self.functions(a, r) for a in SCANNED for r in ("us-east-1", "eu-central-1")]
        counts = self.counts()
        second = self.emulator.seed()
        self.assertNotIn(": 0 functions made", self.first)
        self.assertEqual(second.count(": 0 functions made"), 4)
        self.assertEqual(before, [self.functions(a, r) for a in SCANNED for r in ("us-east-1", "eu-central-1")])
        self.assertEqual(counts, self.counts())

    def counts(self):
        """How many there are of what the seed makes beside functions."""
        open_ = self.scanner("222222222222")
        ec2, elb, kms, iam = open_("ec2"), open_("elbv2"), open_("kms"), open_("iam")
        kinds = (
            "vpcs",
            "subnets",
            "route_tables",
            "nat_gateways",
            "internet_gateways",
            "security_groups",
            "network_acls",
            "vpc_endpoints",
        )
        found = [
            len(items)
            for kind in kinds
            for page in ec2.get_paginator(f"describe_{kind}").paginate()
            for items in page.values()
            if isinstance(items, list)
        ]
        return (
            found,
            len(elb.describe_target_groups()["TargetGroups"]),
            len(elb.describe_load_balancers()["LoadBalancers"]),
            len(open_("apigateway").get_rest_apis(limit=500)["items"]),
            len(open_("apigatewayv2").get_apis()["Items"]),
            len(kms.list_keys()["Keys"]),
            len(iam.list_roles()["Roles"]),
            len(open_("lambda").list_event_source_mappings()["EventSourceMappings"]),
        )

    def test_every_function_is_in_the_table_of_truth(self):
        truth = tomllib.loads((HERE / "truth/posture.toml").read_text())
        listed = {
            (a, r, f["FunctionName"])
            for a in SCANNED
            for r in ("us-east-1", "eu-central-1")
            for f in self.functions(a, r)
        }
        self.assertEqual(listed, {(f["account"], f["region"], f["name"]) for f in truth["function"]})
        self.assertEqual(len(listed), truth["expected"]["functions"])
        layers = set()
        for account in SCANNED:
            for region in ("us-east-1", "eu-central-1"):
                api = self.scanner(account)("lambda", region)
                for layer in (
                    layer for page in api.get_paginator("list_layers").paginate() for layer in page["Layers"]
                ):
                    for page in api.get_paginator("list_layer_versions").paginate(LayerName=layer["LayerName"]):
                        layers |= {
                            (account, region, layer["LayerName"], version["Version"])
                            for version in page["LayerVersions"]
                        }
        self.assertEqual(layers, {(x["account"], x["region"], x["name"], x["version"]) for x in truth["layer"]})

    def test_truth_is_unambiguous(self):
        """No check twice for one function, none that the defaults do not know, none that merely repeats a default."""
        tables = {path.name: tomllib.loads(path.read_text()) for path in (HERE / "truth").iterdir()}
        key = lambda function: (function["account"], function["region"], function["name"])
        listed = {key(f): f for f in tables["posture.toml"]["function"]}
        checks = [check for table in tables.values() for check in table["default"]["function"]]
        self.assertEqual(len(checks), len(set(checks)), "a check stands in one table alone")
        for name, truth in tables.items():
            default = truth["default"]
            functions = truth.get("function", [])
            self.assertEqual(len(functions), len({key(f) for f in functions}), name)
            for function in functions:
                base = {**default["function"], **default.get("account", {}).get(function["account"], {})}
                base.update(default.get("image", {}) if listed[key(function)].get("package") == "image" else {})
                named = [
                    (check, verdict)
                    for verdict in ("fail", "pass", "unknown", "not_applicable")
                    for check in function.get(verdict, [])
                ]
                self.assertEqual(len(named), len(dict(named)), function["name"])
                for check, verdict in named:
                    self.assertIn(check, base)
                    self.assertNotEqual(base[check], verdict.upper(), f"{function['name']}: {check}")

    def test_truth_about_runtimes_holds_all_winter(self):
        """No seeded runtime comes near its end, ends, or is blocked between the two dates that the table names."""
        reference = tomllib.loads((HERE.parent / "checks/reference/runtimes.toml").read_text())
        known = {runtime["id"]: runtime for runtime in reference["runtimes"]}
        first, last = date(2026, 11, 21), date(2027, 1, 31)
        seeded = set()
        for account in SCANNED:
            for function in tomllib.loads((HERE / f"organisation/{account}.toml").read_text())["function"]:
                seeded |= {each.get("runtime", "python3.13") for each in (function, *function.get("versions", []))}
        for runtime in seeded & set(known):
            ends = date.fromisoformat(known[runtime].get("deprecated", "9999-12-31"))
            blocked = date.fromisoformat(known[runtime].get("update-block", "9999-12-31"))
            for day in (ends, ends - timedelta(days=180), blocked):
                self.assertFalse(first <= day <= last, f"{runtime}: {day}")

    def test_organisation_tree(self):
        api = self.emulator.client("organizations")
        accounts = [a for page in api.get_paginator("list_accounts").paginate() for a in page["Accounts"]]
        self.assertEqual({a["Id"] for a in accounts}, {*SCANNED, "444444444444"})
        policies = {p["Name"] for p in api.list_policies(Filter="SERVICE_CONTROL_POLICY")["Policies"]}
        self.assertLessEqual({"DenyUnusedRegions", "ProtectVault", "NoPublicFunctionUrls"}, policies)

    def test_role_that_may_not_be_assumed(self):
        api = self.emulator.client("sts", key="management")
        for arn in ("arn:aws:iam::444444444444:role/LamppostAudit", "arn:aws:iam::222222222222:role/None"):
            status, code, message = error_of(api.assume_role, RoleArn=arn, RoleSessionName="lamppost")
            self.assertEqual((status, code), (403, "AccessDenied"))
            self.assertIn(f"is not authorized to perform: sts:AssumeRole on resource: {arn}", message)

    def test_external_id_is_asked_for(self):
        trust = {
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": "*",
                    "Action": "sts:AssumeRole",
                    "Condition": {"StringEquals": {"sts:ExternalId": "seven"}},
                }
            ]
        }
        self.emulator.client("iam", key="333333333333").create_role(
            RoleName="Guarded", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", **trust})
        )
        arn, api = "arn:aws:iam::333333333333:role/Guarded", self.emulator.client("sts")
        self.assertEqual(error_of(api.assume_role, RoleArn=arn, RoleSessionName="lamppost")[1], "AccessDenied")
        api.assume_role(RoleArn=arn, RoleSessionName="lamppost", ExternalId="seven")

    def test_denied_region(self):
        calls = {"lambda": "list_functions", "ec2": "describe_vpcs", "kms": "list_keys", "logs": "describe_log_groups"}
        open_ = self.scanner("222222222222")
        for service, operation in calls.items():
            status, code, message = error_of(getattr(open_(service, "eu-west-1"), operation))
            self.assertEqual(
                (status, code), (403, "UnauthorizedOperation" if service == "ec2" else "AccessDeniedException")
            )
            self.assertIn("with an explicit deny in a service control policy", message)
        self.assertEqual(
            self.functions("111111111111", "eu-west-1"), []
        )  # the policy does not bind the management account

    def test_regions(self):
        api = self.emulator.client("ec2")
        enabled = {r["RegionName"] for r in api.describe_regions()["Regions"]}
        self.assertEqual(enabled, {"us-east-1", "eu-central-1", "eu-west-1", "ap-southeast-2"})
        every = {r["RegionName"]: r["OptInStatus"] for r in api.describe_regions(AllRegions=True)["Regions"]}
        self.assertEqual(every["me-central-1"], "not-opted-in")
        self.assertEqual(self.functions("222222222222", "ap-southeast-2"), [])

    def test_single_calls_are_denied(self):
        open_ = self.scanner("333333333333")
        vault = open_("lambda", "eu-central-1")
        for operation in (
            "get_policy",
            "get_function",
            "list_aliases",
            "list_function_url_configs",
            "get_function_recursion_config",
        ):
            self.assertEqual(
                error_of(getattr(vault, operation), FunctionName="vault-unsealer")[:2], (403, "AccessDeniedException")
            )
        vault.get_function(FunctionName="hoarder")
        key = vault.get_function(FunctionName="sealed-key")["Configuration"]["KMSKeyArn"]
        self.assertEqual(error_of(open_("kms", "eu-central-1").describe_key, KeyId=key)[1], "AccessDeniedException")

    def test_variables_whose_key_is_out_of_reach(self):
        found = {
            f["FunctionName"]: f["Environment"]
            for a in SCANNED
            for f in self.functions(a, "us-east-1")
            if "Environment" in f
        }
        hidden = {name for name, environment in found.items() if "Error" in environment}
        self.assertEqual(hidden, {"payments-refund", "payments-archive", "undecryptable", "borrowed-key", "lost-key"})
        self.assertFalse([name for name in hidden if "Variables" in found[name]])

    def test_foreign_and_missing_keys(self):
        kms = self.scanner("333333333333")("kms")
        foreign, lost = (
            "arn:aws:kms:us-east-1:999988887777:key/1",
            "arn:aws:kms:us-east-1:333333333333:key/deadbeef-0000-4000-8000-000000000000",
        )
        self.assertEqual(error_of(kms.describe_key, KeyId=foreign)[1], "AccessDeniedException")
        self.assertEqual(error_of(kms.describe_key, KeyId=lost)[1], "NotFoundException")

    def test_account_details_in_pages(self):
        iam = self.scanner("222222222222")("iam")
        pages = list(
            iam.get_paginator("get_account_authorization_details").paginate(Filter=["Role", "LocalManagedPolicy"])
        )
        roles = [r["RoleName"] for page in pages for r in page["RoleDetailList"]]
        self.assertGreater(len(pages), 10)
        self.assertEqual(len(roles), len(set(roles)))
        self.assertIn("PaymentsAdmin", roles)
        self.assertNotIn("GhostWorker", roles)
        self.assertTrue(all(page.get("Marker") for page in pages[:-1]))

    def test_networks_in_pages(self):
        ec2 = self.scanner("222222222222")("ec2")
        every = ec2.get_paginator("describe_subnets").paginate(PaginationConfig={"PageSize": 5})
        subnets = [s["SubnetId"] for page in every for s in page["Subnets"]]
        self.assertEqual(len(subnets), len(set(subnets)))
        self.assertGreater(len(subnets), 15)
        kinds = {
            n["ConnectivityType"]
            for page in ec2.get_paginator("describe_nat_gateways").paginate()
            for n in page["NatGateways"]
        }
        self.assertEqual(kinds, {"public", "private"})

    def test_log_groups_by_name(self):
        logs = self.scanner("222222222222")("logs")
        got = logs.describe_log_groups(logGroupIdentifiers=["/aws/lambda/public-api", "/aws/lambda/none"])["logGroups"]
        self.assertEqual([(g["logGroupName"], g["retentionInDays"]) for g in got], [("/aws/lambda/public-api", 30)])

    def test_flag_that_nobody_knows(self):
        request = urllib.request.Request(self.emulator.endpoint + "/lamppost/flags", b'{"denied": []}')
        with self.assertRaises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(request)
        self.assertEqual(caught.exception.code, 400)
        caught.exception.close()


if __name__ == "__main__":
    unittest.main()
