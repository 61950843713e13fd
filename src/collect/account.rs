//! One account: its principals, all its regions at once, and then what their triggers name.

use futures_util::future::join_all;

use super::collector::Collector;
use super::named::Named;
use super::{apis, balancers, iam, region, sources};
use crate::aws::Session;
use crate::inventory::{AccountInventory, AccountRecord, AccountServices, RegionName};

/// Collects one account in these regions.
///
/// Never fails: what could not be observed is a gap in the inventory. Regions come back in the
/// order given, functions in the order of their ARNs.
pub async fn collect_account(
    session: &Session,
    account: AccountRecord,
    regions: &[RegionName],
    collector: &Collector<'_>,
) -> AccountInventory {
    let global = collector.place(&account, "");
    let iam_client = session.iam();
    let regions = regions
        .iter()
        .map(|region| region::collect(session, &account, region, collector));
    let (iam, regions) = tokio::join!(iam::collect(&global, &iam_client), join_all(regions));
    let named = Named::of(&account, &regions);
    let (apis, target_groups) = tokio::join!(
        apis::lists(session, &account, &regions, &named.apis, collector),
        balancers::lists(session, &account, &named.balancers, collector)
    );
    let lists = sources::Read {
        apis: &apis,
        target_groups: &target_groups,
    };
    let (sources, apis, balancers) = tokio::join!(
        sources::collect(
            session,
            &account,
            &regions,
            &named.sources,
            &lists,
            collector
        ),
        apis::collect(session, &account, &regions, &named.apis, &apis, collector),
        balancers::collect(session, &account, &target_groups, collector)
    );
    AccountInventory {
        account,
        regions,
        services: AccountServices {
            iam,
            sources,
            apis,
            balancers,
        },
    }
}
