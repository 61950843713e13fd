//! Environment variables by which a runtime can be made to load other code than the function's.

use std::sync::LazyLock;

use serde::Deserialize;

use super::Provenance;

const FILE: &str = include_str!("../../checks/reference/code-variables.toml");

static VARIABLES: LazyLock<CodeVariables> =
    LazyLock::new(|| toml::from_str(FILE).unwrap_or_default());

/// The embedded variables.
pub fn code_variables() -> &'static CodeVariables {
    &VARIABLES
}

/// All known variables.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct CodeVariables {
    /// Where the data comes from.
    #[serde(flatten)]
    pub provenance: Provenance,
    variables: Vec<CodeVariable>,
}

/// One variable.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CodeVariable {
    /// Its name.
    pub name: String,
    /// What it does where it loads other code.
    pub effect: String,
    /// Options that load code.
    #[serde(default)]
    loads: Vec<String>,
    /// Options that load none.
    #[serde(default)]
    harmless: Vec<String>,
    /// Folders whose code the function loads anyway.
    #[serde(default)]
    paths: Vec<String>,
    /// The variable with the same options.
    like: Option<String>,
    /// The documentation.
    pub source: String,
}

impl CodeVariables {
    /// A variable by its name.
    pub fn get(&self, name: &str) -> Option<&CodeVariable> {
        self.variables.iter().find(|variable| variable.name == name)
    }

    /// Whether a value of a variable makes the runtime load other code than the function's; `None` for a variable that
    /// never does, `Some(None)` where an option of the value is not known.
    pub fn loads_code(&self, name: &str, value: &str) -> Option<Option<bool>> {
        let variable = self.get(name)?;
        let rules = variable.like.as_deref().and_then(|like| self.get(like));
        Some(rules.unwrap_or(variable).loads_with(value))
    }
}

impl CodeVariable {
    fn loads_with(&self, value: &str) -> Option<bool> {
        let value = value.trim();
        if value.is_empty() {
            return Some(false);
        }
        if !self.paths.is_empty() {
            let mut folders = value.split(':').filter(|folder| !folder.is_empty());
            return Some(folders.any(|folder| !self.is_own(folder)));
        }
        if self.loads.is_empty() {
            return Some(true);
        }
        let mut known = true;
        let mut words = value.split_whitespace().map(unquoted).peekable();
        while let Some(word) = words.next() {
            if word.starts_with('@') || listed(&self.loads, word) {
                return Some(true);
            }
            known &= listed(&self.harmless, word);
            // What follows an option without `=` may be its value.
            let value_follows = |next: &&str| !next.starts_with(['-', '@']);
            if word.starts_with('-')
                && !word.contains('=')
                && words.peek().is_some_and(value_follows)
            {
                words.next();
            }
        }
        known.then_some(false)
    }

    /// Whether the function loads code of a folder anyway.
    fn is_own(&self, folder: &str) -> bool {
        const TASK: [&str; 3] = ["$LAMBDA_TASK_ROOT", "${LAMBDA_TASK_ROOT}", "/var/task"];
        let folder = match folder.trim_end_matches('/') {
            "" => "/",
            folder => folder,
        };
        let climbs = folder.split('/').any(|part| part == "..");
        let relative = !folder.starts_with(['/', '$', '~']);
        let within = |own: &str| {
            folder == own
                || folder
                    .strip_prefix(own)
                    .is_some_and(|rest| rest.starts_with('/'))
        };
        !climbs
            && (relative
                || TASK.into_iter().any(within)
                || self.paths.iter().any(|own| folder == own))
    }
}

fn unquoted(word: &str) -> &str {
    word.trim_matches(['"', '\''])
}

/// Whether a list of options holds the option that a word is.
fn listed(options: &[String], word: &str) -> bool {
    let option = word.split_once('=').map_or(word, |(option, _)| option);
    // Node.js takes underscores for dashes.
    let dashed = match option.starts_with("--") {
        true => option.replace('_', "-"),
        false => option.to_owned(),
    };
    options.iter().any(|known| match known.strip_suffix('*') {
        Some(beginning) => word.starts_with(beginning) || dashed.starts_with(beginning),
        None => *known == dashed || known == word,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_embedded_file_is_sound() {
        let file: CodeVariables = toml::from_str(FILE).unwrap();
        assert!(file.provenance.as_of.is_some());
        let mut seen = BTreeSet::new();
        for variable in &file.variables {
            assert!(seen.insert(&variable.name), "{}", variable.name);
            assert!(variable.source.starts_with("https://"), "{}", variable.name);
            assert!(
                variable.paths.is_empty() || variable.loads.is_empty(),
                "{}",
                variable.name
            );
            if let Some(like) = &variable.like {
                assert!(file.get(like).is_some(), "{}", variable.name);
            }
        }
    }

    #[test]
    fn values_decide_whether_code_is_loaded() {
        for (name, value, expected) in [
            ("STAGE", "--require x", None),
            ("NODE_OPTIONS", "", Some(Some(false))),
            ("NODE_OPTIONS", "--enable-source-maps", Some(Some(false))),
            (
                "NODE_OPTIONS",
                "--enable_source_maps --max-old-space-size=900",
                Some(Some(false)),
            ),
            (
                "NODE_OPTIONS",
                "--max-old-space-size 900",
                Some(Some(false)),
            ),
            (
                "NODE_OPTIONS",
                "--enable-source-maps --require /opt/tap.js",
                Some(Some(true)),
            ),
            ("NODE_OPTIONS", "--import=@company/trace", Some(Some(true))),
            ("NODE_OPTIONS", "-r ./hook", Some(Some(true))),
            (
                "NODE_OPTIONS",
                "--conditions react-server",
                Some(Some(false)),
            ),
            ("NODE_OPTIONS", "--option-of-next-year", Some(None)),
            (
                "JAVA_TOOL_OPTIONS",
                "-XX:+TieredCompilation -XX:TieredStopAtLevel=1",
                Some(Some(false)),
            ),
            (
                "JAVA_TOOL_OPTIONS",
                "-Xmx512m -javaagent:/opt/agent.jar",
                Some(Some(true)),
            ),
            (
                "JAVA_TOOL_OPTIONS",
                "-XX:OnOutOfMemoryError=\"/opt/x\"",
                Some(Some(true)),
            ),
            ("JAVA_TOOL_OPTIONS", "@/opt/options", Some(Some(true))),
            (
                "JDK_JAVA_OPTIONS",
                "-agentlib:jdwp=transport=dt_socket",
                Some(Some(true)),
            ),
            ("_JAVA_OPTIONS", "-Xmx512m", Some(Some(false))),
            ("JAVA_TOOL_OPTIONS", "-Dcompany.thing=1", Some(None)),
            (
                "PYTHONPATH",
                "/var/task/src:/var/task/lib",
                Some(Some(false)),
            ),
            ("PYTHONPATH", "./lib", Some(Some(false))),
            ("PYTHONPATH", "/opt/python", Some(Some(false))),
            ("PYTHONPATH", "/var/task/../../tmp", Some(Some(true))),
            ("PYTHONPATH", "/mnt/efs/lib:/var/task", Some(Some(true))),
            ("PYTHONPATH", "/opt/tap", Some(Some(true))),
            (
                "LD_LIBRARY_PATH",
                "/opt/lib:/var/task/lib",
                Some(Some(false)),
            ),
            ("LD_PRELOAD", "/opt/tap.so", Some(Some(true))),
            ("LD_PRELOAD", "", Some(Some(false))),
            ("RUBYOPT", "-W0 --yjit", Some(Some(false))),
            ("RUBYOPT", "-rtap", Some(Some(true))),
            (
                "AWS_LAMBDA_EXEC_WRAPPER",
                "/opt/otel-handler",
                Some(Some(true)),
            ),
        ] {
            assert_eq!(
                code_variables().loads_code(name, value),
                expected,
                "{name}={value}"
            );
        }
    }
}
