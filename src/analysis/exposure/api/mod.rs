//! Routes of APIs that reach a function, and which of them let anybody in.
//!
//! Four things must come together for that: a stage in which the route is deployed, a route that asks for nothing, a
//! resource policy of the API that lets everybody pass, and a policy of the function that lets the API in. A private API
//! has no endpoint on the internet, but answers to VPC endpoints of every account that its policy lets pass. What was not
//! read is unknown, never taken for closed.

mod gate;
mod openness;
mod route;
mod target;

use std::collections::{BTreeMap, BTreeSet};

use self::gate::{Gate, Opens};
pub use self::route::ReachingRoute;
use super::admission::{Admission, qualifier};
use super::front::{self, Fronts};
use super::lists::Found;
use crate::analysis::{Context, Fact};
use crate::inventory::{
    AdmittedApis, Api, ApiDomain, ApiMethod, ApiRoute, ApiStage, GATEWAY, Gap, GapKind, Observed,
    RegionApis,
};
use crate::operation;
use crate::policy::Policy;

type Search<'a, 'f> = front::Search<'a, 'f, ReachingRoute>;

/// The routes that reach a function.
pub(super) fn routes(context: Context<'_>, found: &Found) -> Fronts<ReachingRoute> {
    let mut search = Search::new(context, found);
    for (region, admitted) in search.admitted() {
        match context.account.apis(&region) {
            Some(apis) => search.region(apis, &admitted),
            None => {
                // a region that is not scanned, or checks that do not need its APIs
                let message = format!("the APIs of {region} were not looked into");
                let kind = GapKind::NotPlanned;
                search.miss(search.gap(
                    &operation::apigateway::GET_RESOURCES,
                    kind,
                    message,
                    &region,
                ));
            }
        }
    }
    search.finish()
}

/// What is the same for all routes of an API.
struct Place<'a> {
    region: &'a str,
    api: &'a Api,
    routes: &'a [ApiRoute],
    policy: Observed<Option<Policy>>,
    /// Custom domain names of the region, if they were looked into.
    domains: Option<&'a Observed<Vec<ApiDomain>>>,
}

impl Place<'_> {
    /// The names that lead to a stage and ask for no client certificate, as far as they are known.
    fn names(&self, stage: &str) -> Vec<String> {
        let domains = self.domains.and_then(Observed::known);
        let asking_nobody = domains.into_iter().flatten().filter(|one| !one.mutual_tls);
        let leading = asking_nobody.filter(|domain| {
            let mut targets = domain.targets.known().into_iter().flatten();
            targets.any(|target| target.is(&self.api.settings.id, stage))
        });
        leading.map(|domain| domain.name.clone()).collect()
    }
}

impl<'a> Search<'a, '_> {
    /// The APIs that the function's policies let in, by region.
    fn admitted(&self) -> BTreeMap<String, BTreeSet<AdmittedApis>> {
        let account = &self.context.account.inventory.account;
        let region = &self.context.region.region;
        let mut admitted: BTreeMap<String, BTreeSet<AdmittedApis>> = BTreeMap::new();
        for (_, policy) in self.policies {
            for apis in AdmittedApis::of(policy, region, &account.partition, &account.id) {
                let of_region = admitted.entry(apis.region.clone()).or_default();
                of_region.insert(apis);
            }
        }
        admitted
    }

    fn region(&mut self, apis: &'a RegionApis, admitted: &BTreeSet<AdmittedApis>) {
        for list in [&apis.rest, &apis.http] {
            match list {
                Observed::Known(list) => {
                    let wanted = list
                        .iter()
                        .filter(|api| admitted.iter().any(|one| one.include(&api.settings.id)));
                    for api in wanted {
                        self.api(apis, api);
                    }
                }
                Observed::Missing(gap) => self.miss(gap.clone()),
            }
        }
    }

    fn api(&mut self, apis: &'a RegionApis, api: &'a Api) {
        let region = apis.region.as_str();
        let (stages, routes) = match (&api.stages, &api.routes) {
            (Observed::Known(stages), Observed::Known(routes)) => (stages, routes),
            (stages, routes) => {
                let missing = stages.gap().into_iter().chain(routes.gap());
                missing.for_each(|gap| self.miss(gap.clone()));
                return;
            }
        };
        let place = Place {
            region,
            api,
            routes,
            policy: self.policy_of(region, api),
            domains: apis.domains.as_ref(),
        };
        for stage in stages.iter().filter(|stage| stage.deployed) {
            let deployed = match &stage.methods {
                Observed::Known(deployed) => deployed,
                Observed::Missing(gap) => {
                    self.miss(gap.clone());
                    continue;
                }
            };
            let gone = |key: &&String| !routes.iter().any(|route| route.key() == **key);
            if let Some(key) = deployed.iter().flat_map(BTreeMap::keys).find(gone) {
                self.miss(self.undefined(region, api, stage, key));
            }
            for route in routes.iter().filter(|route| !route.function.is_empty()) {
                let Some(route) = as_deployed(route, deployed.as_ref()) else {
                    continue;
                };
                let route = &route;
                let Some(functions) = target::functions(&route.function, &stage.variables) else {
                    self.miss(self.unresolved(region, api, stage, route));
                    continue;
                };
                let own = &self.context.function.arn;
                let qualifiers: BTreeSet<String> = functions
                    .iter()
                    .filter_map(|function| qualifier(function, own))
                    .map(str::to_owned)
                    .collect();
                for qualifier in qualifiers {
                    self.route(&place, stage, route, &qualifier);
                }
            }
        }
    }

    fn route(&mut self, place: &Place<'a>, stage: &ApiStage, route: &ApiRoute, qualifier: &str) {
        let settings = &place.api.settings;
        let asking = match settings.kind.as_str() {
            "WEBSOCKET" => place.routes.iter().find(|one| one.path == "$connect"),
            _ => Some(route),
        };
        let requests = target::Requests {
            head: self.head(place.region, &settings.id),
            stage: &stage.name,
            method: &route.method,
            path: &route.path,
        };
        let private = settings.endpoints.iter().any(|one| one == "PRIVATE");
        let gate = match &place.policy {
            Observed::Known(policy) => {
                Observed::Known(Gate::of(policy.as_ref(), &self.home, &requests, private))
            }
            Observed::Missing(gap) => Observed::Missing(gap.clone()),
        };
        let admission = match &route.role {
            Some(role) => Observed::Known(Some(Admission::by_role(role))),
            None => self.admission(qualifier, GATEWAY, |policy| {
                let statements = policy.statements.iter();
                requests.sources(statements.flat_map(|one| one.wanted("aws:sourcearn")))
            }),
        };
        let told = gate.known();
        let let_in = admission.known().and_then(Option::as_ref);
        let conditions = told
            .into_iter()
            .flat_map(|gate| &gate.conditions)
            .chain(let_in.into_iter().flat_map(|one| &one.conditions));
        let found = ReachingRoute {
            qualifier: qualifier.to_owned(),
            api: settings.id.clone(),
            api_name: settings.name.clone(),
            kind: settings.kind.clone(),
            region: place.region.to_owned(),
            stage: stage.name.clone(),
            method: route.method.clone(),
            path: route.path.clone(),
            // whoever connects is asked nothing where nothing is set for connecting
            authorization: asking.map_or("NONE", |one| &one.authorization).to_owned(),
            asks_at: asking.map(|one| one.id.clone()).unwrap_or_default(),
            key_required: asking.is_some_and(|one| one.key_required),
            private,
            default_endpoint: !settings.default_endpoint_disabled,
            domains: place.names(&stage.name),
            api_policy: told
                .map_or("unknown", |gate| gate.opens.as_str())
                .to_owned(),
            addresses: told.map(|gate| gate.addresses.clone()).unwrap_or_default(),
            statements: let_in.map(|one| one.statements.clone()).unwrap_or_default(),
            role: route.role.clone().unwrap_or_default(),
            certain: told.is_some_and(|gate| gate.conditions.is_empty())
                && let_in.is_some_and(|one| one.certain),
            conditions: conditions.cloned().collect(),
        };
        let passes = |gate: &Gate| matches!(gate.opens, Opens::NoPolicy | Opens::Everybody);
        let bound = |gate: &Gate| gate.opens == Opens::Addresses;
        let unlocked = Fact::all([
            self.asks_nothing(place, &found),
            // a browser asks before it sends credentials, so nothing can be asked of it then
            Fact::Known(found.method != "OPTIONS"),
            Fact::Known(!found.key_required),
            self.has_known_endpoints(place),
            Fact::of(&admission, Option::is_some),
            self.answers(place, &stage.name),
        ]);
        let open = Fact::all([unlocked.clone(), Fact::of(&gate, passes)]);
        let bound = Fact::all([unlocked, Fact::of(&gate, bound)]);
        self.add_bound(&found, bound);
        self.add(found, open);
    }

    fn unresolved(&self, region: &str, api: &Api, stage: &ApiStage, route: &ApiRoute) -> Gap {
        let message = format!(
            "stage `{}` of API {} does not set the variable by which `{}` chooses a function",
            stage.name, api.settings.id, route.path
        );
        let operation = match api.settings.kind.as_str() {
            "REST" => &operation::apigateway::GET_STAGES,
            _ => &operation::apigatewayv2::GET_STAGES,
        };
        self.gap(operation, GapKind::Unrecognised, message, region)
    }

    /// A method that is still served, although nothing says any more what it calls.
    fn undefined(&self, region: &str, api: &Api, stage: &ApiStage, key: &str) -> Gap {
        let message = format!(
            "stage `{}` of API {} serves `{key}`, which the API no longer has: what it calls is not known",
            stage.name, api.settings.id
        );
        let kind = GapKind::Unrecognised;
        self.gap(
            &operation::apigateway::GET_DEPLOYMENT,
            kind,
            message,
            region,
        )
    }

    /// The ARN up to the API's id.
    fn head(&self, region: &str, id: &str) -> String {
        let account = &self.context.account.inventory.account;
        format!(
            "arn:{}:execute-api:{region}:{}:{id}",
            account.partition, account.id
        )
    }

    fn policy_of(&self, region: &str, api: &Api) -> Observed<Option<Policy>> {
        let Some(text) = &api.settings.policy else {
            return Observed::Known(None);
        };
        let head = self.head(region, &api.settings.id);
        // the short form that a policy may be written in
        let text = text.replace("\"execute-api:/", &format!("\"{head}/"));
        match Policy::parse(&text) {
            Ok(policy) => Observed::Known(Some(policy)),
            Err(error) => {
                let message = format!("resource policy of API {}: {error}", api.settings.id);
                let kind = GapKind::Malformed;
                Observed::Missing(self.gap(
                    &operation::apigateway::GET_REST_APIS,
                    kind,
                    message,
                    region,
                ))
            }
        }
    }
}

/// The route as a stage serves it; none where it is not deployed there.
fn as_deployed(
    route: &ApiRoute,
    deployed: Option<&BTreeMap<String, ApiMethod>>,
) -> Option<ApiRoute> {
    let mut route = route.clone();
    if let Some(deployed) = deployed {
        let method = deployed.get(&route.key())?;
        route.authorization.clone_from(&method.authorization);
        route.key_required = method.key_required;
    }
    Some(route)
}
