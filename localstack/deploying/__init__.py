"""Deploys CloudFormation and SAM templates by the ordinary APIs of AWS, as CloudFormation itself would.

moto's own CloudFormation does not reach our Lambda plane; this package does, for it knows nothing but an endpoint.
`template.py` reads a template, `intrinsics.py` evaluates its functions, `order.py` says what comes first, `stack.py` makes
it, and `kinds/` has one file for each service.
"""
