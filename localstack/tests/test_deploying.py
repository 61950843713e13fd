"""The deployer: templates are read and evaluated as CloudFormation does, and made by the APIs; nothing is left out silently."""

import json
import subprocess
import sys
import tempfile
import textwrap
import unittest
from pathlib import Path
from typing import Any

from emulator import HERE, Emulator

sys.path.insert(0, str(HERE))

import boto3  # noqa: E402
from deploying import template as templates  # noqa: E402
from deploying.clients import Clients  # noqa: E402
from deploying.faults import TemplateError  # noqa: E402
from deploying.fitting import fitted  # noqa: E402
from deploying.intrinsics import Intrinsics, references  # noqa: E402
from deploying.kinds import KINDS  # noqa: E402
from deploying.order import ordered  # noqa: E402
from deploying.outcome import as_json, as_lines  # noqa: E402
from deploying.stack import Report, Stack  # noqa: E402

REGION = "us-east-1"


class Names:
    """Something to look references up in."""

    def ref(self, name: str) -> Any:
        return {"Stage": "prod", "Zones": ["a", "b"], "AWS::Region": REGION}[name]

    def attribute(self, name: str, attribute: str) -> Any:
        return f"{name}/{attribute}"

    def dynamic(self, service: str, reference: str) -> str:
        return f"<{service} {reference}>"


def evaluated(yaml: str, **template: Any) -> Any:
    return Intrinsics(template, Names(), REGION).value(templates.yaml.load(yaml, templates.Loader))


class Evaluation(unittest.TestCase):
    def test_functions(self) -> None:
        mappings = {"Sizes": {"prod": {"memory": 512}}}
        conditions = {"Live": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}, "Not": {"Fn::Not": [{"Condition": "Live"}]}}
        cases = {
            "!Ref Stage": "prod",
            "!GetAtt Bucket.Arn": "Bucket/Arn",
            "!GetAtt [Nested, Outputs.Name]": "Nested/Outputs.Name",
            "!Sub '${Stage}-${Bucket.Arn}-${!Kept}-${ AWS::Region }'": f"prod-Bucket/Arn-${{Kept}}-{REGION}",
            "!Sub ['${A}/${Stage}', {A: !Ref Stage}]": "prod/prod",
            "!Join ['-', [a, !Ref Stage, 3]]": "a-prod-3",
            "!Join [',', !Ref Zones]": "a,b",
            "!Select [1, !Split ['/', 'x/y/z']]": "y",
            "!FindInMap [Sizes, !Ref Stage, memory]": 512,
            "!FindInMap [Sizes, none, memory, {DefaultValue: 7}]": 7,
            "!If [Live, yes-it-is, {Ref: Missing}]": "yes-it-is",
            "!If [Not, {Ref: Missing}, no]": False,
            "{a: !If [Not, 1, !Ref AWS::NoValue], b: 2}": {"b": 2},
            "[!If [Not, 1, !Ref 'AWS::NoValue'], 2]": [2],
            "!Base64 x": "eA==",
            "!Cidr [10.0.0.0/16, 2, 8]": ["10.0.0.0/24", "10.0.1.0/24"],
            "!Length [1, 2]": 2,
            "!ToJsonString {a: !Ref Stage}": '{"a": "prod"}',
            "!Select [0, !GetAZs '']": f"{REGION}a",
            "{Version: 2012-10-17, Condition: {Bool: {a: true}}}": {
                "Version": "2012-10-17",
                "Condition": {"Bool": {"a": True}},
            },
            "'{{resolve:secretsmanager:db:SecretString:password}}'": "<secretsmanager db:SecretString:password>",
            "!Sub 'x-{{resolve:ssm:/a/${Stage}:1}}'": "x-<ssm /a/prod:1>",
        }
        for text, right in cases.items():
            with self.subTest(text):
                self.assertEqual(evaluated(text, Mappings=mappings, Conditions=conditions), right)

    def test_what_cannot_be_done_is_refused(self) -> None:
        for text in ("!ImportValue other-stack", "!Transform {Name: Macro}", "!Unheard of", "!If [None, 1, 2]"):
            with self.subTest(text), self.assertRaises(TemplateError):
                evaluated(text)

    def test_order_follows_references(self) -> None:
        resources = {
            "Last": {"Type": "x", "Properties": {"a": {"Fn::Sub": ["${Middle.Arn}${X}", {"X": {"Ref": "First"}}]}}},
            "Middle": {"Type": "x", "Properties": {"a": [{"Fn::GetAtt": ["First", "Arn"]}]}, "DependsOn": "Zero"},
            "First": {"Type": "x"},
            "Zero": {"Type": "x", "DependsOn": ["First", "LeftOut"]},
        }
        self.assertEqual(ordered(resources), ["First", "Zero", "Middle", "Last"])
        resources["First"]["Properties"] = {"a": {"Ref": "Last"}}
        with self.assertRaisesRegex(TemplateError, "circle"):
            ordered(resources)

    def test_branches_that_are_not_chosen_are_not_waited_for(self) -> None:
        intrinsics = Intrinsics({"Conditions": {"Never": {"Fn::Equals": ["a", "b"]}}}, Names(), REGION)
        chosen = intrinsics.chosen({"a": {"Fn::If": ["Never", {"Ref": "Gone"}, {"Ref": "There"}]}})
        self.assertEqual(list(references(chosen)), ["There"])

    def test_properties_take_the_form_of_the_api(self) -> None:
        def fit(service: str, operation: str, properties: dict[str, Any]) -> tuple[Any, list[str]]:
            left: list[str] = []
            client = boto3.client(service, REGION, aws_access_key_id="x", aws_secret_access_key="x")
            shape = client.meta.service_model.operation_model(operation).input_shape
            return fitted(shape, properties, "T", left), left

        sent = {"Timeout": "7", "FunctionName": "f", "Tags": [{"Key": "a", "Value": 1}], "Made": {"Up": 1}}
        self.assertEqual(
            fit("lambda", "CreateFunction", sent),
            ({"Timeout": 7, "FunctionName": "f", "Tags": {"a": "1"}}, ["T.Made"]),
        )
        sent = {"RestApiId": 5, "ApiKeyRequired": "true", "RequestParameters": {"x": "false"}}
        right = {"restApiId": "5", "apiKeyRequired": True, "requestParameters": {"x": False}}
        self.assertEqual(fit("apigateway", "PutMethod", sent), (right, []))
        document = {"Version": "2012-10-17", "Statement": []}
        sent = {"PolicyDocument": document, "Tags": {"a": "b"}}
        right = {"PolicyDocument": json.dumps(document), "Tags": [{"Key": "a", "Value": "b"}]}
        self.assertEqual(fit("iam", "CreatePolicy", sent), (right, []))


class Deployment(unittest.TestCase):
    emulator: Emulator
    report: Report
    stack: Stack

    @classmethod
    def setUpClass(cls) -> None:
        cls.emulator = Emulator()
        cls.stack = Stack(Clients(cls.emulator.endpoint), "600000000001", REGION, "all")
        cls.report = cls.stack.deploy(Path(__file__).with_name("everything.yaml"), {"Stage": "prod"})

    @classmethod
    def tearDownClass(cls) -> None:
        cls.emulator.stop()

    def client(self, service: str) -> Any:
        return self.stack.client(service)

    def test_what_is_skipped_or_left_out_is_told(self) -> None:
        told = as_json(self.stack, self.report)
        self.assertEqual(told["skipped"], {"Distribution": "AWS::CloudFront::Distribution", "Custom": "Custom::Maker"})
        self.assertEqual(told["left_out"], ["AWS::S3::Bucket.LifecycleConfiguration"])
        lines = "\n".join(as_lines(self.report))
        self.assertIn("skipped  Custom::Maker Custom", lines)
        self.assertIn("left out AWS::S3::Bucket.LifecycleConfiguration", lines)
        self.assertNotIn("ForPractice", lines)

    def test_every_type_that_is_made_alone_is_covered(self) -> None:
        made = {self.report.types[name] for name, made in self.report.made.items() if not made.stands_in}
        missing = set(KINDS) - made
        variants = {"RolePolicy", "UserPolicy", "GroupPolicy", "InlinePolicy", "TopicPolicy", "Addition", "Egress", "BusPolicy"}
        rare = {"ListenerRule", "ApiKey", "UsagePlan", "UsagePlanKey", "Authorizer", "ResourcePolicy", "BucketPolicy"}
        rare |= {"ScheduleGroup", "Subscription"}
        left = {kind for kind in missing if not kind.endswith(tuple(variants | rare))}
        self.assertEqual(left, set())

    def test_the_function_is_as_the_template_says(self) -> None:
        name = self.report.made["Function"].ref
        got = self.client("lambda").get_function(FunctionName=name)
        config = got["Configuration"]
        self.assertEqual(config["Environment"]["Variables"]["NAMES"], "a;b")
        self.assertIn(":custom:", config["Environment"]["Variables"]["OTHER"])
        self.assertEqual(got["Concurrency"]["ReservedConcurrentExecutions"], 3)
        self.assertEqual(config["VpcConfig"]["VpcId"], self.report.made["Vpc"].ref)
        self.assertEqual(config["Layers"][0]["Arn"], self.report.made["Layer"].ref)
        policy = json.loads(self.client("lambda").get_policy(FunctionName=name)["Policy"])
        self.assertEqual(policy["Statement"][0]["Principal"], {"Service": "s3.amazonaws.com"})
        mappings = self.client("lambda").list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
        self.assertEqual(mappings[0]["EventSourceArn"], self.report.made["Queue"].attributes["Arn"])
        self.assertTrue(mappings[0]["FunctionArn"].endswith(":live"))

    def test_the_network_leads_out(self) -> None:
        tables = self.client("ec2").describe_route_tables(RouteTableIds=[self.report.made["Table"].ref])
        (table,) = tables["RouteTables"]
        self.assertIn(self.report.made["Nat"].ref, [route.get("NatGatewayId") for route in table["Routes"]])
        groups = self.client("ec2").describe_security_groups(GroupIds=[self.report.made["Group"].ref])
        (egress,) = groups["SecurityGroups"][0]["IpPermissionsEgress"]
        self.assertEqual((egress["FromPort"], egress["ToPort"]), (443, 443))

    def test_apis_call_the_function(self) -> None:
        arn = self.report.made["Function"].attributes["Arn"]
        where = {"restApiId": self.report.made["Rest"].ref, "resourceId": self.report.made["Part"].ref}
        method = self.client("apigateway").get_method(**where, httpMethod="GET")
        self.assertEqual((method["authorizationType"], method["authorizerId"]), ("CUSTOM", self.report.made["Asks"].ref))
        self.assertIn(arn, method["methodIntegration"]["uri"])
        stage = self.client("apigateway").get_stages(restApiId=where["restApiId"])["item"][0]
        self.assertEqual(stage["methodSettings"]["*/*"]["throttlingBurstLimit"], 9)
        (route,) = self.client("apigatewayv2").get_routes(ApiId=self.report.made["Http"].ref)["Items"]
        self.assertEqual((route["RouteKey"], route["AuthorizationType"]), ("$default", "NONE"))
        (stage,) = self.client("apigatewayv2").get_stages(ApiId=self.report.made["Socket"].ref)["Items"]
        self.assertEqual(stage["DeploymentId"], self.report.made["SocketDeployed"].ref)

    def test_files_beside_a_template_are_packaged_as_the_tools_do(self) -> None:
        parts = {
            "template.yaml": """
                Transform: AWS::Serverless-2016-10-31
                Parameters: {Version: {Type: "AWS::SSM::Parameter::Value<String>", Default: /bootstrap/version}}
                Globals: {Function: {Timeout: 9}}
                Resources:
                  Api:
                    Type: AWS::Serverless::Api
                    Properties:
                      StageName: v1
                      DefinitionBody: {Fn::Transform: {Name: AWS::Include, Parameters: {Location: api.yaml}}}
                  Steps: {Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: steps.json, Role: !GetAtt Role.Arn}}
                  Role: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Statement: []}}}
                  Image: {Type: AWS::Serverless::Function, Properties: {PackageType: Image}, Metadata: {DockerContext: .}}
                  Plain:
                    Type: AWS::Lambda::Function
                    Properties:
                      {Runtime: python3.14, Handler: a.b, Code: src, Role: !GetAtt Role.Arn, Environment: {Variables: {V: !Ref Version, O: !GetAtt Role.Odd}}}
            """,
            "api.yaml": "openapi: 3.0.1\ninfo: {title: t}\npaths: {/x: {get: {x-amazon-apigateway-integration: {type: mock}}}}",
            "steps.json": '{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}',
        }
        stack = Stack(Clients(self.emulator.endpoint), "600000000020", REGION, "files")
        with tempfile.TemporaryDirectory() as folder:
            for name, text in parts.items():
                (Path(folder) / name).write_text(textwrap.dedent(text))
            report = stack.deploy(Path(folder) / "template.yaml", {})
        self.assertEqual(report.stood_in, ["/bootstrap/version: bootstrap-version", "Role.Odd: role-odd"])
        image = stack.client("lambda").get_function(FunctionName=report.made["Image"].ref)["Code"]["ImageUri"]
        self.assertEqual(image, "600000000020.dkr.ecr.us-east-1.amazonaws.com/packages:image")
        paths = {r["path"] for r in stack.client("apigateway").get_resources(restApiId=report.made["Api"].ref)["items"]}
        self.assertEqual(paths, {"/", "/x"})

    def test_bodies_in_openapi_say_who_may_call(self) -> None:
        clients = Clients(self.emulator.endpoint)
        made = {}
        for number, name in enumerate(("members-api", "gradual-checkout", "weak-guestbook", "orders-api")):
            stack = Stack(clients, f"60000000001{number}", REGION, name)
            report = stack.deploy(HERE / "applications" / name / "template.yaml", {})
            apis = [m.ref for logical, m in report.made.items() if report.types[logical].endswith(("RestApi", "V2::Api"))]
            made[name] = stack, apis[0]
        self.assertEqual(
            self.methods(*made["members-api"]),
            {("GET", "/profile", "COGNITO_USER_POOLS"), ("PUT", "/profile", "COGNITO_USER_POOLS"), ("OPTIONS", "/profile", "NONE")},
        )
        self.assertEqual(
            self.methods(*made["orders-api"]),
            {("POST", "/orders", "AWS_IAM"), ("GET", "/orders", "AWS_IAM"), ("GET", "/orders/{order}", "AWS_IAM")},
        )
        self.assertEqual(self.routes(*made["gradual-checkout"]), {("POST /checkout", "JWT")})
        self.assertEqual(self.routes(*made["weak-guestbook"]), {("GET /entries", "NONE"), ("POST /entries", "NONE")})

    def methods(self, stack: Stack, api: str) -> set[tuple[str, str, str]]:
        found = set()
        client = stack.client("apigateway")
        for resource in client.get_resources(restApiId=api, embed=["methods"])["items"]:
            for verb in resource.get("resourceMethods", {}):
                method = client.get_method(restApiId=api, resourceId=resource["id"], httpMethod=verb)
                self.assertIn("methodIntegration", method)
                found.add((verb, resource["path"], method["authorizationType"]))
        return found

    def routes(self, stack: Stack, api: str) -> set[tuple[str, str]]:
        routes = stack.client("apigatewayv2").get_routes(ApiId=api)["Items"]
        return {(route["RouteKey"], route["AuthorizationType"]) for route in routes}

    def test_a_fault_names_the_resource(self) -> None:
        cases = {
            "Resources: {F: {Type: AWS::Lambda::Version, Properties: {FunctionName: none}}}": "AWS::Lambda::Version F",
            "Resources: {Q: {Type: AWS::SQS::Queue, Properties: {QueueName: !ImportValue x}}}": "another stack",
            "Parameters: {P: {Type: String}}\nResources: {}": "parameter P",
            "Resources: {Q: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref None}}}": "None is referred to",
            "Transform: Mine\nResources: {}": "Mine",
            "Resources: {}\nRessources: {}": "Ressources",
            "[]": "no template",
        }
        for text, message in cases.items():
            with self.subTest(text), tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "template.yaml"
                path.write_text(text)
                command = [sys.executable, HERE / "deploy.py", "--endpoint", self.emulator.endpoint]
                command += ["--account", "600000000002", path]
                ended = subprocess.run(command, capture_output=True, text=True)
                self.assertEqual(ended.returncode, 1)
                self.assertIn(message, ended.stderr)
                self.assertNotIn("Traceback", ended.stderr)


if __name__ == "__main__":
    unittest.main()
