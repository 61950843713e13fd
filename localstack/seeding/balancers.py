"""Load balancers in front of functions: target groups, listeners and their rules."""

from .apis import arn


def seed(account, region, described):
    """`{target-group:NAME}` then stands for the ARN of a target group."""
    elb = account.client("elbv2", region)
    groups = every(elb, "target_groups", "TargetGroups")
    groups = {group["TargetGroupName"]: group["TargetGroupArn"] for group in groups}
    there = {item["LoadBalancerName"] for item in every(elb, "load_balancers", "LoadBalancers")}
    for name, balancer in described.items():
        for function in balancer["functions"]:
            group = groups.get(function) or seed_group(elb, function, arn(account, region, function))
            account.ids[f"target-group:{function}", region] = group
        if name not in there:
            seed_balancer(account, region, name, balancer)


def every(elb, kind, member):
    return [item for page in elb.get_paginator(f"describe_{kind}").paginate() for item in page[member]]


def seed_group(elb, name, function):
    group = elb.create_target_group(Name=name, TargetType="lambda")["TargetGroups"][0]["TargetGroupArn"]
    elb.register_targets(TargetGroupArn=group, Targets=[{"Id": function}])
    return group


def seed_balancer(account, region, name, balancer):
    elb = account.client("elbv2", region)
    places = {kind: [account.ids[f"{kind[:-1]}:{one}", region] for one in balancer[kind]] for kind in ("subnets", "groups")}
    made = elb.create_load_balancer(
        Name=name, Scheme=balancer["scheme"], Subnets=places["subnets"], SecurityGroups=places["groups"]
    )["LoadBalancers"][0]
    for port, rules in balancer["listeners"].items():
        secure = {}
        if port == "443":
            certificate = account.client("acm", region).request_certificate(DomainName=f"{name}.lanternworks.example")
            secure = {"Certificates": [{"CertificateArn": certificate["CertificateArn"]}]}
        actions = [actions_of(account, region, rule) for rule in rules]
        listener = elb.create_listener(
            LoadBalancerArn=made["LoadBalancerArn"],
            Protocol="HTTPS" if secure else "HTTP",
            Port=int(port),
            DefaultActions=actions[-1],
            **secure,
        )["Listeners"][0]["ListenerArn"]
        for number, (rule, done) in enumerate(zip(rules[:-1], actions), 1):
            elb.create_rule(
                ListenerArn=listener, Priority=number * 10, Conditions=[condition(rule["when"])], Actions=done
            )


def condition(when):
    """`path PATTERN`, `from RANGE`, or `header NAME VALUE`."""
    kind, what, *value = when.split()
    if kind == "header":
        return {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": what, "Values": value}}
    if kind == "from":
        return {"Field": "source-ip", "SourceIpConfig": {"Values": [what]}}
    return {"Field": "path-pattern", "PathPatternConfig": {"Values": [what]}}


def actions_of(account, region, rule):
    """`to` names a function, `https` or `nothing`; with `sign-in` people sign in before."""
    if rule["to"] == "nothing":
        return [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}]
    if rule["to"] == "https":
        where = {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}
        return [{"Type": "redirect", "RedirectConfig": where}]
    forward = {"Type": "forward", "TargetGroupArn": account.ids[f"target-group:{rule['to']}", region]}
    if not rule.get("sign-in"):
        return [forward]
    pool = {
        "UserPoolArn": f"arn:aws:cognito-idp:{region}:{account.number}:userpool/{region}_staff",
        "UserPoolClientId": "staff",
        "UserPoolDomain": "lanternworks-staff",
    }
    return [{"Type": "authenticate-cognito", "Order": 1, "AuthenticateCognitoConfig": pool}, {**forward, "Order": 2}]
