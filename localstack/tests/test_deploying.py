"""The deployer: templates are read and evaluated as CloudFormation does, and made by the APIs; nothing is left out silently."""

import json
import subprocess
import sys
import tempfile
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


EVERYTHING = """
Parameters:
  Stage: {Type: String}
  Names: {Type: CommaDelimitedList, Default: "a, b"}
Conditions:
  Live: !Equals [!Ref Stage, prod]
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16, EnableDnsHostnames: true}}
  Subnet: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: !Select [0, !Cidr [!GetAtt Vpc.CidrBlock, 1, 8]]}}
  Second: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.9.0/24, AvailabilityZone: us-east-1b}}
  Gateway: {Type: AWS::EC2::InternetGateway}
  Attached: {Type: AWS::EC2::VPCGatewayAttachment, Properties: {VpcId: !Ref Vpc, InternetGatewayId: !Ref Gateway}}
  Address: {Type: AWS::EC2::EIP, DependsOn: Attached, Properties: {Domain: vpc}}
  Nat: {Type: AWS::EC2::NatGateway, Properties: {SubnetId: !Ref Subnet, AllocationId: !GetAtt Address.AllocationId}}
  Table: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  Out: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref Table, DestinationCidrBlock: 0.0.0.0/0, NatGatewayId: !Ref Nat}}
  Routed: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref Subnet, RouteTableId: !Ref Table}}
  Endpoint:
    Type: AWS::EC2::VPCEndpoint
    Properties: {VpcId: !Ref Vpc, ServiceName: !Sub "com.amazonaws.${AWS::Region}.s3", RouteTableIds: [!Ref Table]}
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: of the function
      VpcId: !Ref Vpc
      SecurityGroupEgress: [{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}]
  Ingress:
    Type: AWS::EC2::SecurityGroupIngress
    Properties: {GroupId: !Ref Group, IpProtocol: tcp, FromPort: 1, ToPort: 2, SourceSecurityGroupId: !Ref Group}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: {Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}
  Policy:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: p
      Roles: [!Ref Role]
      PolicyDocument: {Statement: [{Effect: Allow, Action: "s3:*", Resource: !GetAtt Bucket.Arn}]}
  Managed:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      Users: [!Ref User]
      PolicyDocument: {Version: 2012-10-17, Statement: [{Effect: Allow, Action: "s3:*", Resource: "*"}]}
  Team: {Type: AWS::IAM::Group}
  User: {Type: AWS::IAM::User, Properties: {Groups: [!Ref Team]}}
  UserKey: {Type: AWS::IAM::AccessKey, Properties: {UserName: !Ref User}}
  Profile: {Type: AWS::IAM::InstanceProfile, Properties: {Roles: [!Ref Role]}}
  Provider:
    Type: AWS::IAM::OIDCProvider
    Properties: {Url: "https://token.actions.githubusercontent.com", ClientIdList: [sts.amazonaws.com]}
  Key: {Type: AWS::KMS::Key, Properties: {EnableKeyRotation: true}}
  KeyName: {Type: AWS::KMS::Alias, Properties: {AliasName: alias/k, TargetKeyId: !Ref Key}}
  Signing:
    Type: AWS::Lambda::CodeSigningConfig
    Properties:
      AllowedPublishers: {SigningProfileVersionArns: [!Sub "arn:aws:signer:${AWS::Region}:${AWS::AccountId}:/signing-profiles/p/1"]}
  Layer: {Type: AWS::Lambda::LayerVersion, Properties: {Content: {S3Bucket: b, S3Key: k}, CompatibleRuntimes: [python3.14]}}
  LayerShared:
    Type: AWS::Lambda::LayerVersionPermission
    Properties: {LayerVersionArn: !Ref Layer, Action: lambda:GetLayerVersion, Principal: "111122223333"}
  Function:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.14
      Handler: index.handler
      Role: !GetAtt Role.Arn
      Code: {ZipFile: "handler = print"}
      Layers: [!Ref Layer]
      KmsKeyArn: !GetAtt Key.Arn
      CodeSigningConfigArn: !Ref Signing
      ReservedConcurrentExecutions: !If [Live, "3", !Ref AWS::NoValue]
      VpcConfig: {SubnetIds: [!Ref Subnet], SecurityGroupIds: [!Ref Group]}
      Environment: {Variables: {STAGE: !Ref Stage, NAMES: !Join [";", !Ref Names], OTHER: !GetAtt Custom.Answer}}
  Version: {Type: AWS::Lambda::Version, Properties: {FunctionName: !Ref Function}}
  Alias:
    Type: AWS::Lambda::Alias
    Properties: {FunctionName: !Ref Function, Name: live, FunctionVersion: !GetAtt Version.Version}
  Url: {Type: AWS::Lambda::Url, Properties: {TargetFunctionArn: !Ref Function, Qualifier: live, AuthType: AWS_IAM}, DependsOn: Alias}
  Queue: {Type: AWS::SQS::Queue, Properties: {FifoQueue: true}}
  QueuePolicy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Queue]
      PolicyDocument: {Statement: [{Effect: Allow, Principal: "*", Action: sqs:SendMessage, Resource: !GetAtt Queue.Arn}]}
  Mapping: {Type: AWS::Lambda::EventSourceMapping, Properties: {FunctionName: !Ref Alias, EventSourceArn: !GetAtt Queue.Arn}}
  Invoke:
    Type: AWS::Lambda::EventInvokeConfig
    Properties: {FunctionName: !Ref Function, Qualifier: $LATEST, MaximumRetryAttempts: 1}
  Bucket:
    Type: AWS::S3::Bucket
    DependsOn: FromBucket
    Properties:
      BucketName: !Sub "uploads-${AWS::AccountId}"
      LifecycleConfiguration: {Rules: []}
      NotificationConfiguration:
        LambdaConfigurations: [{Event: "s3:ObjectCreated:*", Function: !GetAtt Function.Arn}]
  FromBucket:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref Function
      Action: lambda:InvokeFunction
      Principal: s3.amazonaws.com
      SourceArn: !Sub "arn:aws:s3:::uploads-${AWS::AccountId}"
      SourceAccount: !Ref AWS::AccountId
  Topic:
    Type: AWS::SNS::Topic
    Properties: {Subscription: [{Protocol: lambda, Endpoint: !GetAtt Function.Arn}]}
  Stream: {Type: AWS::Kinesis::Stream, Properties: {ShardCount: 1}}
  Things:
    Type: AWS::DynamoDB::Table
    Properties:
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      BillingMode: PAY_PER_REQUEST
      StreamSpecification: {StreamViewType: NEW_IMAGE}
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: b}}
  Rule:
    Type: AWS::Events::Rule
    Properties:
      EventBusName: !Ref Bus
      EventPattern: {source: [x]}
      Targets: [{Id: f, Arn: !GetAtt Function.Arn}]
  Daily:
    Type: AWS::Scheduler::Schedule
    Properties:
      ScheduleExpression: rate(1 day)
      FlexibleTimeWindow: {Mode: "OFF"}
      Target: {Arn: !GetAtt Function.Arn, RoleArn: !GetAtt Role.Arn}
  Logs: {Type: AWS::Logs::LogGroup, Properties: {RetentionInDays: 7, KmsKeyId: !GetAtt Key.Arn}}
  Shipped:
    Type: AWS::Logs::SubscriptionFilter
    Properties: {LogGroupName: !Ref Logs, FilterPattern: "", DestinationArn: !GetAtt Function.Arn}
  Secret: {Type: AWS::SecretsManager::Secret, Properties: {GenerateSecretString: {SecretStringTemplate: '{"u": "x"}', GenerateStringKey: p}}}
  Parameter: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: !Ref Secret}}
  Steps:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: !GetAtt Role.Arn
      DefinitionSubstitutions: {Called: !GetAtt Function.Arn}
      DefinitionString: '{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "${Called}", "End": true}}}'
  Rest:
    Type: AWS::ApiGateway::RestApi
    Properties: {Name: rest}
  Part: {Type: AWS::ApiGateway::Resource, Properties: {RestApiId: !Ref Rest, ParentId: !GetAtt Rest.RootResourceId, PathPart: p}}
  Get:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Rest
      ResourceId: !Ref Part
      HttpMethod: GET
      AuthorizationType: CUSTOM
      AuthorizerId: !Ref Asks
      Integration:
        Type: AWS_PROXY
        IntegrationHttpMethod: POST
        Uri: !Sub "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Function.Arn}/invocations"
  Asks:
    Type: AWS::ApiGateway::Authorizer
    Properties:
      RestApiId: !Ref Rest
      Type: TOKEN
      IdentitySource: method.request.header.Authorization
      AuthorizerUri: !Sub "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Function.Arn}/invocations"
  Deployed: {Type: AWS::ApiGateway::Deployment, DependsOn: Get, Properties: {RestApiId: !Ref Rest}}
  RestStage:
    Type: AWS::ApiGateway::Stage
    Properties:
      RestApiId: !Ref Rest
      DeploymentId: !Ref Deployed
      StageName: !Ref Stage
      MethodSettings: [{ResourcePath: "/*", HttpMethod: "*", ThrottlingRateLimit: 5, ThrottlingBurstLimit: 9}]
  Http: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: http, ProtocolType: HTTP, Target: !GetAtt Function.Arn}}
  Socket: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: s, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.a}}
  SocketCalls:
    Type: AWS::ApiGatewayV2::Integration
    Properties: {ApiId: !Ref Socket, IntegrationType: AWS_PROXY, IntegrationUri: !GetAtt Function.Arn}
  SocketRoute: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: !Ref Socket, RouteKey: $default, Target: !Sub "integrations/${SocketCalls}"}}
  SocketDeployed: {Type: AWS::ApiGatewayV2::Deployment, DependsOn: SocketRoute, Properties: {ApiId: !Ref Socket}}
  SocketStage: {Type: AWS::ApiGatewayV2::Stage, Properties: {ApiId: !Ref Socket, StageName: live, DeploymentId: !Ref SocketDeployed}}
  Balancer: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Subnets: [!Ref Subnet, !Ref Second]}}
  Called: {Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: {TargetType: lambda, Targets: [{Id: !GetAtt Function.Arn}]}}
  Listens:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties:
      LoadBalancerArn: !Ref Balancer
      Port: 80
      Protocol: HTTP
      DefaultActions: [{Type: forward, TargetGroupArn: !Ref Called}]
  Certificate: {Type: AWS::CertificateManager::Certificate, Properties: {DomainName: a.example}}
  Pool: {Type: AWS::Cognito::UserPool}
  PoolClient: {Type: AWS::Cognito::UserPoolClient, Properties: {UserPoolId: !Ref Pool}}
  Guests: {Type: AWS::Cognito::IdentityPool, Properties: {AllowUnauthenticatedIdentities: true}}
  Distribution: {Type: AWS::CloudFront::Distribution, Properties: {}}
  Custom: {Type: Custom::Maker, Properties: {ServiceToken: "arn:aws:lambda:us-east-1:111122223333:function:maker"}}
  ForPractice: {Type: AWS::SQS::Queue, Condition: Practice}
"""


class Deployment(unittest.TestCase):
    emulator: Emulator
    report: Report
    stack: Stack

    @classmethod
    def setUpClass(cls) -> None:
        cls.emulator = Emulator()
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "template.yaml"
            path.write_text(EVERYTHING.replace("Conditions:\n", "Conditions:\n  Practice: !Not [!Condition Live]\n"))
            cls.stack = Stack(Clients(cls.emulator.endpoint), "600000000001", REGION, "all")
            cls.report = cls.stack.deploy(path, {"Stage": "prod"})

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
