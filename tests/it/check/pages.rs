//! Checks as pages, and remediation with real names.

use super::*;

#[test]
fn a_check_is_shown_as_a_page_and_on_a_terminal() {
    let registry = registry();
    let check = registry.get("public-function-url").unwrap();
    insta::assert_snapshot!(page(check), @r#"
    # Function URL that anybody may call

    `public-function-url` · judges each function · severity high · confidence high · persona default · since 0.1.0

    A function URL without authentication runs the function for whoever finds it, and every run is
    paid for and has the rights of its execution role.

    ## When it fails

    **It is asked of resources for which**

    ```cel
    exposure.has_url
    ```

    **It fails if**

    ```cel
    exposure.urls.exists(url, url.auth == "NONE" && url.public)
    ```

    **It shows**

    ```cel
    exposure.urls.filter(url, url.auth == "NONE" && url.public)
    ```

    **It says**

    ```jinja
    The URL of {{ item.qualifier }} of {{ lambda.name }} answers anybody on the internet.
    ```

    It is UNKNOWN where AWS refuses what it needs of `lambda:ListFunctionUrlConfigs`.

    ## How to mend it

    Ask for IAM authentication, or put a CloudFront distribution with origin access control in front of {{ lambda.name }}.

    **AWS CLI**

    ```sh
    aws lambda update-function-url-config --function-name {{ resource.arn }} --qualifier {{ item.qualifier }} --auth-type AWS_IAM
    ```

    **Terraform**

    ```hcl
    resource "aws_lambda_function_url" "this" {
      function_name      = "{{ lambda.name }}"
      qualifier          = "{{ item.qualifier }}"
      authorization_type = "AWS_IAM"
    }
    ```

    **CloudFormation**

    ```yaml
    Type: AWS::Lambda::Url
    Properties:
      TargetFunctionArn: {{ resource.arn }}
      AuthType: AWS_IAM
    ```

    ## Examples

    **FAIL, an alias whose URL asks for nothing and whose policy lets everybody in**

    ```toml
    [exposure]
    has_url = true

    [[exposure.urls]]
    auth = "NONE"
    public = true
    qualifier = "live"

    [lambda]
    name = "checkout"
    ```

    **PASS, IAM authentication**

    ```toml
    [exposure]
    has_url = true

    [[exposure.urls]]
    auth = "AWS_IAM"
    public = false
    qualifier = "live"
    ```

    **UNKNOWN, the policy could not be read**

    ```toml
    [exposure]
    has_url = true

    [[exposure.urls]]
    auth = "NONE"
    qualifier = "live"
    ```

    **NOT_APPLICABLE, no URL**

    ```toml
    [exposure]
    has_url = false
    ```

    ## Elsewhere

    - AWS Security Hub: Lambda.1
    - MITRE ATT&CK: T1190

    ## Read more

    - <https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html>
    "#);
    insta::assert_snapshot!(terminal_page(registry.get("long-timeout").unwrap(), 60), @r#"
    Timeout near the limit
    long-timeout · judges each function · severity low ·
    confidence medium · persona strict · since 0.1.0

    A function that hangs is paid for, and holds its
    concurrency, until its timeout.

    WHEN IT FAILS

    It fails if:

        lambda.timeout_s >= 840

    It says:

        {{ lambda.name }} may run for {{ lambda.timeout_s }} seconds.

    It is UNKNOWN where AWS refuses what it needs of
    lambda:ListFunctions.

    HOW TO MEND IT

    Set the timeout to a little more than the longest run that
    is sound.

    EXAMPLES

    FAIL, fifteen minutes:

        [lambda]
        name = "batch"
        timeout_s = 900

    PASS, three seconds:

        [lambda]
        timeout_s = 3
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
