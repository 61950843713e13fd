//! Checks as pages, and remediation with real names.

use super::*;

#[test]
fn a_check_is_shown_as_a_page_and_on_a_terminal() {
    let registry = registry();
    let check = registry.get("public-function-url").unwrap();
    insta::assert_snapshot!(page(check), @r#"
    # Function URL that anybody may call

    `public-function-url` · severity high · confidence high · persona default · applies to functions · since 0.1.0

    A function URL without authentication runs the function for whoever finds it, and every run is
    paid for and has the rights of its execution role.

    ## Example

    ```text
    The URL of live of checkout answers anybody on the internet.
    ```

    ## Remediation

    Ask for IAM authentication, or put a CloudFront distribution with origin access control in front of checkout.

    **AWS CLI**

    ```sh
    aws lambda update-function-url-config --function-name arn:aws:lambda:eu-central-1:111122223333:function:example --qualifier live --auth-type AWS_IAM
    ```

    **Terraform**

    ```hcl
    resource "aws_lambda_function_url" "this" {
      function_name      = "checkout"
      qualifier          = "live"
      authorization_type = "AWS_IAM"
    }
    ```

    **CloudFormation**

    ```yaml
    Type: AWS::Lambda::Url
    Properties:
      TargetFunctionArn: arn:aws:lambda:eu-central-1:111122223333:function:example
      AuthType: AWS_IAM
    ```

    ## When it is acceptable

    To turn the check off, or to give it another severity, add `[checks.public-function-url]` to `lamppost.toml`.

    ## Permissions

    The check needs these IAM actions. Where AWS denies one and the others do not decide, the verdict is UNKNOWN. It reads facts that only `--depth deep` observes in full.

    - lambda:ListFunctionUrlConfigs

    ## Mappings

    - AWS Security Hub: Lambda.1
    - MITRE ATT&CK: T1190

    ## References

    - <https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html>

    ## Expressions

    **Applies when**

    ```cel
    exposure.has_url
    ```

    **Fails when**

    ```cel
    exposure.urls.exists(url, url.auth == "NONE" && url.public)
    ```

    **Evidence**

    ```cel
    exposure.urls.filter(url, url.auth == "NONE" && url.public)
    ```

    **Message**

    ```jinja
    The URL of {{ item.qualifier }} of {{ lambda.name }} answers anybody on the internet.
    ```

    **Tested with**

    - FAIL: an alias whose URL asks for nothing and whose policy lets everybody in
    - PASS: IAM authentication
    - UNKNOWN: the policy could not be read
    - NOT_APPLICABLE: no URL
    "#);
    insta::assert_snapshot!(terminal_page(registry.get("long-timeout").unwrap(), 60), @r#"
    Timeout near the limit
    long-timeout · severity low · confidence medium · persona
    strict · applies to functions · since 0.1.0

    A function that hangs is paid for, and holds its
    concurrency, until its timeout.

    EXAMPLE

        batch may run for 900 seconds.

    REMEDIATION

    Set the timeout to a little more than the longest run that
    is sound.

    WHEN IT IS ACCEPTABLE

    To turn the check off, or to give it another severity, add
    [checks.long-timeout] to lamppost.toml.

    PERMISSIONS

    The check needs these IAM actions. Where AWS denies one and
    the others do not decide, the verdict is UNKNOWN.

      lambda:ListFunctions

    EXPRESSIONS

    Fails when:

        lambda.timeout_s >= 840

    Message:

        {{ lambda.name }} may run for {{ lambda.timeout_s }} seconds.

    Tested with:

      FAIL: fifteen minutes
      PASS: three seconds
    "#);
    insta::assert_snapshot!(index(registry.checks()), @r##"
    # Checks

    3 checks in 2 families.

    ## exposure

    | check | what it finds | severity | confidence | persona |
    | --- | --- | --- | --- | --- |
    | [`long-timeout`](long-timeout.md) | Timeout near the limit | low | medium | strict |
    | [`public-function-url`](public-function-url.md) | Function URL that anybody may call | high | high | default |

    ## secrets

    | check | what it finds | severity | confidence | persona |
    | --- | --- | --- | --- | --- |
    | [`secret-in-environment`](secret-in-environment.md) | Secret in an environment variable | critical | high | default |
    "##);
}

#[test]
fn remediation_holds_real_names_and_cannot_be_broken_out_of() {
    let mut facts = facts();
    let variable = |name: &str| Variable {
        name: name.to_owned(),
        detector: "token".to_owned(),
    };
    facts.secrets = Fact::Known(Secrets {
        variables: Fact::Known(vec![
            variable("TOKEN"),
            variable("A; $(reboot) 'B'\nreboot"),
        ]),
    });
    if let Fact::Known(lambda) = &mut facts.lambda {
        lambda.name = "two words".to_owned();
    }
    let (registry, document) = (registry(), document(&facts));
    let check = registry.get("secret-in-environment").unwrap();
    let judgement = Judge::new(&document).judge(check);
    let lines: Vec<String> = judgement
        .offences
        .into_iter()
        .filter_map(|o| o.fix.cli)
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r##"
    aws secretsmanager create-secret --name TOKEN --description 'from ''two words'
    aws secretsmanager create-secret --name 'A; $(reboot) '\''B'\''�reboot' --description 'from ''two words'
    "##);

    let text = around("lambda.timeout_s > 1")
        + r#"
fix.cloudformation = """
Plain: {{ lambda.name }}
Quoted: "{{ lambda.name }} of {{ resource.account }}"
List: [{{ lambda.layers }}]
"""
fix.terraform = 'name = "{{ lambda.name }}"'
"#;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("tried.toml"), text).unwrap();
    let registry = Registry::only(&[folder.path().to_owned()], &schema).unwrap();
    let judge = Judge::new(&document);
    let fix = &judge.judge(registry.get("tried").unwrap()).offences[0].fix;
    insta::assert_snapshot!(fix.cloudformation.as_deref().unwrap(), @r##"
    Plain: "two words"
    Quoted: "two words of 111122223333"
    List: [tools]
    "##);
    insta::assert_snapshot!(fix.terraform.as_deref().unwrap(), @r#"name = "two words""#);
}
