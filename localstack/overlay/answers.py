"""Answers in the shape of each AWS protocol."""

import json
import uuid
from xml.sax.saxutils import escape

from werkzeug.wrappers import Response

XML = {
    "sts": "https://sts.amazonaws.com/doc/2011-06-15/",
    "iam": "https://iam.amazonaws.com/doc/2010-05-08/",
    "ec2": "http://ec2.amazonaws.com/doc/2016-11-15/",
}
# What a denied call is called. Lambda, KMS, Logs and Organizations say AccessDeniedException.
DENIED = {"sts": "AccessDenied", "iam": "AccessDenied", "s3": "AccessDenied", "ec2": "UnauthorizedOperation"}


class Refused(Exception):
    """An error answer: HTTP status, AWS error code and message."""

    def __init__(self, status, code, message):
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


def denied(service, message):
    return Refused(403, DENIED.get(service, "AccessDeniedException"), message)


def json_answer(body, status=200):
    text = "" if status == 204 else json.dumps(body)
    return Response(text, status, {"x-amzn-RequestId": str(uuid.uuid4())}, content_type="application/json")


def xml_answer(body, status=200):
    return Response(body, status, {"x-amzn-RequestId": str(uuid.uuid4())}, content_type="text/xml;charset=UTF-8")


def error_answer(service, error):
    """`error` as the named service words it on the wire."""
    request_id, code, message = str(uuid.uuid4()), error.code, escape(error.message)
    if service == "ec2":
        return xml_answer(
            f"<?xml version='1.0' encoding='UTF-8'?><Response><Errors><Error><Code>{code}</Code><Message>{message}"
            f"</Message></Error></Errors><RequestID>{request_id}</RequestID></Response>",
            error.status,
        )
    if service in ("sts", "iam"):
        return xml_answer(
            f"<ErrorResponse xmlns='{XML[service]}'><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}"
            f"</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>",
            error.status,
        )
    if service == "lambda":
        kind = "User" if error.status < 500 else "Service"
        answer = json_answer({"Type": kind, "Message": error.message}, error.status)
        answer.headers["x-amzn-ErrorType"] = code
        return answer
    return json_answer({"__type": code, "message": error.message, "Message": error.message}, error.status)
