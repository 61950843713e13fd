"""The lane for denied calls (ministack with IAM enforced); left out when it was not set up."""

import unittest

from emulator import HERE, Emulator, error_of


@unittest.skipUnless((HERE / ".venv-denied").exists(), "run localstack/setup.sh denied first")
class Denied(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.emulator = Emulator(lane="denied")
        cls.emulator.seed("--lane", "denied")

    @classmethod
    def tearDownClass(cls):
        cls.emulator.stop()

    def test_external_id(self):
        api = self.emulator.client("sts", secret="test")
        arn = "arn:aws:iam::222222222222:role/LamppostAudit"
        self.assertEqual(error_of(api.assume_role, RoleArn=arn, RoleSessionName="lamppost")[:2], (403, "AccessDenied"))

    def test_what_the_auditor_may_and_may_not(self):
        open_ = self.emulator.assume("222222222222", ExternalId="lamppost-lane")
        functions = open_("lambda").list_functions()["Functions"]
        self.assertEqual({f["FunctionName"] for f in functions}, {"open-report", "open-import", "secret-store"})
        open_("lambda").get_function(FunctionName="open-report")
        cases = [
            (open_("lambda").get_function, {"FunctionName": "secret-store"}, "AccessDeniedException"),
            (open_("lambda").get_policy, {"FunctionName": "open-report"}, "AccessDeniedException"),
            (open_("iam").get_account_authorization_details, {}, "AccessDenied"),
            (open_("ec2").describe_subnets, {}, "UnauthorizedOperation"),
            (open_("kms").list_keys, {}, "AccessDeniedException"),
        ]
        for call, args, code in cases:
            self.assertEqual(error_of(call, **args)[:2], (403, code))


if __name__ == "__main__":
    unittest.main()
