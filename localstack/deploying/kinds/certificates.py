"""AWS::CertificateManager."""

from ..stack import Made, Properties, Stack


def certificate(stack: Stack, logical: str, props: Properties) -> Made:
    arn = stack.call("acm", "request_certificate", props)["CertificateArn"]
    return Made(arn)


KINDS = {"AWS::CertificateManager::Certificate": certificate}
