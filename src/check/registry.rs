//! All checks: the built-in ones and those of the user.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};

use super::ceiling;
use super::compile::{Check, Schemas, Scopes, compile};
use super::definition::{Persona, Severity};
use super::nearest::nearest;
use super::problem::Problem;
use super::source::Source;
use crate::disk;

static BUILT_IN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/checks");

/// The folder beside the checks that holds data, not checks.
const REFERENCE: &str = "reference";

/// Why checks could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A folder or file could not be read.
    #[error("cannot read `{}`", path.display())]
    Read {
        /// What could not be read.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A folder that was named for its checks holds no check file.
    #[error("there is no check file (`.toml`) in `{}`", .0.display())]
    Nothing(PathBuf),
    /// Check files are wrong.
    #[error("{}", pictures(.0))]
    Wrong(Vec<Problem>),
}

/// Why a choice of checks could not be made.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SelectError {
    /// No check has this id.
    #[error("no check `{id}`{}", suggestion(.nearest.as_ref()))]
    UnknownId {
        /// What was asked for.
        id: String,
        /// The id that was probably meant.
        nearest: Option<String>,
    },
    /// It is the id of another tool or standard, to which checks map.
    #[error("no check `{id}`; checks that map to it: {}", .checks.join(", "))]
    Mapped {
        /// What was asked for.
        id: String,
        /// The checks that map to it.
        checks: Vec<String>,
    },
    /// No check is of this family.
    #[error("no family of checks `{family}`{}", suggestion(.nearest.as_ref()))]
    UnknownFamily {
        /// What was asked for.
        family: String,
        /// The family that was probably meant.
        nearest: Option<String>,
    },
}

fn suggestion(nearest: Option<&String>) -> String {
    nearest.map_or_else(String::new, |name| format!("; did you mean `{name}`?"))
}

fn pictures(problems: &[Problem]) -> String {
    let pictures: Vec<String> = problems.iter().map(Problem::to_string).collect();
    pictures.join("\n\n")
}

/// Which checks to run.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Selection {
    /// Only these ids, whatever their persona; empty: all.
    pub ids: Vec<String>,
    /// Only these families; empty: all.
    pub families: Vec<String>,
    /// Not these ids.
    pub skip: Vec<String>,
    /// Checks for this persona and those before it.
    pub persona: Persona,
}

/// All checks that were loaded, in the order of their ids.
#[derive(Debug)]
pub struct Registry {
    checks: BTreeMap<String, Check>,
}

impl Registry {
    /// The checks in the binary.
    ///
    /// # Errors
    /// When one of them is wrong, which the project's tests rule out.
    pub fn builtin(schemas: Schemas<'_>) -> Result<Self, LoadError> {
        Self::load(&[], schemas)
    }

    /// The checks in the binary, and those in these folders and all folders within them.
    ///
    /// # Errors
    /// When a folder cannot be read or holds no check, or a check in it is wrong or has the id of another.
    pub fn load(folders: &[PathBuf], schemas: Schemas<'_>) -> Result<Self, LoadError> {
        let mut sources = built_in();
        for folder in folders {
            let found = read(folder)?;
            if found.is_empty() {
                return Err(LoadError::Nothing(folder.clone()));
            }
            sources.extend(found);
        }
        Self::of(sources, schemas)
    }

    /// The checks in these folders alone, without those in the binary.
    ///
    /// # Errors
    /// As [`Registry::load`].
    pub fn only(folders: &[PathBuf], schemas: Schemas<'_>) -> Result<Self, LoadError> {
        let mut sources = Vec::new();
        for folder in folders {
            sources.extend(read(folder)?);
        }
        Self::of(sources, schemas)
    }

    fn of(sources: Vec<Source>, schemas: Schemas<'_>) -> Result<Self, LoadError> {
        let (checks, problems) = compile_all(sources, schemas);
        if problems.is_empty() {
            Ok(Self { checks })
        } else {
            Err(LoadError::Wrong(problems))
        }
    }

    /// Every check, in the order of ids.
    pub fn checks(&self) -> impl Iterator<Item = &Check> {
        self.checks.values()
    }

    /// Gives a check another severity than its file does; `false`: there is no such check.
    pub(crate) fn override_severity(&mut self, id: &str, severity: Option<Severity>) -> bool {
        let Some(check) = self.checks.get_mut(id) else {
            return false;
        };
        if let Some(severity) = severity {
            let own = std::mem::replace(&mut check.definition.severity, severity);
            check.own_severity = (own != severity).then_some(own);
        }
        true
    }

    /// The check of this id.
    ///
    /// # Errors
    /// When there is none; the error names the nearest, or those that map to the id, which then is another tool's.
    pub fn get(&self, id: &str) -> Result<&Check, SelectError> {
        self.checks.get(id).ok_or_else(|| match self.mapped(id) {
            mapped if mapped.is_empty() => SelectError::UnknownId {
                id: id.to_owned(),
                nearest: nearest(id, self.checks.keys().map(String::as_str)).map(str::to_owned),
            },
            mapped => SelectError::Mapped {
                id: id.to_owned(),
                checks: mapped.into_iter().map(str::to_owned).collect(),
            },
        })
    }

    /// Ids of the checks that map to the id of another tool or standard, such as Prowler's or Security Hub's.
    fn mapped(&self, id: &str) -> Vec<&str> {
        let maps = |check: &&Check| {
            let mut ids = check.definition.maps.values().flatten();
            ids.any(|mapped| mapped.eq_ignore_ascii_case(id))
        };
        let checks = self.checks().filter(maps);
        checks.map(|check| check.definition.id.as_str()).collect()
    }

    /// The ids that a name stands for: its own, or those of the checks that map to it.
    fn resolve(&self, names: &[String]) -> Result<BTreeSet<&str>, SelectError> {
        let mut ids = BTreeSet::new();
        for name in names {
            match self.get(name) {
                Ok(check) => {
                    ids.insert(check.definition.id.as_str());
                }
                Err(SelectError::Mapped { .. }) => ids.extend(self.mapped(name)),
                Err(error) => return Err(error),
            }
        }
        Ok(ids)
    }

    /// The chosen checks, in the order of ids. The id of another tool stands for all checks that map to it.
    ///
    /// # Errors
    /// When an id or a family is named that does not exist.
    pub fn select(&self, selection: &Selection) -> Result<Vec<&Check>, SelectError> {
        let (ids, skip) = (
            self.resolve(&selection.ids)?,
            self.resolve(&selection.skip)?,
        );
        for family in &selection.families {
            let known: BTreeSet<&str> = self.checks().map(|check| &*check.family).collect();
            if !known.contains(family.as_str()) {
                return Err(SelectError::UnknownFamily {
                    family: family.clone(),
                    nearest: nearest(family, known).map(str::to_owned),
                });
            }
        }
        let chosen = |check: &&Check| {
            let id = check.definition.id.as_str();
            let named = ids.contains(id);
            let wanted = selection.ids.is_empty() && check.definition.persona <= selection.persona;
            let family =
                selection.families.is_empty() || selection.families.contains(&check.family);
            (named || wanted) && family && !skip.contains(id)
        };
        Ok(self.checks().filter(chosen).collect())
    }
}

/// Compiles files, keeping every good check and every problem.
pub(super) fn compile_all(
    sources: Vec<Source>,
    schemas: Schemas<'_>,
) -> (BTreeMap<String, Check>, Vec<Problem>) {
    let mut checks: BTreeMap<String, Check> = BTreeMap::new();
    let mut problems = Vec::new();
    let mut scopes = Scopes::new(schemas);
    for source in sources {
        match compile(source, &mut scopes) {
            Err(found) => problems.extend(found),
            Ok(check) => match checks.get(&check.definition.id) {
                Some(other) => {
                    let message = format!("the id is taken by `{}`", other.file);
                    problems.push(check.source.problem("id", message, ""));
                }
                None => {
                    checks.insert(check.definition.id.clone(), check);
                }
            },
        }
    }
    (checks, problems)
}

/// The check files in the binary.
pub(super) fn built_in() -> Vec<Source> {
    let mut sources = Vec::new();
    let mut folders = vec![&BUILT_IN];
    while let Some(folder) = folders.pop() {
        folders.extend(
            folder
                .dirs()
                .filter(|dir| dir.path() != Path::new(REFERENCE)),
        );
        for file in folder.files().filter(|file| is_check(file.path())) {
            let text = file.contents_utf8().unwrap_or_default();
            let name = Path::new("checks").join(file.path());
            sources.push(Source::new(&name.to_string_lossy(), text));
        }
    }
    sources.sort_by(|one, other| one.file.cmp(&other.file));
    sources
}

/// The check files at a path: itself if it is a file, else all in the folder and below.
pub(super) fn read(path: &Path) -> Result<Vec<Source>, LoadError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| LoadError::Read { path, source }
    };
    let mut sources = Vec::new();
    let mut paths = vec![path.to_owned()];
    while let Some(next) = paths.pop() {
        if next.is_dir() {
            for entry in fs::read_dir(&next).map_err(failed(&next))? {
                let entry = entry.map_err(failed(&next))?.path();
                if entry.is_dir() {
                    let data = next == path && entry.file_name().is_some_and(|n| n == REFERENCE);
                    if !data {
                        paths.push(entry);
                    }
                } else if is_check(&entry) {
                    paths.push(entry);
                }
            }
        } else {
            let text = disk::read_text(&next, ceiling::FILE).map_err(failed(&next))?;
            sources.push(Source::new(&next.to_string_lossy(), &text));
        }
    }
    sources.sort_by(|one, other| one.file.cmp(&other.file));
    Ok(sources)
}

fn is_check(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "toml")
}
