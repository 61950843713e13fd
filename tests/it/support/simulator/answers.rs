//! The answers of the simulated AWS to every operation that a scan makes.

use std::time::SystemTime;

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use jiff::Timestamp;
use lamppost::aws::Ticket;
use serde_json::{Value, json};

use super::{Parts, Simulator, World, error};

/// Functions on a page of the list.
const PAGE: usize = 50;

/// Accounts on a page of the list.
const ACCOUNTS: usize = 20;

fn ok(body: impl Into<String>) -> Parts {
    (200, None, body.into())
}

fn json(body: Value) -> Parts {
    ok(body.to_string())
}

/// An answer of IAM or STS.
fn query(operation: &str, result: &str) -> Parts {
    ok(format!(
        "<{operation}Response><{operation}Result>{result}</{operation}Result></{operation}Response>"
    ))
}

/// The parameter of a query string or form.
fn parameter<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let query = text.split_once('?').map_or(text, |(_, query)| query);
    query
        .split('&')
        .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}

impl Simulator {
    pub(super) fn answered(&self, ticket: &Ticket, request: &HttpRequest) -> Parts {
        let operation = ticket.operation;
        let body = String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned();
        match operation.service.prefix {
            "lambda" => self.lambda(ticket, request.uri()),
            "sts" => self.sts(operation.name, &body),
            "organizations" => {
                let asked = serde_json::from_str(&body).unwrap_or_default();
                self.organization(operation.name, &asked)
            }
            "ec2" if operation.name == "DescribeRegions" => {
                let regions = self.0.world.regions.iter().map(|region| {
                    format!(
                        "<item><regionName>{region}</regionName><optInStatus>opt-in-not-required</optInStatus></item>"
                    )
                });
                ok(format!(
                    "<DescribeRegionsResponse><regionInfo>{}</regionInfo></DescribeRegionsResponse>",
                    regions.collect::<String>()
                ))
            }
            "ec2" => ok(format!(
                "<{0}Response><vpcSet/><subnetSet/><routeTableSet/><natGatewaySet/><securityGroupInfo/>\
                 <networkAclSet/><vpcEndpointSet/></{0}Response>",
                operation.name
            )),
            "iam" => self.iam(&ticket.account),
            "logs" => {
                let asked: Value = serde_json::from_str(&body).unwrap_or_default();
                let groups = asked["logGroupIdentifiers"].as_array().cloned();
                let groups = groups.unwrap_or_default().into_iter().map(|name| {
                    let arn = format!(
                        "arn:aws:logs:{}:{}:log-group:{}:*",
                        ticket.region,
                        ticket.account,
                        name.as_str().unwrap_or_default()
                    );
                    json!({"logGroupName": name, "arn": arn, "retentionInDays": 30})
                });
                json(json!({"logGroups": groups.collect::<Vec<_>>()}))
            }
            "s3" => ok("<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>"),
            "sns" => query(operation.name, "<Topics/>"),
            "sqs" => json(json!({})),
            "events" => json(json!({"Rules": []})),
            "apigateway" | "apigatewayv2" => {
                json(json!({"item": [], "items": [], "routingRules": []}))
            }
            "elasticloadbalancing" => query(operation.name, "<TargetGroups/>"),
            _ => error(
                operation.service.prefix,
                400,
                "UnknownOperationException",
                "",
            ),
        }
    }

    fn sts(&self, name: &str, body: &str) -> Parts {
        if name == "GetCallerIdentity" {
            let (account, partition) = (Self::account(0), self.0.world.partition);
            return query(
                name,
                &format!(
                    "<Arn>arn:{partition}:iam::{account}:user/scanner</Arn><UserId>AIDA</UserId><Account>{account}</Account>"
                ),
            );
        }
        if let Some(role) = parameter(body, "RoleArn") {
            let role = percent_encoding::percent_decode_str(role).decode_utf8_lossy();
            self.0.roles.lock().unwrap().insert(role.into_owned());
        }
        let asked = parameter(body, "DurationSeconds").and_then(|seconds| seconds.parse().ok());
        let life = asked.map_or(self.0.world.session, |asked| {
            self.0
                .world
                .session
                .min(std::time::Duration::from_secs(asked))
        });
        let end = self.clock() + life;
        let seconds = end
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap()
            .as_secs();
        let said = self.0.world.session_said.unwrap_or(life).as_secs();
        let said = seconds - life.as_secs() + said;
        let expiration = Timestamp::from_second(said.try_into().unwrap()).unwrap();
        query(
            name,
            &format!(
                "<Credentials><AccessKeyId>ASIA{seconds}</AccessKeyId><SecretAccessKey>s</SecretAccessKey>\
                 <SessionToken>session-{seconds}</SessionToken><Expiration>{expiration}</Expiration></Credentials>"
            ),
        )
    }

    fn organization(&self, name: &str, asked: &Value) -> Parts {
        let arn = |account: &str| {
            let management = Self::account(0);
            format!("arn:aws:organizations::{management}:account/o-sim/{account}")
        };
        match name {
            "DescribeOrganization" => {
                json(json!({"Organization": {"Id": "o-sim", "MasterAccountId": Self::account(0)}}))
            }
            "ListAccounts" | "ListAccountsForParent" => {
                let begin: usize = asked["NextToken"]
                    .as_str()
                    .map_or(0, |token| token.parse().unwrap_or_default());
                let end = (begin + ACCOUNTS).min(self.0.world.accounts);
                let accounts: Vec<Value> = (begin..end)
                    .map(|number| {
                        let id = Self::account(number);
                        let open = number + self.0.world.suspended < self.0.world.accounts;
                        let status = if open { "ACTIVE" } else { "SUSPENDED" };
                        json!({"Arn": arn(&id), "Id": id, "Name": format!("account-{number}"), "Status": status})
                    })
                    .collect();
                let next = (end < self.0.world.accounts).then(|| end.to_string());
                json(json!({"Accounts": accounts, "NextToken": next}))
            }
            "ListRoots" => json(json!({"Roots": [{"Id": "r-sim", "Name": "Root",
                "PolicyTypes": [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}]}]})),
            "ListOrganizationalUnitsForParent" => json(json!({"OrganizationalUnits": []})),
            "ListTagsForResource" => {
                let even = asked["ResourceId"]
                    .as_str()
                    .is_some_and(|id| id.ends_with(['0', '2', '4', '6', '8']));
                let stage = if even { "live" } else { "test" };
                json(
                    json!({"Tags": [{"Key": "stage", "Value": stage}, {"Key": "team", "Value": "lamps"}]}),
                )
            }
            "ListPolicies" => {
                json(json!({"Policies": [{"Id": "p-full", "Name": "FullAWSAccess"}]}))
            }
            "DescribePolicy" => json(json!({"Policy": {
                "Content": r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#,
                "PolicySummary": {"Id": "p-full", "Name": "FullAWSAccess"}}})),
            "ListTargetsForPolicy" => {
                let accounts = (0..self.0.world.accounts).map(Self::account);
                let targets: Vec<Value> = accounts
                    .chain(["r-sim".to_owned()])
                    .map(|id| json!({"TargetId": id}))
                    .collect();
                json(json!({"Targets": targets}))
            }
            _ => error("organizations", 400, "UnknownOperationException", ""),
        }
    }

    /// One role, which all functions of the account have; where they differ, one for every ten.
    fn iam(&self, account: &str) -> Parts {
        let roles = match self.0.world.distinct {
            true => self.0.world.functions.div_ceil(10),
            false => 1,
        };
        let partition = self.0.world.partition;
        let trust = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%7B%22Service%22%3A%22lambda.amazonaws.com%22%7D%2C%22Action%22%3A%22sts%3AAssumeRole%22%7D%5D%7D";
        let policy = |number: usize| {
            let document = json!({"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Action": ["dynamodb:GetItem", "dynamodb:PutItem"],
                 "Resource": format!("arn:{partition}:dynamodb:*:{account}:table/orders-{number}")},
                {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": format!("arn:{partition}:sqs:*:{account}:queue-{number}")},
            ]});
            let encoded = percent_encoding::utf8_percent_encode(
                &document.to_string(),
                percent_encoding::NON_ALPHANUMERIC,
            )
            .to_string();
            format!(
                "<RolePolicyList><member><PolicyName>own</PolicyName><PolicyDocument>{encoded}</PolicyDocument></member></RolePolicyList>"
            )
        };
        let role = |number: usize| {
            let (name, policies) = match self.0.world.distinct {
                true => (format!("worker-{number}"), policy(number)),
                false => ("worker".to_owned(), String::new()),
            };
            format!(
                "<member><Arn>arn:{partition}:iam::{account}:role/{name}</Arn><RoleName>{name}</RoleName>\
                 <RoleId>AROA{number}</RoleId><Path>/</Path><CreateDate>2026-01-01T00:00:00Z</CreateDate>\
                 <AssumeRolePolicyDocument>{trust}</AssumeRolePolicyDocument>{policies}</member>"
            )
        };
        query(
            "GetAccountAuthorizationDetails",
            &format!(
                "<IsTruncated>false</IsTruncated><UserDetailList/><GroupDetailList/><Policies/>\
                 <RoleDetailList>{}</RoleDetailList>",
                (0..roles).map(role).collect::<String>()
            ),
        )
    }

    fn lambda(&self, ticket: &Ticket, uri: &str) -> Parts {
        let world = &self.0.world;
        let path = uri.split_once("://").map_or(uri, |(_, rest)| rest);
        let path = path.split_once('/').map_or("", |(_, path)| path);
        let path = path.split('?').next().unwrap_or_default();
        let name = path
            .trim_end_matches('/')
            .split('/')
            .nth(2)
            .unwrap_or_default();
        let number: usize = name
            .strip_prefix("worker-")
            .and_then(|number| number.parse().ok())
            .unwrap_or_default();
        let arn = format!(
            "arn:{}:lambda:{}:{}:function:{name}",
            world.partition, ticket.region, ticket.account
        );
        let aliased = number.is_multiple_of(world.alias_every.max(1)) && world.alias_every > 0;
        let public = number.is_multiple_of(world.public_every.max(1)) && world.public_every > 0;
        match ticket.operation.name {
            "GetAccountSettings" => json(json!({
                "AccountLimit": {"ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": 900},
                "AccountUsage": {"FunctionCount": world.functions, "TotalCodeSize": world.functions * 1024},
            })),
            "ListFunctions" => {
                let begin: usize =
                    parameter(uri, "Marker").map_or(0, |marker| marker.parse().unwrap_or_default());
                let end = (begin + PAGE).min(world.functions);
                let functions: Vec<Value> = (begin..end)
                    .map(|number| function(world, ticket, number))
                    .collect();
                let next = (end < world.functions).then(|| end.to_string());
                json(json!({"Functions": functions, "NextMarker": next}))
            }
            "GetFunction" => json(json!({
                "Configuration": function(world, ticket, number),
                "Code": {"RepositoryType": "S3", "Location": "https://presigned.example/"},
                "Tags": {"team": "simulated"},
            })),
            "GetPolicy" if public => {
                let statement = |sid: &str, action: &str, key: &str, value: &str| {
                    json!({"Sid": sid, "Effect": "Allow", "Principal": "*", "Action": action, "Resource": arn,
                        "Condition": {if key.starts_with("lambda:FunctionUrl") {"StringEquals"} else {"Bool"}: {key: value}}})
                };
                let policy = json!({"Version": "2012-10-17", "Statement": [
                    statement("url", "lambda:InvokeFunctionUrl", "lambda:FunctionUrlAuthType", "NONE"),
                    statement("invoke", "lambda:InvokeFunction", "lambda:InvokedViaFunctionUrl", "true"),
                ]});
                json(json!({"Policy": policy.to_string(), "RevisionId": "1"}))
            }
            "GetPolicy" if number.is_multiple_of(2) => {
                let policy = json!({"Version": "2012-10-17", "Statement": [{"Sid": "bucket", "Effect": "Allow",
                    "Principal": {"Service": "s3.amazonaws.com"}, "Action": "lambda:InvokeFunction", "Resource": arn,
                    "Condition": {"StringEquals": {"AWS:SourceAccount": &*ticket.account}}}]});
                json(json!({"Policy": policy.to_string(), "RevisionId": "1"}))
            }
            "GetPolicy" => error(
                "lambda",
                404,
                "ResourceNotFoundException",
                "The resource you requested does not exist.",
            ),
            "ListFunctionUrlConfigs" if public => json(json!({"FunctionUrlConfigs": [{
                "FunctionArn": arn, "FunctionUrl": format!("https://{name}.lambda-url.example/"),
                "AuthType": "NONE", "CreationTime": "2026-01-01T00:00:00Z",
                "LastModifiedTime": "2026-01-01T00:00:00Z"}]})),
            "ListFunctionUrlConfigs" => json(json!({"FunctionUrlConfigs": []})),
            "ListAliases" if aliased => json(json!({"Aliases": [
                {"Name": "live", "AliasArn": format!("{arn}:live"), "FunctionVersion": "1"}]})),
            "ListAliases" => json(json!({"Aliases": []})),
            "ListFunctionEventInvokeConfigs" => json(json!({"FunctionEventInvokeConfigs": []})),
            "GetRuntimeManagementConfig" => json(json!({"UpdateRuntimeOn": "Auto"})),
            "GetFunctionRecursionConfig" => json(json!({"RecursiveLoop": "Terminate"})),
            "ListEventSourceMappings" => json(json!({"EventSourceMappings": []})),
            "ListCodeSigningConfigs" => json(json!({"CodeSigningConfigs": []})),
            "ListLayers" => json(json!({"Layers": []})),
            name => error("lambda", 404, "ResourceNotFoundException", name),
        }
    }
}

/// A function as the list gives it.
fn function(world: &World, ticket: &Ticket, number: usize) -> Value {
    let name = format!("worker-{number:05}");
    let partition = world.partition;
    let mut function = json!({
        "FunctionName": name,
        "FunctionArn": format!("arn:{partition}:lambda:{}:{}:function:{name}", ticket.region, ticket.account),
        "Runtime": "python3.13",
        "Role": format!("arn:{partition}:iam::{}:role/worker", ticket.account),
        "Handler": "app.handler",
        "CodeSize": 1024,
        "Description": "",
        "Timeout": 30,
        "MemorySize": 256,
        "LastModified": "2026-10-01T12:00:00.000+0000",
        "CodeSha256": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        "Version": "$LATEST",
        "TracingConfig": {"Mode": "Active"},
        "PackageType": "Zip",
        "Architectures": ["arm64"],
        "State": "Active",
        "EphemeralStorage": {"Size": 512},
        "Environment": {"Variables": {"TABLE": "orders", "LOG_LEVEL": "info"}},
        "LoggingConfig": {"LogFormat": "JSON", "ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO",
            "LogGroup": format!("/aws/lambda/{name}")},
    });
    if world.distinct {
        differ(&mut function, world, ticket, number);
    }
    function
}

/// What makes functions differ as those of an account do.
fn differ(function: &mut Value, world: &World, ticket: &Ticket, number: usize) {
    let partition = world.partition;
    let place = format!("{}:{}", ticket.region, ticket.account);
    let runtimes = [
        "python3.13",
        "nodejs22.x",
        "nodejs18.x",
        "java21",
        "provided.al2023",
    ];
    function["Runtime"] = runtimes[number % runtimes.len()].into();
    function["Role"] = format!(
        "arn:{partition}:iam::{}:role/worker-{}",
        ticket.account,
        number / 10
    )
    .into();
    function["Timeout"] = (3 + number % 897).into();
    function["MemorySize"] = (128 + 64 * (number % 31)).into();
    function["Description"] = format!("worker {number} of {place}").into();
    function["CodeSha256"] = format!("{number:043}=").into();
    let variables: serde_json::Map<String, Value> = (0..number % 12)
        .map(|index| {
            (
                format!("SETTING_{index}"),
                format!("value-{number}-{index}").into(),
            )
        })
        .collect();
    function["Environment"] = json!({"Variables": variables});
    if number.is_multiple_of(3) {
        let arn = format!(
            "arn:{partition}:lambda:{place}:layer:shared-{}:{}",
            number % 40,
            1 + number % 9
        );
        function["Layers"] = json!([{"Arn": arn, "CodeSize": 1024}]);
    }
}
