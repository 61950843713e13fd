"""Organizations."""

import re

from moto.organizations.models import organizations_backends

from ..answers import Refused, denied

# What every account of an organisation may ask; all else is for the management account and delegated administrators.
# https://docs.aws.amazon.com/organizations/latest/APIReference/API_Operations.html
OF_MEMBERS = ("DescribeOrganization", "DescribeEffectivePolicy", "ListHandshakesForAccount", "LeaveOrganization")
# What makes an organisation, which an account outside one may ask.
OF_ANYBODY = ("CreateOrganization", "AcceptHandshake", "DeclineHandshake", "ListHandshakesForAccount")


def check_caller(call):
    """Refuses what a member account may not ask, and everything to an account of no organisation.

    A delegated administrator reads what the management account reads: it is asked in that one's name.
    """
    if call.operation in OF_ANYBODY or organizations_backends[call.account]["aws"].org:
        return
    manager = organizations_backends.master_accounts.get(call.account)
    if manager is None:
        raise Refused(400, "AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")
    administrators = organizations_backends[manager[0]][manager[1]].admins
    delegated = any(administrator.account.id == call.account for administrator in administrators)
    if call.operation in OF_MEMBERS:
        return
    if not (delegated and call.operation.startswith(("List", "Describe"))):
        raise denied("organizations", "You don't have permissions to access this resource.")
    call.account = manager[0]


def numbered_accounts():
    """CreateAccount with the e-mail `anything+111122223333@…` gives that account number; moto draws one by lot."""
    from moto.organizations import models, utils

    create, draw = models.FakeAccount.__init__, utils.make_random_account_id

    def create_numbered(self, organization, **kwargs):
        number = re.search(r"\+(\d{12})@", kwargs.get("Email", ""))
        utils.make_random_account_id = (lambda: number[1]) if number else draw
        create(self, organization, **kwargs)

    models.FakeAccount.__init__ = create_numbered


def install():
    numbered_accounts()
