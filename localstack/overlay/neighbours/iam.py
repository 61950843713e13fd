"""IAM: policies as IAM takes and tells them, and authorization details in pages."""

import copy

from moto.core.responses import ActionResult
from moto.iam.models import AWSManagedPolicy, IAMBackend, ManagedPolicy
from moto.iam.policy_validation import BaseIAMPolicyValidator, IAMPolicyDocumentValidator
from moto.iam.responses import IamResponse

from .. import paging

DETAIL_LISTS = {
    "UserDetailList": "users",
    "GroupDetailList": "groups",
    "RoleDetailList": "roles",
    "Policies": "managed_policies",
}


def in_use(backend, policies):
    """Of AWS's own policies those that somebody has, or is bounded by."""
    holders = [*backend.roles.values(), *backend.users.values(), *backend.groups.values()]
    used = {arn for holder in holders for arn in holder.managed_policies}
    used |= {getattr(holder, "permissions_boundary_arn", None) for holder in holders}
    return [policy for policy in policies if policy.arn in used or not isinstance(policy, AWSManagedPolicy)]


def get_account_authorization_details(self):
    """In pages over users, groups, roles and policies taken together; moto answers everything at once."""
    details = self.backend.get_account_authorization_details(self._get_param("Filter", []))
    details["managed_policies"] = in_use(self.backend, details["managed_policies"])
    everything = [(member, item) for member, key in DETAIL_LISTS.items() for item in details[key]]
    part, marker = paging.cut(everything, self._get_param("MaxItems"), self._get_param("Marker"), 1000)
    result = {member: [item for m, item in part if m == member] for member in DETAIL_LISTS}
    return ActionResult({**result, "IsTruncated": bool(marker), "Marker": marker})


def versions():
    """An inline or trust policy may be of 2008-10-17, or say nothing, which means the same; a managed policy may not."""
    strict = BaseIAMPolicyValidator._validate_version

    def validate_version(self):
        if isinstance(self, Managed):
            strict(self)

    BaseIAMPolicyValidator._validate_version = validate_version
    for name in ("create_policy", "create_policy_version"):
        setattr(IamResponse, name, of_managed(getattr(IamResponse, name)))


class Managed(IAMPolicyDocumentValidator):
    """A validator of the documents of managed policies."""


def of_managed(operation):
    def checked(self):
        Managed(self._get_param("PolicyDocument")).validate()
        return operation(self)

    return checked


def quick_accounts():
    """The policies of AWS, of which moto makes 1,600 anew for every account, are copied from those of the first."""
    plain, made = IAMBackend._init_aws_policies, {}

    def init_aws_policies(self):
        if self.region_name not in made:  # the partition
            made[self.region_name] = plain(self)
        policies = [copy.copy(policy) for policy in made[self.region_name]]
        for policy in policies:
            policy.account_id = self.account_id
        return policies

    IAMBackend._init_aws_policies = init_aws_policies


def install():
    quick_accounts()
    IamResponse.get_account_authorization_details = get_account_authorization_details
    versions()
    ManagedPolicy.policy_name = property(lambda self: self.name)  # moto's word for it is not the API's
