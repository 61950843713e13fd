"""The services beside Lambda: what moto answers unlike AWS is mended, and what it does not have is there."""

import json
import unittest

from emulator import Emulator, error_of

ACCOUNT = "111111111111"
MEMBER = "222222222222"
ALLOW = [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]
TRUST = [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]


class Neighbours(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.emulator = Emulator()

    @classmethod
    def tearDownClass(cls):
        cls.emulator.stop()

    def client(self, service, **more):
        return self.emulator.client(service, **more)

    def test_only_managed_policies_must_say_their_version(self):
        iam = self.client("iam")
        plain, old = json.dumps({"Statement": ALLOW}), json.dumps({"Version": "2008-10-17", "Statement": ALLOW})
        iam.create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps({"Statement": TRUST}))
        iam.create_user(UserName="u")
        iam.create_group(GroupName="g")
        for name, document in (("plain", plain), ("old", old)):
            iam.put_role_policy(RoleName="r", PolicyName=name, PolicyDocument=document)
            iam.put_user_policy(UserName="u", PolicyName=name, PolicyDocument=document)
            iam.put_group_policy(GroupName="g", PolicyName=name, PolicyDocument=document)
            refused = error_of(iam.create_policy, PolicyName=name, PolicyDocument=document)
            self.assertEqual(refused[:2], (400, "MalformedPolicyDocument"))
        self.assertEqual(iam.get_role_policy(RoleName="r", PolicyName="plain")["PolicyDocument"], {"Statement": ALLOW})
        nonsense = error_of(iam.put_role_policy, RoleName="r", PolicyName="n", PolicyDocument='{"Version": "1"}')
        self.assertEqual(nonsense[:2], (400, "MalformedPolicyDocument"))

    def test_policies_of_authorization_details_have_names(self):
        iam = self.client("iam", key="600000000001")
        document = json.dumps({"Version": "2012-10-17", "Statement": ALLOW})
        iam.create_policy(PolicyName="readers", PolicyDocument=document)
        got = iam.get_account_authorization_details(Filter=["LocalManagedPolicy"])["Policies"]
        self.assertEqual([policy["PolicyName"] for policy in got], ["readers"])

    def test_authorization_details_tell_those_policies_of_aws_that_are_in_use(self):
        iam = self.client("iam", key="600000000005")
        bound, had = (f"arn:aws:iam::aws:policy/{name}" for name in ("PowerUserAccess", "ReadOnlyAccess"))
        trust = json.dumps({"Statement": TRUST})
        iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust, PermissionsBoundary=bound)
        iam.attach_role_policy(RoleName="r", PolicyArn=had)
        got = iam.get_account_authorization_details()["Policies"]
        self.assertEqual(sorted(policy["Arn"] for policy in got), [bound, had])

    def test_nat_gateways_say_what_kind_they_are(self):
        ec2 = self.client("ec2", key="600000000002")
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
        address = ec2.allocate_address()["AllocationId"]
        ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)
        ec2.create_nat_gateway(SubnetId=subnet, ConnectivityType="private")
        got = ec2.describe_nat_gateways()["NatGateways"]
        self.assertEqual(sorted(gateway["ConnectivityType"] for gateway in got), ["private", "public"])

    def test_a_key_that_waits_for_deletion_does_not_rotate(self):
        kms = self.client("kms")
        key = kms.create_key()["KeyMetadata"]["Arn"]
        kms.enable_key_rotation(KeyId=key)
        self.assertTrue(kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"])
        self.assertEqual(kms.schedule_key_deletion(KeyId=key)["KeyId"], key)
        self.assertFalse(kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"])
        refused = error_of(kms.enable_key_rotation, KeyId=key)
        self.assertEqual(refused[1], "KMSInvalidStateException")
        self.assertEqual(kms.cancel_key_deletion(KeyId=key)["KeyId"], key)
        self.assertEqual(kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"], "Disabled")
        self.assertTrue(kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"])

    def test_members_may_see_their_organisation_and_not_list_it(self):
        manager = self.client("organizations")
        manager.create_organization(FeatureSet="ALL")
        manager.create_account(AccountName="m", Email=f"m+{MEMBER}@example.com")
        member, stranger = self.client("organizations", key=MEMBER), self.client("organizations", key="600000000003")
        seen = [client.describe_organization()["Organization"]["Id"] for client in (manager, member)]
        self.assertEqual(seen[0], seen[1])
        for refused in (member.list_accounts, member.list_roots):
            self.assertEqual(error_of(refused)[:2], (403, "AccessDeniedException"))
        for outside in (stranger.list_accounts, stranger.describe_organization):
            self.assertEqual(error_of(outside)[1], "AWSOrganizationsNotInUseException")
        principal = "guardduty.amazonaws.com"
        manager.enable_aws_service_access(ServicePrincipal=principal)
        manager.register_delegated_administrator(AccountId=MEMBER, ServicePrincipal=principal)
        self.assertEqual(member.list_accounts()["Accounts"], manager.list_accounts()["Accounts"])

    def test_log_groups_take_and_lose_keys(self):
        logs = self.client("logs")
        logs.create_log_group(logGroupName="/aws/lambda/f")
        key = self.client("kms").create_key()["KeyMetadata"]["Arn"]
        logs.associate_kms_key(logGroupName="/aws/lambda/f", kmsKeyId=key)
        (group,) = logs.describe_log_groups()["logGroups"]
        self.assertEqual(group["kmsKeyId"], key)
        logs.disassociate_kms_key(logGroupName="/aws/lambda/f")
        self.assertNotIn("kmsKeyId", logs.describe_log_groups()["logGroups"][0])
        missing = error_of(logs.associate_kms_key, logGroupName="none", kmsKeyId=key)
        self.assertEqual(missing[1], "ResourceNotFoundException")

    def test_methods_are_changed_by_patches(self):
        api = self.client("apigateway")
        number = api.create_rest_api(name="a")["id"]
        (root,) = api.get_resources(restApiId=number)["items"]
        where = {"restApiId": number, "resourceId": root["id"], "httpMethod": "GET"}
        api.put_method(**where, authorizationType="NONE")
        patches = [
            {"op": "replace", "path": "/authorizationType", "value": "AWS_IAM"},
            {"op": "replace", "path": "/apiKeyRequired", "value": "true"},
        ]
        self.assertEqual(api.update_method(**where, patchOperations=patches)["authorizationType"], "AWS_IAM")
        got = api.get_method(**where)
        self.assertEqual((got["authorizationType"], got["apiKeyRequired"]), ("AWS_IAM", True))
        wrong = [{"op": "replace", "path": "/nothing", "value": "x"}]
        self.assertEqual(error_of(api.update_method, **where, patchOperations=wrong)[1], "BadRequestException")

    def test_integrations_may_act_with_the_callers_credentials(self):
        api = self.client("apigateway")
        number = api.create_rest_api(name="b")["id"]
        (root,) = api.get_resources(restApiId=number)["items"]
        where = {"restApiId": number, "resourceId": root["id"], "httpMethod": "GET"}
        api.put_method(**where, authorizationType="AWS_IAM")
        sent = {"type": "AWS_PROXY", "integrationHttpMethod": "POST", "credentials": "arn:aws:iam::*:user/*"}
        uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:{ACCOUNT}:function:f/invocations"
        api.put_integration(**where, **sent, uri=uri)
        self.assertEqual(api.get_integration(**where)["credentials"], sent["credentials"])

    def test_http_apis_are_deployed_to_stages(self):
        api = self.client("apigatewayv2")
        number = api.create_api(Name="w", ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.a")["ApiId"]
        api.create_stage(ApiId=number, StageName="live")
        self.assertNotIn("DeploymentId", api.get_stages(ApiId=number)["Items"][0])
        made = api.create_deployment(ApiId=number, StageName="live")["DeploymentId"]
        self.assertEqual(api.get_stages(ApiId=number)["Items"][0]["DeploymentId"], made)
        self.assertEqual([d["DeploymentId"] for d in api.get_deployments(ApiId=number)["Items"]], [made])

    def test_apis_come_in_pages(self):
        rest, http = (self.client(name, key="600000000004") for name in ("apigateway", "apigatewayv2"))
        for name in "abc":
            rest.create_rest_api(name=name)
            http.create_api(Name=name, ProtocolType="HTTP")
        first = rest.get_rest_apis(limit=2)
        rest_of_them = rest.get_rest_apis(limit=2, position=first["position"])
        self.assertEqual([len(first["items"]), len(rest_of_them["items"])], [2, 1])
        self.assertNotIn("position", rest_of_them)
        pages = [len(page["Items"]) for page in http.get_paginator("get_apis").paginate(PaginationConfig={"PageSize": 2})]
        self.assertEqual(pages, [2, 1])


if __name__ == "__main__":
    unittest.main()
