//! Permissions that give much away.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::Provenance;

const FILE: &str = include_str!("../../checks/reference/permissions.toml");

static PERMISSIONS: LazyLock<Permissions> =
    LazyLock::new(|| toml::from_str(FILE).unwrap_or_default());

/// The embedded classes of permissions.
///
/// Source: <https://docs.aws.amazon.com/service-authorization/latest/reference/>.
pub fn permissions() -> &'static Permissions {
    &PERMISSIONS
}

/// Classes of permissions, and where to ask for them.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Permissions {
    /// Where the data comes from.
    #[serde(flatten)]
    pub provenance: Provenance,
    resources: BTreeMap<String, String>,
    #[serde(rename = "resources-of-actions")]
    resources_of_actions: Vec<ActionResources>,
    /// The classes.
    pub classes: PermissionClasses,
    services: Services,
}

/// What permissions give away.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PermissionClasses {
    /// All of them together: everything.
    pub admin: PermissionClass,
    /// Credentials.
    pub credentials: PermissionClass,
    /// Any role, to a service.
    pub passing: PermissionClass,
    /// Data in bulk.
    pub data: PermissionClass,
    /// Whom else resources are open to.
    pub exposure: PermissionClass,
    /// What others run.
    pub infrastructure: PermissionClass,
    /// Permissions of other principals.
    pub permissions: PermissionClass,
}

/// The resource on which some actions of a service are asked, unlike the others.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ActionResources {
    resource: String,
    actions: Vec<String>,
}

/// Actions of one class.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PermissionClass {
    /// The actions.
    pub actions: Vec<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Services {
    names: Vec<String>,
}

impl Permissions {
    /// Services of which a role should not have every action, by their prefix.
    pub fn services(&self) -> impl Iterator<Item = &str> {
        self.services.names.iter().map(String::as_str)
    }

    /// The ARN of a resource for an action that no policy mentions by name.
    pub fn probe(&self, action: &str, partition: &str, region: &str, account: &str) -> String {
        let service = action.split(':').next().unwrap_or_default();
        let mut special = self.resources_of_actions.iter();
        let special = special.find(|one| {
            let mut actions = one.actions.iter();
            actions.any(|one| one.eq_ignore_ascii_case(action))
        });
        let template = special.map(|one| &one.resource);
        match template.or_else(|| self.resources.get(service)) {
            Some(template) => template
                .replace("{partition}", partition)
                .replace("{region}", region)
                .replace("{account}", account),
            None => format!(
                "arn:{partition}:{service}:{region}:{account}:lamppost-probe/lamppost-probe"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_embedded_file_is_sound() {
        let permissions: Permissions = toml::from_str(FILE).unwrap();
        assert!(permissions.provenance.as_of.is_some());
        let classes = &permissions.classes;
        for class in [
            &classes.admin,
            &classes.credentials,
            &classes.data,
            &classes.exposure,
            &classes.infrastructure,
            &classes.permissions,
        ] {
            let unique: BTreeSet<&String> = class.actions.iter().collect();
            assert_eq!(unique.len(), class.actions.len());
            assert!(class.actions.iter().all(|action| action.contains(':')));
        }
        for template in permissions.resources.values() {
            assert!(template.contains("lamppost-probe"), "{template}");
        }
    }

    #[test]
    fn probes_are_of_the_account() {
        let probe = |service| permissions().probe(service, "aws-cn", "cn-north-1", "111122223333");
        assert_eq!(probe("s3"), "arn:aws-cn:s3:::lamppost-probe/lamppost-probe");
        assert_eq!(
            probe("sqs"),
            "arn:aws-cn:sqs:cn-north-1:111122223333:lamppost-probe"
        );
        assert_eq!(
            probe("swf"),
            "arn:aws-cn:swf:cn-north-1:111122223333:lamppost-probe/lamppost-probe"
        );
        assert_eq!(
            probe("iam:createaccesskey"),
            "arn:aws-cn:iam::111122223333:user/lamppost-probe"
        );
        assert_eq!(
            probe("iam:PassRole"),
            "arn:aws-cn:iam::111122223333:role/lamppost-probe"
        );
    }
}
