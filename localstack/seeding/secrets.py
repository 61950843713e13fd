"""Well-formed credentials that open nothing, made up when the seed runs so that no file of ours holds one.

They repeat from run to run: a placeholder `{secret:aws-access-key}` in the TOML files always gives the same text.
"""

import random
import string

ALNUM = string.ascii_letters + string.digits
BASE32 = string.ascii_uppercase + "234567"


def text(kind, alphabet, length):
    draw = random.Random(f"lamppost {kind}")
    return "".join(draw.choice(alphabet) for _ in range(length))


def private_key():
    lines = "\n".join(text(f"key {i}", ALNUM + "+/", 64) for i in range(12))
    kind = "RSA PRIVATE" + " KEY"
    return f"-----BEGIN {kind}-----\n{lines}\n-----END {kind}-----\n"


KINDS = {
    "aws-access-key": lambda: "AKI" + "A" + text("access key", BASE32, 16),
    "aws-secret-key": lambda: text("secret key", ALNUM + "+/", 40),
    "private-key": private_key,
    "github-token": lambda: "gh" + "p_" + text("github", ALNUM, 36),
    "slack-token": lambda: "xo" + "xb-" + text("slack a", string.digits, 12) + "-" + text("slack", ALNUM, 24),
    "stripe-key": lambda: "sk" + "_live_" + text("stripe", ALNUM, 24),
    "header": lambda: text("header", ALNUM, 32),
    "database-url": lambda: "postgresql://orders:" + text("database", ALNUM, 20) + "@orders.internal:5432/orders",
}


def secret(kind):
    return KINDS[kind]()
