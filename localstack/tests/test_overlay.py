"""The Lambda control plane: what is written is read back as AWS would show it, in pages."""

import io
import json
import unittest
import urllib.request
import zipfile

from emulator import Emulator, error_of

ACCOUNT = "111111111111"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/any"
ARN = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:"


def package():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("app.py", "def handler(event, context): pass\n")
    return out.getvalue()


class ControlPlane(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.emulator = Emulator(LAMPPOST_PAGE_SIZE="2")
        cls.api = cls.emulator.client("lambda")
        cls.count = 0

    @classmethod
    def tearDownClass(cls):
        cls.emulator.stop()

    def make(self, **args):
        """A new function; returns its name."""
        type(self).count += 1
        name = f"{self.id().rsplit('.', 1)[-1]}-{self.count}"
        base = {"Runtime": "python3.13", "Handler": "app.handler", "Role": ROLE, "Code": {"ZipFile": package()}}
        self.api.create_function(FunctionName=name, **{**base, **args})
        return name

    def pages(self, operation, member, **args):
        """All items of a paginated operation, and the number of pages."""
        pages = list(self.api.get_paginator(operation).paginate(**args))
        return [item for page in pages for item in page[member]], len(pages)

    def test_configuration_is_kept(self):
        sent = {
            "DeadLetterConfig": {"TargetArn": f"arn:aws:sqs:us-east-1:{ACCOUNT}:dead"},
            "FileSystemConfigs": [
                {
                    "Arn": f"arn:aws:elasticfilesystem:us-east-1:{ACCOUNT}:access-point/fsap-1",
                    "LocalMountPath": "/mnt/a",
                }
            ],
            "Environment": {"Variables": {"A": "1"}},
            "TracingConfig": {"Mode": "Active"},
            "EphemeralStorage": {"Size": 1024},
            "Architectures": ["arm64"],
        }
        got = self.api.get_function_configuration(FunctionName=self.make(**sent))
        for key, value in sent.items():
            self.assertEqual(got[key], value)

    def test_a_new_function_is_named_without_a_qualifier(self):
        sent = {"Runtime": "python3.13", "Handler": "app.handler", "Role": ROLE, "Code": {"ZipFile": package()}}
        made = self.api.create_function(FunctionName="unqualified", **sent)
        self.assertEqual((made["FunctionArn"], made["Version"]), (f"{ARN}unqualified", "$LATEST"))

    def test_logging_defaults(self):
        name = self.make(LoggingConfig={"LogFormat": "JSON"})
        want = {
            "LogFormat": "JSON",
            "ApplicationLogLevel": "INFO",
            "SystemLogLevel": "INFO",
            "LogGroup": f"/aws/lambda/{name}",
        }
        self.assertEqual(self.api.get_function_configuration(FunctionName=name)["LoggingConfig"], want)

    def test_unknown_runtime_and_missing_role_are_accepted(self):
        name = self.make(Runtime="python3.99", Role=f"arn:aws:iam::{ACCOUNT}:role/gone")
        self.assertEqual(self.api.get_function_configuration(FunctionName=name)["Runtime"], "python3.99")

    def test_get_function_carries_tags_concurrency_and_code(self):
        name = self.make(Tags={"team": "a"})
        self.assertNotIn("Concurrency", self.api.get_function(FunctionName=name))
        self.api.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
        got = self.api.get_function(FunctionName=name)
        self.assertEqual(got["Tags"], {"team": "a"})
        self.api.untag_resource(Resource=ARN + name, TagKeys=["team"])
        self.assertEqual(self.api.list_tags(Resource=ARN + name)["Tags"], {})
        self.assertEqual(got["Concurrency"], {"ReservedConcurrentExecutions": 0})
        with urllib.request.urlopen(got["Code"]["Location"]) as answer:
            self.assertEqual(answer.read(), package())

    def test_image(self):
        uri = f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/app:1"
        got = self.api.get_function(
            FunctionName=self.make(PackageType="Image", Code={"ImageUri": uri}, Runtime="", Handler="")
        )
        self.assertEqual(got["Code"]["ImageUri"], uri)
        self.assertRegex(got["Code"]["ResolvedImageUri"], r"/app@sha256:[0-9a-f]{64}$")

    def test_list_leaves_state_out_and_pages(self):
        names = {self.make() for _ in range(3)}
        items, pages = self.pages("list_functions", "Functions")
        self.assertLessEqual(names, {item["FunctionName"] for item in items})
        self.assertGreater(pages, 1)
        self.assertFalse([item for item in items if "State" in item or "LastUpdateStatus" in item])

    def test_versions_keep_what_was_published(self):
        name = self.make(Environment={"Variables": {"STAGE": "old"}})
        self.api.publish_version(FunctionName=name)
        self.api.update_function_configuration(FunctionName=name, Runtime="python3.14", Environment={"Variables": {}})
        self.api.publish_version(FunctionName=name)
        items, pages = self.pages("list_versions_by_function", "Versions", FunctionName=name)
        self.assertEqual([item["Version"] for item in items], ["$LATEST", "1", "2"])
        self.assertEqual(pages, 2)
        old = self.api.get_function_configuration(FunctionName=name, Qualifier="1")
        self.assertEqual((old["Runtime"], old["Environment"]["Variables"]["STAGE"]), ("python3.13", "old"))
        self.assertEqual(old["FunctionArn"], f"{ARN}{name}:1")
        self.assertNotIn("Environment", self.api.get_function_configuration(FunctionName=name))
        every, _ = self.pages("list_functions", "Functions", FunctionVersion="ALL")
        self.assertEqual(len([item for item in every if item["FunctionName"] == name]), 3)

    def test_aliases(self):
        name = self.make()
        for _ in range(2):
            self.api.publish_version(FunctionName=name)
        for alias in ("a", "b", "c"):
            self.api.create_alias(
                FunctionName=name,
                Name=alias,
                FunctionVersion="1",
                RoutingConfig={"AdditionalVersionWeights": {"2": 0.1}},
            )
        items, pages = self.pages("list_aliases", "Aliases", FunctionName=name)
        self.assertEqual([item["Name"] for item in items], ["a", "b", "c"])
        self.assertEqual(pages, 2)
        self.assertEqual(items[0]["RoutingConfig"]["AdditionalVersionWeights"], {"2": 0.1})
        self.assertEqual(
            self.api.get_function_configuration(FunctionName=name, Qualifier="a")["FunctionArn"], f"{ARN}{name}:a"
        )
        self.assertEqual(
            error_of(self.api.get_alias, FunctionName=name, Name="z")[:2], (404, "ResourceNotFoundException")
        )

    def test_policies_of_qualifiers_are_separate(self):
        name = self.make()
        self.api.publish_version(FunctionName=name)
        self.api.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
        for sid, qualifier in (
            ("on-function", {}),
            ("on-alias", {"Qualifier": "live"}),
            ("on-version", {"Qualifier": "1"}),
        ):
            self.api.add_permission(
                FunctionName=name, StatementId=sid, Action="lambda:InvokeFunction", Principal="*", **qualifier
            )
            statements = json.loads(self.api.get_policy(FunctionName=name, **qualifier)["Policy"])["Statement"]
            self.assertEqual([s["Sid"] for s in statements], [sid])
            suffix = f":{qualifier['Qualifier']}" if qualifier else ""
            self.assertEqual(statements[0]["Resource"], f"{ARN}{name}{suffix}")
        self.api.remove_permission(FunctionName=name, StatementId="on-function")
        self.assertEqual(error_of(self.api.get_policy, FunctionName=name)[:2], (404, "ResourceNotFoundException"))
        self.api.get_policy(FunctionName=name, Qualifier="live")

    def test_add_permission_writes_what_aws_writes(self):
        cases = {
            "account": ({"Principal": "222222222222"}, {"AWS": "arn:aws:iam::222222222222:root"}, None),
            "service": (
                {"Principal": "s3.amazonaws.com", "SourceArn": "arn:aws:s3:::b", "SourceAccount": ACCOUNT},
                {"Service": "s3.amazonaws.com"},
                {"ArnLike": {"AWS:SourceArn": "arn:aws:s3:::b"}, "StringEquals": {"AWS:SourceAccount": ACCOUNT}},
            ),
            "org": (
                {"Principal": "*", "PrincipalOrgID": "o-1234567890"},
                "*",
                {"StringEquals": {"aws:PrincipalOrgID": "o-1234567890"}},
            ),
            "url": (
                {"Principal": "*", "Action": "lambda:InvokeFunctionUrl", "FunctionUrlAuthType": "NONE"},
                "*",
                {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}},
            ),
            "via-url": (
                {"Principal": "*", "InvokedViaFunctionUrl": True},
                "*",
                {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}},
            ),
            "token": (
                {"Principal": "alexa-appkit.amazon.com", "EventSourceToken": "t"},
                {"Service": "alexa-appkit.amazon.com"},
                {"StringEquals": {"lambda:EventSourceToken": "t"}},
            ),
        }
        name = self.make()
        for sid, (args, principal, condition) in cases.items():
            with self.subTest(sid):
                args = {"Action": "lambda:InvokeFunction", **args}
                got = json.loads(self.api.add_permission(FunctionName=name, StatementId=sid, **args)["Statement"])
                self.assertEqual(got["Principal"], principal)
                self.assertEqual(got.get("Condition"), condition)

    def test_resource_policy_is_the_same_policy(self):
        name = self.make()
        document = {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "lambda:*", "Resource": ARN + name}],
        }
        self.api.put_resource_policy(ResourceArn=ARN + name, Policy=json.dumps(document))
        self.assertEqual(json.loads(self.api.get_resource_policy(ResourceArn=ARN + name)["Policy"]), document)
        self.assertEqual(json.loads(self.api.get_policy(FunctionName=name)["Policy"]), document)

    def test_urls_of_function_and_alias(self):
        name = self.make()
        self.api.publish_version(FunctionName=name)
        cors = {"AllowOrigins": ["*"], "AllowCredentials": False}
        self.api.create_function_url_config(FunctionName=name, AuthType="NONE", Cors=cors)
        for alias in ("a", "b"):
            self.api.create_alias(FunctionName=name, Name=alias, FunctionVersion="1")
            self.api.create_function_url_config(FunctionName=name, AuthType="AWS_IAM", Qualifier=alias)
        items, pages = self.pages("list_function_url_configs", "FunctionUrlConfigs", FunctionName=name)
        self.assertEqual([i["FunctionArn"] for i in items], [ARN + name, f"{ARN}{name}:a", f"{ARN}{name}:b"])
        self.assertEqual(pages, 2)
        self.assertEqual(items[0]["Cors"], cors)
        self.assertEqual(len({i["FunctionUrl"] for i in items}), 3)
        bad = error_of(self.api.create_function_url_config, FunctionName=name, AuthType="NONE", Qualifier="1")
        self.assertEqual(bad[:2], (400, "InvalidParameterValueException"))

    def test_layers_own_and_foreign(self):
        for name in ("one", "two", "three"):
            self.api.publish_layer_version(LayerName=name, Content={"ZipFile": package()})
        self.api.publish_layer_version(LayerName="one", Content={"ZipFile": package()})
        self.assertEqual(
            error_of(self.api.get_layer_version_policy, LayerName="one", VersionNumber=1)[:2],
            (404, "ResourceNotFoundException"),
        )
        self.api.add_layer_version_permission(
            LayerName="one",
            VersionNumber=1,
            StatementId="org",
            Action="lambda:GetLayerVersion",
            Principal="*",
            OrganizationId="o-1234567890",
        )
        policy = json.loads(self.api.get_layer_version_policy(LayerName="one", VersionNumber=1)["Policy"])
        self.assertEqual(policy["Statement"][0]["Condition"], {"StringEquals": {"aws:PrincipalOrgID": "o-1234567890"}})
        layers, pages = self.pages("list_layers", "Layers")
        self.assertEqual((len(layers), pages), (3, 2))
        versions, _ = self.pages("list_layer_versions", "LayerVersions", LayerName="one")
        self.assertEqual([v["Version"] for v in versions], [2, 1])
        foreign = "arn:aws:lambda:us-east-1:999988887777:layer:x:3"
        name = self.make(Layers=[foreign])
        self.assertEqual(self.api.get_function_configuration(FunctionName=name)["Layers"][0]["Arn"], foreign)
        self.assertEqual(error_of(self.api.get_layer_version_by_arn, Arn=foreign)[:2], (403, "AccessDeniedException"))

    def test_event_source_mappings(self):
        name = self.make()
        kafka = {
            "SelfManagedEventSource": {"Endpoints": {"KAFKA_BOOTSTRAP_SERVERS": ["k:9092"]}},
            "Topics": ["t"],
            "StartingPosition": "LATEST",
        }
        self.api.create_event_source_mapping(FunctionName=name, **kafka)
        for queue in ("a", "b"):
            self.api.create_event_source_mapping(
                FunctionName=name, EventSourceArn=f"arn:aws:sqs:us-east-1:{ACCOUNT}:{queue}"
            )
        items, pages = self.pages("list_event_source_mappings", "EventSourceMappings", FunctionName=name)
        self.assertEqual((len(items), pages), (3, 2))
        self.assertEqual(items[0]["SelfManagedEventSource"], kafka["SelfManagedEventSource"])
        self.assertNotIn("EventSourceArn", items[0])

    def test_event_source_mappings_are_changed(self):
        name = self.make()
        queue = f"arn:aws:sqs:us-east-1:{ACCOUNT}:a"
        uuid = self.api.create_event_source_mapping(FunctionName=name, EventSourceArn=queue)["UUID"]
        failed = {"OnFailure": {"Destination": f"arn:aws:sqs:us-east-1:{ACCOUNT}:failed"}}
        self.api.update_event_source_mapping(UUID=uuid, BatchSize=7, Enabled=False, DestinationConfig=failed)
        got = self.api.get_event_source_mapping(UUID=uuid)
        self.assertEqual((got["BatchSize"], got["State"], got["DestinationConfig"]), (7, "Disabled", failed))
        self.assertEqual(got["EventSourceArn"], queue)
        missing = error_of(self.api.update_event_source_mapping, UUID="0" * 36, Enabled=True)
        self.assertEqual(missing[:2], (404, "ResourceNotFoundException"))

    def test_event_invoke_configs(self):
        name = self.make()
        self.assertEqual(
            error_of(self.api.get_function_event_invoke_config, FunctionName=name)[:2],
            (404, "ResourceNotFoundException"),
        )
        where = {"OnFailure": {"Destination": f"arn:aws:sqs:us-east-1:{ACCOUNT}:failed"}}
        self.api.put_function_event_invoke_config(FunctionName=name, MaximumRetryAttempts=1, DestinationConfig=where)
        self.api.publish_version(FunctionName=name)
        self.api.put_function_event_invoke_config(FunctionName=name, Qualifier="1", MaximumRetryAttempts=0)
        items, _ = self.pages("list_function_event_invoke_configs", "FunctionEventInvokeConfigs", FunctionName=name)
        self.assertEqual([i["FunctionArn"].rsplit(":", 1)[-1] for i in items], ["$LATEST", "1"])
        self.assertEqual(items[0]["DestinationConfig"]["OnFailure"], where["OnFailure"])
        self.api.update_function_event_invoke_config(FunctionName=name, MaximumRetryAttempts=0)
        got = self.api.get_function_event_invoke_config(FunctionName=name)
        self.assertEqual((got["MaximumRetryAttempts"], got["DestinationConfig"]["OnFailure"]), (0, where["OnFailure"]))
        self.api.delete_function_event_invoke_config(FunctionName=name)
        self.assertEqual(error_of(self.api.get_function_event_invoke_config, FunctionName=name)[0], 404)

    def test_code_signing_and_its_inverse(self):
        publishers = {"SigningProfileVersionArns": [f"arn:aws:signer:us-east-1:{ACCOUNT}:/signing-profiles/p/1"]}
        made = [
            self.api.create_code_signing_config(AllowedPublishers=publishers)["CodeSigningConfig"] for _ in range(3)
        ]
        self.assertEqual(made[0]["CodeSigningPolicies"], {"UntrustedArtifactOnDeployment": "Warn"})
        arn = made[0]["CodeSigningConfigArn"]
        names = [self.make(CodeSigningConfigArn=arn) for _ in range(3)]
        plain = self.make()
        self.assertEqual(self.api.get_function_code_signing_config(FunctionName=names[0])["CodeSigningConfigArn"], arn)
        self.assertEqual(self.api.get_function_code_signing_config(FunctionName=plain)["CodeSigningConfigArn"], "")
        configs, pages = self.pages("list_code_signing_configs", "CodeSigningConfigs")
        self.assertEqual((len(configs), pages), (3, 2))
        arns, pages = self.pages("list_functions_by_code_signing_config", "FunctionArns", CodeSigningConfigArn=arn)
        self.assertEqual((set(arns), pages), ({ARN + n for n in names}, 2))
        enforced = {"UntrustedArtifactOnDeployment": "Enforce"}
        self.api.update_code_signing_config(CodeSigningConfigArn=arn, CodeSigningPolicies=enforced)
        got = self.api.get_code_signing_config(CodeSigningConfigArn=arn)["CodeSigningConfig"]
        self.assertEqual((got["CodeSigningPolicies"], got["AllowedPublishers"]), (enforced, publishers))
        self.assertEqual(error_of(self.api.delete_code_signing_config, CodeSigningConfigArn=arn)[0], 409)
        for name in names:
            self.api.delete_function_code_signing_config(FunctionName=name)
        self.api.delete_code_signing_config(CodeSigningConfigArn=arn)
        self.assertEqual(error_of(self.api.get_code_signing_config, CodeSigningConfigArn=arn)[0], 404)

    def test_small_settings(self):
        name = self.make()
        api = self.api
        self.assertEqual(api.get_runtime_management_config(FunctionName=name)["UpdateRuntimeOn"], "Auto")
        api.put_runtime_management_config(FunctionName=name, UpdateRuntimeOn="FunctionUpdate")
        self.assertEqual(api.get_runtime_management_config(FunctionName=name)["UpdateRuntimeOn"], "FunctionUpdate")
        self.assertEqual(api.get_function_recursion_config(FunctionName=name)["RecursiveLoop"], "Terminate")
        api.put_function_recursion_config(FunctionName=name, RecursiveLoop="Allow")
        self.assertEqual(api.get_function_recursion_config(FunctionName=name)["RecursiveLoop"], "Allow")
        missing = error_of(api.get_provisioned_concurrency_config, FunctionName=name, Qualifier="1")
        self.assertEqual(missing[:2], (404, "ProvisionedConcurrencyConfigNotFoundException"))
        before = api.get_account_settings()
        api.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=100)
        after = api.get_account_settings()
        left = [s["AccountLimit"]["UnreservedConcurrentExecutions"] for s in (before, after)]
        self.assertEqual(left[0] - left[1], 100)
        functions, _ = self.pages("list_functions", "Functions")
        self.assertEqual(after["AccountUsage"]["FunctionCount"], len(functions))

    def test_missing_function(self):
        status, code, message = error_of(self.api.get_function, FunctionName="none")
        self.assertEqual((status, code), (404, "ResourceNotFoundException"))
        self.assertEqual(message, f"Function not found: {ARN}none")

    def test_operation_that_is_not_emulated_says_so(self):
        missing = error_of(self.api.list_function_versions_by_capacity_provider, CapacityProviderName="pool")
        self.assertEqual(missing[:2], (501, "NotImplemented"))

    def test_capacity_providers(self):
        network = {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}
        operator = {"CapacityProviderOperatorRoleArn": "arn:aws:iam::111111111111:role/operator"}
        create = lambda: self.api.create_capacity_provider(
            CapacityProviderName="pool", VpcConfig=network, PermissionsConfig=operator
        )
        made = create()["CapacityProvider"]
        self.assertEqual(error_of(create)[:2], (409, "ResourceConflictException"))
        self.assertEqual(self.api.get_capacity_provider(CapacityProviderName="pool")["CapacityProvider"], made)
        self.assertEqual(self.api.list_capacity_providers()["CapacityProviders"], [made])
        self.api.delete_capacity_provider(CapacityProviderName="pool")
        self.assertEqual(self.api.list_capacity_providers()["CapacityProviders"], [])


if __name__ == "__main__":
    unittest.main()
