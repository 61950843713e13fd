//! A whole scan over the simulated AWS, without judging what it finds.

use std::convert::Infallible;
use std::sync::Arc;

use lamppost::aws::{Base, Connection, Limits, Share};
use lamppost::collect::{Sweep, visits};
use lamppost::operation::{self, Depth, Plan, Quota};
use lamppost::target::{Selection, resolve};
use tokio_util::sync::CancellationToken;

use super::{Simulator, Tally};

/// What a scan took and what it lost.
#[derive(Clone, Debug, Default)]
pub(crate) struct Swept {
    /// Simulated seconds until the accounts and their regions were known.
    pub(crate) discovery: f64,
    /// Simulated seconds until the end, discovery included.
    pub(crate) seconds: f64,
    pub(crate) accounts: usize,
    pub(crate) functions: usize,
    /// Gaps that a scan of that depth need not have.
    pub(crate) gaps: Vec<String>,
}

/// The plan of all that Lamppost can ask at that depth.
pub(crate) fn plan(depth: Depth) -> Plan {
    Plan::new(operation::all().filter(|operation| operation.depth <= depth)).at(depth)
}

/// Limits with that share of the quotas, and room for every account at once.
pub(crate) fn limits(percent: u8, in_flight: usize) -> Limits {
    Limits {
        share: Some(Share::percent(percent).unwrap()),
        in_flight,
        ..Limits::default()
    }
}

/// Scans every account of the simulated organisation.
pub(crate) async fn sweep(
    simulator: &Simulator,
    limits: Limits,
    depth: Depth,
    accounts_at_once: usize,
) -> Swept {
    let base = Base::Given {
        region: "eu-west-1".to_owned(),
    };
    scan(simulator, base, limits, depth, accounts_at_once).await
}

/// The same at standard depth, for whoever begins elsewhere.
pub(crate) async fn sweep_of(
    simulator: &Simulator,
    base: Base,
    limits: Limits,
    accounts_at_once: usize,
) -> Swept {
    scan(simulator, base, limits, Depth::Standard, accounts_at_once).await
}

async fn scan(
    simulator: &Simulator,
    base: Base,
    limits: Limits,
    depth: Depth,
    accounts_at_once: usize,
) -> Swept {
    let connection = Connection::over(simulator.transport(), limits);
    let selection = Selection {
        organization: true,
        role_name: Some("audit".to_owned()),
        ..Selection::default()
    };
    let plan = plan(depth);
    let targets = resolve(&connection, &base, &selection, &plan)
        .await
        .unwrap();
    let visits = visits(targets.entered, &[], &[]).await.unwrap();
    let mut swept = Swept {
        discovery: simulator.elapsed(),
        ..Swept::default()
    };
    let sweep = Arc::new(Sweep {
        plan,
        inspect: Box::new(|_, _| Vec::new()),
        progress: Arc::new(()),
        cancel: CancellationToken::new(),
        observed_at: "2026-11-21T00:00:00Z".parse().unwrap(),
        accounts_at_once,
    });
    sweep
        .run(visits, |inventory| {
            swept.accounts += 1;
            for region in &inventory.regions {
                swept.functions += region.functions.len();
            }
            let text = serde_json::to_value(&inventory).unwrap();
            gaps(&text, &mut swept.gaps);
            Ok::<(), Infallible>(())
        })
        .await
        .unwrap();
    swept.seconds = simulator.elapsed();
    swept
}

fn gaps(value: &serde_json::Value, found: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(members)
            if members.contains_key("kind") && members.contains_key("operation") =>
        {
            let kind = members["kind"].as_str().unwrap_or_default();
            if !["deeper", "not-planned"].contains(&kind) {
                found.push(value.to_string());
            }
        }
        serde_json::Value::Object(members) => members.values().for_each(|value| gaps(value, found)),
        serde_json::Value::Array(items) => items.iter().for_each(|value| gaps(value, found)),
        _ => {}
    }
}

/// The least seconds that any scanner needs for one region: the slowest of the quotas, at its
/// documented rate, for the calls that the plan needs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bound {
    pub(crate) get_policy: usize,
    pub(crate) get_function: usize,
    pub(crate) rest: usize,
}

impl Bound {
    /// For one region of that world at standard depth.
    pub(crate) fn of(world: &super::World) -> Self {
        let every = |step: usize| match step {
            0 => 0,
            step => world.functions.div_ceil(step),
        };
        let aliases = every(world.alias_every);
        Self {
            // of functions and of aliases
            get_policy: world.functions + aliases,
            // functions, and the one version behind all their aliases
            get_function: world.functions + aliases,
            // aliases of each function, URLs of public ones, pages of functions, settings, mappings,
            // code-signing configurations and layers
            rest: world.functions + every(world.public_every) + world.functions.div_ceil(50) + 4,
        }
    }

    pub(crate) fn seconds(&self) -> f64 {
        let at = |calls: usize, budget: Quota| calls as f64 / f64::from(budget.per_second);
        at(self.get_policy, operation::lambda::GET_POLICY.quota)
            .max(at(self.get_function, operation::lambda::GET_FUNCTION.quota))
            .max(at(self.rest, operation::lambda::CONTROL_PLANE))
    }
}

/// Attempts of Lambda operations by the quota that they draw on.
pub(crate) fn spent(simulator: &Simulator, budget: Quota) -> Tally {
    simulator.sum(|_, _, operation| {
        operation::all().any(|known| known.label == operation && known.quota == budget)
    })
}
