//! Routes of the APIs that policies of functions let in.
//!
//! An API is read only where a resource-based policy of a function of the account lets it in, by its id or because
//! no id is named. Of its routes those are kept that call a function.

mod domains;
mod http;
mod rest;
mod uri;

use std::collections::{BTreeMap, BTreeSet};

pub(super) use self::http::PROBES as HTTP_PROBES;
pub(super) use self::rest::PROBES as REST_PROBES;
use super::collector::Collector;
use super::named::Apis;
use super::place::{Place, together};
use super::seen::{Way, way};
use crate::aws::Session;
use crate::inventory::{
    AccountRecord, AdmittedApis, Api, ApiDomain, ApiRoute, ApiSettings, ApiStage, Gap, Observed,
    RegionApis, RegionInventory,
};
use crate::operation::{self, Plan};

/// APIs that are read at once in one region.
const AT_ONCE: usize = 4;

/// The APIs of a region, as its two lists show them.
pub(super) struct Listed {
    rest: Result<Vec<ApiSettings>, Gap>,
    http: Result<Vec<ApiSettings>, Gap>,
}

/// The lists of each region in which some API is let in.
pub(super) type Lists = BTreeMap<String, Listed>;

impl Listed {
    pub(super) async fn read(session: &Session, place: &Place<'_>) -> Self {
        let (rest, http) = (
            session.rest_apis(place.region),
            session.http_apis(place.region),
        );
        let (rest, http) = tokio::join!(rest::apis(place, &rest), http::apis(place, &http));
        Self { rest, http }
    }

    /// Both lists.
    pub(super) fn both(&self) -> [&Result<Vec<ApiSettings>, Gap>; 2] {
        [&self.rest, &self.http]
    }
}

/// Whether a chosen check wants to know of routes.
fn wanted(plan: &Plan) -> bool {
    let routes = [
        &operation::apigateway::GET_RESOURCES,
        &operation::apigatewayv2::GET_ROUTES,
    ];
    routes.iter().any(|one| plan.contains(one))
}

/// Reads the lists of APIs of the regions in which some are let in, if anybody wants to know.
pub(super) async fn lists(
    session: &Session,
    account: &AccountRecord,
    regions: &[RegionInventory],
    admitted: &Apis,
    collector: &Collector<'_>,
) -> Lists {
    if !wanted(collector.plan) {
        return Lists::new();
    }
    let open = admitted
        .keys()
        .filter(|region| matches!(way(regions, region), Way::Open));
    let reading = open.map(|region| async move {
        let place = collector.place(account, region);
        (region.clone(), Listed::read(session, &place).await)
    });
    let lists = together(reading, AT_ONCE).await;
    lists.into_iter().collect()
}

/// Stages and routes of the APIs that are let in, by region.
pub(super) async fn collect(
    session: &Session,
    account: &AccountRecord,
    regions: &[RegionInventory],
    admitted: &Apis,
    lists: &Lists,
    collector: &Collector<'_>,
) -> Vec<RegionApis> {
    if !wanted(collector.plan) {
        return Vec::new();
    }
    let shut = admitted.keys().filter_map(|region| {
        let Way::Shut(gap) = way(regions, region) else {
            return None;
        };
        Some(RegionApis {
            region: region.clone(),
            rest: Observed::Missing(gap.clone()),
            http: Observed::Missing(gap.clone()),
            domains: None,
        })
    });
    let mut all: Vec<RegionApis> = shut.collect();
    let reading = lists.iter().filter_map(|(region, listed)| {
        let wanted = admitted.get(region)?;
        Some(async move {
            let place = collector.place(account, region);
            let (rest, http, domains) = tokio::join!(
                each(&listed.rest, wanted, |api| rest::api(session, &place, api)),
                each(&listed.http, wanted, |api| http::api(session, &place, api)),
                domains_of(session, &place, listed, wanted),
            );
            RegionApis {
                region: region.clone(),
                rest,
                http,
                domains,
            }
        })
    });
    all.extend(together(reading, AT_ONCE).await);
    all.sort_by(|one, other| one.region.cmp(&other.region));
    all
}

/// The custom domain names, if a wanted API answers at such names only.
async fn domains_of(
    session: &Session,
    place: &Place<'_>,
    listed: &Listed,
    wanted: &BTreeSet<AdmittedApis>,
) -> Option<Observed<Vec<ApiDomain>>> {
    let lists = listed.both().into_iter().flatten().flatten();
    let apis: BTreeSet<&str> = lists
        .filter(|api| api.default_endpoint_disabled)
        .map(|api| api.id.as_str())
        .filter(|id| wanted.iter().any(|one| one.include(id)))
        .collect();
    if apis.is_empty() {
        return None;
    }
    Some(domains::domains(session, place, &apis).await)
}

/// Reads those of a list that are wanted.
async fn each<'a, Reading: Future<Output = Api>>(
    list: &'a Result<Vec<ApiSettings>, Gap>,
    wanted: &BTreeSet<AdmittedApis>,
    read: impl Fn(&'a ApiSettings) -> Reading,
) -> Observed<Vec<Api>> {
    let list = match list {
        Ok(list) => list,
        Err(gap) => return Observed::Missing(gap.clone()),
    };
    let reading: Vec<Reading> = list
        .iter()
        .filter(|api| wanted.iter().any(|one| one.include(&api.id)))
        .map(read)
        .collect();
    Observed::Known(together(reading, AT_ONCE).await)
}

/// An API of what was read. Of the variables of its stages only those are kept by which routes choose a function:
/// others may hold anything.
fn api(
    settings: &ApiSettings,
    stages: Result<Vec<ApiStage>, Gap>,
    routes: Result<Vec<ApiRoute>, Gap>,
) -> Api {
    let choosing: BTreeSet<&str> = routes
        .iter()
        .flatten()
        .flat_map(|route| uri::variables(&route.function))
        .collect();
    let stages = stages.map(|mut stages| {
        for stage in &mut stages {
            stage
                .variables
                .retain(|name, _| choosing.contains(name.as_str()));
        }
        stages
    });
    Api {
        settings: settings.clone(),
        stages: stages.into(),
        routes: routes.into(),
    }
}
