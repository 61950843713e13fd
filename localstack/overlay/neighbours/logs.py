"""CloudWatch Logs."""

import json

from moto.logs.exceptions import InvalidParameterException, ResourceNotFoundException
from moto.logs.models import LogsBackend
from moto.logs.responses import LogsResponse

_describe_log_groups = LogsResponse.describe_log_groups


_describe_log_groups = LogsResponse.describe_log_groups


def describe_log_groups(self):
    """With `logGroupIdentifiers`, which moto ignores; a group that is not there is left out, as AWS does."""
    wanted = self._get_param("logGroupIdentifiers")
    if not wanted:
        return _describe_log_groups(self)
    if len(wanted) > 50:
        raise InvalidParameterException(
            "Member must have length less than or equal to 50", "logGroupIdentifiers", wanted
        )
    names = {w.split(":log-group:", 1)[-1].removesuffix(":*") for w in wanted}
    groups = [group.to_describe_dict() for name, group in sorted(self.logs_backend.groups.items()) if name in names]
    return json.dumps({"logGroups": groups})


def group_of(response):
    """The group that a call names, by name or by ARN."""
    name = response._get_param("logGroupName") or response._get_param("resourceIdentifier") or ""
    group = response.logs_backend.groups.get(name.split(":log-group:", 1)[-1].removesuffix(":*"))
    if group is None:
        raise ResourceNotFoundException()
    return group


def associate_kms_key(self):
    group_of(self).kms_key_id = self._get_param("kmsKeyId")
    return ""


def disassociate_kms_key(self):
    group_of(self).kms_key_id = None
    return ""


def subscriptions():
    """A filter may call a function of ours, which moto would look for in its own Lambda."""
    plain = LogsBackend.put_subscription_filter

    def put_subscription_filter(self, log_group_name, filter_name, filter_pattern, destination_arn, role_arn):
        if ":lambda:" not in destination_arn:
            return plain(self, log_group_name, filter_name, filter_pattern, destination_arn, role_arn)
        if log_group_name not in self.groups:
            raise ResourceNotFoundException()
        group = self.groups[log_group_name]
        return group.put_subscription_filter(filter_name, filter_pattern, destination_arn, role_arn)

    LogsBackend.put_subscription_filter = put_subscription_filter


def install():
    subscriptions()
    LogsResponse.describe_log_groups = describe_log_groups
    LogsResponse.associate_kms_key, LogsResponse.disassociate_kms_key = associate_kms_key, disassociate_kms_key
