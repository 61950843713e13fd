//! The manifests and queries of `docs/at-scale.md`: as far as they can be tried without a cluster.

use std::process::Command;

use clap::Parser as _;
use lamppost::cli::Cli;
use serde_json::Value;

use crate::support::cli::{Lamppost, folder, project};
use crate::support::emulator::python;

fn run_python(script: &str, arguments: &[&str]) -> Value {
    let output = Command::new(python())
        .args(["-c", script])
        .args(arguments)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn yaml(file: &str) -> Value {
    let path = project("docs/at-scale").join(file);
    let script = "import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1]))))";
    run_python(script, &[path.to_str().unwrap()])
}

fn json(file: &str) -> Value {
    let text = std::fs::read_to_string(project("docs/at-scale").join(file)).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// The command line takes these arguments, once the engine has put the part's number in.
fn is_understood(arguments: impl IntoIterator<Item = String>) {
    let filled = arguments.into_iter().map(|argument| {
        let parts = ["$(JOB_COMPLETION_INDEX)", "$AWS_BATCH_JOB_ARRAY_INDEX"];
        parts
            .iter()
            .fold(argument, |text, part| text.replace(part, "7"))
            .replace("$(RUN)", "r")
            .replace("$RUN", "r")
    });
    let arguments: Vec<String> = std::iter::once("lamppost".to_owned())
        .chain(filled)
        .collect();
    if let Err(error) = Cli::try_parse_from(&arguments) {
        panic!("{arguments:?}: {error}");
    }
}

fn strings(list: &Value) -> Vec<String> {
    let list = list.as_array().unwrap().iter();
    list.map(|item| item.as_str().unwrap().to_owned()).collect()
}

#[test]
fn kubernetes_manifests_are_whole_and_their_arguments_understood() {
    let job = yaml("kubernetes-job.yaml");
    assert_eq!(
        (&job["apiVersion"], &job["kind"]),
        (&"batch/v1".into(), &"Job".into())
    );
    assert_eq!(job["spec"]["completionMode"], "Indexed");
    let container = &job["spec"]["template"]["spec"]["containers"][0];
    let arguments = strings(&container["args"]);
    let shard = format!(
        "--shard=$(JOB_COMPLETION_INDEX)/{}",
        job["spec"]["completions"]
    );
    assert!(arguments.contains(&shard), "{arguments:?}");
    is_understood(arguments);
    let cron = yaml("kubernetes-cronjob.yaml");
    assert_eq!(
        (&cron["apiVersion"], &cron["kind"]),
        (&"batch/v1".into(), &"CronJob".into())
    );
    let pod = &cron["spec"]["jobTemplate"]["spec"]["template"]["spec"];
    is_understood(strings(&pod["containers"][0]["args"]));
    for pod in [&job["spec"]["template"]["spec"], pod] {
        let volumes: Vec<&Value> = pod["volumes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|v| &v["name"])
            .collect();
        for mount in pod["containers"][0]["volumeMounts"].as_array().unwrap() {
            assert!(volumes.contains(&&mount["name"]), "{mount}");
        }
    }
}

#[test]
fn the_batch_job_has_a_task_for_each_part() {
    let job = json("batch-job.json");
    let command = strings(&job["containerOverrides"]["command"]);
    let line = command[2].strip_prefix("lamppost ").unwrap();
    let shard = format!(
        "$AWS_BATCH_JOB_ARRAY_INDEX/{}",
        job["arrayProperties"]["size"]
    );
    assert!(line.contains(&shard), "{line}");
    is_understood(line.split(' ').map(str::to_owned));
}

#[test]
fn the_state_machine_has_a_task_for_each_part() {
    let machine = json("step-functions.json");
    let states = machine["States"].as_object().unwrap();
    let start = machine["StartAt"].as_str().unwrap();
    let next = states[start]["Next"].as_str().unwrap();
    assert_eq!(states[next]["Type"], "Map");
    let parts = states[start]["Result"]["parts"].as_array().unwrap().len();
    let task = &states[next]["ItemProcessor"]["States"]["Part"]["Parameters"];
    let container = &task["Overrides"]["ContainerOverrides"][0];
    let shard = container["Environment"][0]["Value.$"].as_str().unwrap();
    assert_eq!(shard, format!("States.Format('{{}}/{parts}', $)"));
    let command = container["Command.$"].as_str().unwrap();
    let words = command.split('\'').skip(1).step_by(2);
    is_understood(words.map(|word| word.replace("{}", "7")));
}

#[test]
fn the_queries_answer_over_reports_of_a_fleet() {
    let at = folder();
    let reports = at.path().join("reports");
    std::fs::create_dir(&reports).unwrap();
    for name in ["one", "two"] {
        let file = reports.join(format!("{name}.ndjson"));
        let demo = Lamppost::new(["demo", "--output", file.to_str().unwrap()]).run();
        assert_eq!(demo.code(), 0, "{}", demo.stderr());
    }
    let script = "
import duckdb, json, os, sys
os.chdir(sys.argv[1])
rows = []
for query in open(sys.argv[2]).read().split(';'):
    if query.strip():
        answer = duckdb.sql(query)
        rows.append({'columns': answer.columns, 'rows': len(answer.fetchall())})
print(json.dumps(rows))
";
    let queries = project("docs/at-scale/queries.sql");
    let answers = run_python(
        script,
        &[at.path().to_str().unwrap(), queries.to_str().unwrap()],
    );
    let answers = answers.as_array().unwrap();
    assert_eq!(answers.len(), 4);
    for answer in answers {
        assert!(answer["rows"].as_u64().unwrap() > 0, "{answer}");
    }
}
