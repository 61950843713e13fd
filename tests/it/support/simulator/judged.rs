//! A whole scan over the simulated AWS, with verdicts.

use std::sync::Arc;

use jiff::Timestamp;
use lamppost::aws::{Base, Connection};
use lamppost::check::{Check, Registry, plan};
use lamppost::facts;
use lamppost::finding::{Include, Mode, ReportTerms, RunInfo};
use lamppost::operation::Depth;
use lamppost::scan::{Reach, Scan};
use lamppost::secret::{Detector, FingerprintKey};
use lamppost::target::Selection;

/// The built-in checks.
pub(crate) fn registry() -> Registry {
    Registry::load(&[], &facts::schema).unwrap()
}

/// When every simulated scan is.
pub(crate) fn at() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

/// What is chosen for a simulated scan.
pub(crate) fn info(checks: &[&Check]) -> RunInfo {
    RunInfo {
        version: "0.1.0".to_owned(),
        mode: Mode::Live,
        checks: checks
            .iter()
            .map(|check| check.definition.id.clone())
            .collect(),
        depth: Depth::Standard,
        checks_left_out: Vec::new(),
        checks_in_part: Vec::new(),
        include: Include::default(),
        terms: lamppost::finding::Terms::default(),
        admitted: ReportTerms::default(),
        accept: Vec::new(),
    }
}

/// A scan of the whole organisation at standard depth.
pub(crate) fn scan<'a>(connection: &'a Connection, checks: &'a [&'a Check]) -> Scan<'a> {
    let base = Base::Given {
        region: "eu-west-1".to_owned(),
    };
    let selection = Selection {
        organization: true,
        role_name: Some("audit".to_owned()),
        ..Selection::default()
    };
    let plan = plan(checks.iter().copied()).at(Depth::Standard);
    Scan {
        reach: Reach::new(connection, base, selection, plan),
        detector: Arc::new(Detector::new(FingerprintKey::from_seed(b"simulated")).unwrap()),
        settings: lamppost::config::Config::default().settings(),
        checks,
        info: info(checks),
        snapshot: None,
        at: Some(at()),
    }
}
