//! Reading the file, and pointing at what is wrong with it.

use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use thiserror::Error;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::settings::Config;
use crate::check::{Problem, Registry, nearest};
use crate::disk::{self, Ceiling};

/// The largest configuration: room for a change to every check and for thousands of accounts.
const FILE: Ceiling = Ceiling {
    of: "configurations",
    bytes: 1 << 20,
};

/// The file that is looked for in the working directory.
pub const CONFIG_FILE: &str = "lamppost.toml";

/// Why there is no configuration; wrong usage.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file could not be read.
    #[error("cannot read the configuration `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is wrong; displayed as a picture of the place.
    #[error("{0}")]
    Wrong(Box<Problem>),
}

/// Where a configuration came from.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Origin {
    file: String,
    text: Arc<str>,
}

impl Config {
    /// The configuration of a run: of the file that the user names, else of [`CONFIG_FILE`] in
    /// that folder where there is one, else none.
    ///
    /// # Errors
    /// When the named file does not exist, or the file cannot be read or is wrong.
    pub fn find(named: Option<&Path>, folder: &Path) -> Result<Self, ConfigError> {
        let usual = folder.join(CONFIG_FILE);
        // An empty variable is how CI systems leave one unset.
        let named = named.filter(|path| !path.as_os_str().is_empty());
        let path = named.unwrap_or(&usual);
        let text = match disk::read_text(path, FILE) {
            Ok(text) => text,
            Err(error) if named.is_none() && error.kind() == io::ErrorKind::NotFound => {
                return Ok(Self::default());
            }
            Err(source) => {
                return Err(ConfigError::Read {
                    path: path.to_owned(),
                    source,
                });
            }
        };
        Self::parse(&path.to_string_lossy(), &text)
    }

    /// The configuration in a text, which errors call by the name of its file.
    ///
    /// # Errors
    /// When it is wrong.
    pub fn parse(file: &str, text: &str) -> Result<Self, ConfigError> {
        let text: Arc<str> = text.into();
        if let Some(span) = list_for_a_table(&text) {
            return Err(ConfigError::Wrong(Box::new(Problem {
                file: file.to_owned(),
                message: "this is a list, and a table is expected".to_owned(),
                label: String::new(),
                help: None,
                span: Some(span),
                text,
            })));
        }
        match toml::from_str::<Self>(&text) {
            Ok(config) => Ok(Self {
                origin: Some(Origin {
                    file: file.to_owned(),
                    text,
                }),
                ..config
            }),
            Err(error) => Err(ConfigError::Wrong(Box::new(Problem::of_toml(
                file, &text, &error,
            )))),
        }
    }

    /// The file that the configuration was read from, with its content; `None`: there is none.
    pub fn source(&self) -> Option<(&str, &str)> {
        let origin = self.origin.as_ref()?;
        Some((&origin.file, &origin.text))
    }

    /// Gives checks the severities that the user wants. Which ones are not to run says
    /// [`Config::disabled`].
    ///
    /// # Errors
    /// When the configuration names a check that does not exist; the error marks it and offers
    /// the nearest id.
    pub fn apply(&self, registry: &mut Registry) -> Result<(), ConfigError> {
        for (id, change) in &self.checks {
            if !registry.override_severity(id.get_ref(), change.severity) {
                return Err(self.unknown_check(id, registry));
            }
        }
        Ok(())
    }

    fn unknown_check(&self, id: &Spanned<String>, registry: &Registry) -> ConfigError {
        let origin = self.origin.clone().unwrap_or_default();
        let known = registry.checks().map(|check| check.definition.id.as_str());
        ConfigError::Wrong(Box::new(Problem {
            file: origin.file,
            message: format!("no check `{}`", id.get_ref()),
            label: String::new(),
            help: Some(match nearest(id.get_ref(), known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "`lamppost checks list --persona audit` lists them all".to_owned(),
            }),
            span: Some(id.span()),
            text: origin.text,
        }))
    }
}

/// A list where a table belongs, which the deserializer would take for a table whose keys are left out.
fn list_for_a_table(text: &str) -> Option<Range<usize>> {
    let table = DeTable::parse(text).ok()?;
    let tables = table
        .get_ref()
        .iter()
        .filter(|(key, _)| key.get_ref() != "accept");
    let sections = tables.map(|(_, value)| value);
    // what stands in the table of checks are tables themselves; in other sections lists are values
    let checks = table
        .get_ref()
        .iter()
        .filter(|(key, _)| key.get_ref() == "checks");
    let of_checks = checks.filter_map(|(_, value)| match value.get_ref() {
        DeValue::Table(inner) => Some(inner.iter().map(|(_, value)| value)),
        _ => None,
    });
    sections
        .chain(of_checks.flatten())
        .find(|value| matches!(value.get_ref(), DeValue::Array(_)))
        .map(Spanned::span)
}
