"""KMS."""

import json

from moto.kms.models import KmsBackend
from moto.kms.responses import KmsResponse

from .. import answers


def check_foreign_key(call):
    """KMS refuses a key of another account that was not shared; moto says that it does not exist."""
    key = str(call.params.get("KeyId", ""))
    if key.startswith("arn:") and key.split(":")[4] != call.account:
        raise answers.denied(
            "kms",
            f"User: {call.principal} is not authorized to perform: kms:{call.operation} on resource: {key} because no "
            f"resource-based policy allows the kms:{call.operation} action",
        )


def refuse_pending(backend, key):
    if backend.keys[key].key_state == "PendingDeletion":
        arn = backend.keys[key].arn
        raise answers.Refused(400, "KMSInvalidStateException", f"{arn} is pending deletion.")


def deletion():
    """A key that waits for its deletion does not rotate, cannot be told to, and is found by its ARN.

    https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyRotationStatus.html
    """
    status, enable = KmsBackend.get_key_rotation_status, KmsBackend.enable_key_rotation

    def get_key_rotation_status(self, key_id):
        key = self.get_key_id(key_id)
        return status(self, key) and self.keys[key].key_state != "PendingDeletion"

    def enable_key_rotation(self, key_id):
        refuse_pending(self, self.get_key_id(key_id))
        enable(self, key_id)

    KmsBackend.get_key_rotation_status, KmsBackend.enable_key_rotation = get_key_rotation_status, enable_key_rotation
    for name in ("cancel_key_deletion", "schedule_key_deletion"):
        setattr(KmsBackend, name, by_arn(getattr(KmsBackend, name)))
        setattr(KmsResponse, name, with_arn(getattr(KmsResponse, name)))


def by_arn(operation):
    def called(self, key_id, *args, **more):
        return operation(self, self.get_key_id(key_id), *args, **more)

    return called


def with_arn(operation):
    """The answer names the key by its ARN, however it was asked for."""

    def called(self):
        answer = json.loads(operation(self))
        key = self.kms_backend.keys[self.kms_backend.get_key_id(answer["KeyId"])]
        return json.dumps({**answer, "KeyId": key.arn})

    return called


def install():
    deletion()
