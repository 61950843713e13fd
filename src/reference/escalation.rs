//! Ways from some permissions to more.

use std::sync::LazyLock;

use serde::Deserialize;

use super::Provenance;

const FILE: &str = include_str!("../../checks/reference/escalations.toml");

static ESCALATIONS: LazyLock<Escalations> =
    LazyLock::new(|| toml::from_str(FILE).unwrap_or_default());

/// The embedded catalogue of escalation paths.
///
/// Source: <https://pathfinding.cloud>, and those that the file names.
pub fn escalations() -> &'static Escalations {
    &ESCALATIONS
}

/// All known paths.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Escalations {
    /// Where the data comes from.
    #[serde(flatten)]
    pub provenance: Provenance,
    powerful_policies: Vec<PowerfulPolicy>,
    paths: Vec<EscalationPath>,
}

/// A managed policy of AWS that makes an administrator, or nearly.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PowerfulPolicy {
    /// Its name.
    pub name: String,
    /// What it allows on every resource.
    #[serde(default)]
    pub action: Vec<String>,
    /// It allows everything but this; where `action` is empty.
    #[serde(default)]
    pub not_action: Vec<String>,
}

impl Escalations {
    /// All paths.
    pub fn iter(&self) -> impl Iterator<Item = &EscalationPath> {
        self.paths.iter()
    }

    /// Managed policies of AWS that make an administrator, or nearly; the strongest first.
    pub fn powerful_policies(&self) -> &[PowerfulPolicy] {
        &self.powerful_policies
    }

    /// A path by its id.
    pub fn get(&self, id: &str) -> Option<&EscalationPath> {
        self.paths.iter().find(|path| path.id == id)
    }
}

/// One path.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct EscalationPath {
    /// The id of pathfinding.cloud where it has one, such as `lambda-001`.
    pub id: String,
    /// What is done, in a few words.
    pub title: String,
    /// What kind of path it is.
    pub category: EscalationCategory,
    /// What is taken over.
    pub takes: Takes,
    /// The actions, all of which are needed.
    pub requires: Vec<Requirement>,
    /// Services, one of which the role is passed to; needs `iam:PassRole` as well.
    #[serde(default)]
    pub passes_to: Vec<String>,
    /// Services, one of which runs the resource as a role.
    #[serde(default)]
    pub runs_as: Vec<String>,
    /// What it changes about the principal itself or about the target, which need then not be stronger before.
    pub change: Option<Change>,
    /// For whom it works.
    #[serde(default = "everybody")]
    pub subjects: Vec<Subject>,
    /// What must be the case besides and cannot be seen; such a path is never certain.
    pub assumes: Option<String>,
    /// Where it is described.
    pub source: String,
}

fn everybody() -> Vec<Subject> {
    vec![Subject::Role, Subject::User]
}

/// Who takes a path.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// A role's session.
    Role,
    /// An IAM user.
    User,
}

/// What kind of path it is, in the words of pathfinding.cloud.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub enum EscalationCategory {
    /// The principal widens its own permissions.
    SelfEscalation,
    /// It gets hold of another principal.
    PrincipalAccess,
    /// It passes a role to something new.
    NewPassrole,
    /// It takes over something that has a role already.
    ExistingPassrole,
}

impl EscalationCategory {
    /// As the file has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::SelfEscalation => "self-escalation",
            Self::PrincipalAccess => "principal-access",
            Self::NewPassrole => "new-passrole",
            Self::ExistingPassrole => "existing-passrole",
        }
    }
}

/// Change to what decides the permissions of a user or role.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// An inline policy that allows everything is added.
    WriteInline,
    /// A managed policy is attached.
    Attach,
    /// A customer managed policy, or the permissions boundary, gets a version that allows everything.
    Rewrite,
    /// A customer managed policy, or the permissions boundary, gets back another version that it has.
    Restore,
    /// A user joins a group.
    Join,
    /// The permissions boundary is removed.
    RemoveBoundary,
    /// Another managed policy becomes the permissions boundary.
    PutBoundary,
    /// An inline policy that denies is deleted.
    DeleteInline,
    /// A managed policy that denies is detached.
    Detach,
    /// A user leaves a group that denies.
    Leave,
    /// A tag is set that policies ask for.
    Tag,
    /// A tag is removed that policies ask for.
    Untag,
}

/// What a path takes over.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub enum Takes {
    /// The principal itself, with more permissions.
    #[serde(rename = "self")]
    Itself,
    /// A user.
    User,
    /// A role, directly.
    Role,
    /// A group.
    Group,
    /// A user that is created for the purpose.
    NewUser,
    /// A role that is created for the purpose.
    NewRole,
    /// A role that is passed to a service.
    Service,
    /// A Lambda function with its role.
    Function,
    /// A resource of another service with its role.
    Resource,
    /// The permission sets of IAM Identity Center.
    Directory,
}

/// One action of a path.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(try_from = "String")]
pub struct Requirement {
    /// `service:Name`.
    pub action: String,
    /// On what.
    pub on: On,
}

/// The resource of an action.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum On {
    /// Any will do.
    Any,
    /// The principal itself.
    Itself,
    /// A customer-managed policy that the principal carries.
    OwnPolicy,
    /// A group that the user is in.
    OwnGroup,
    /// The customer-managed policy that is the principal's permissions boundary.
    OwnBoundary,
    /// The user, role, group or function that is taken over.
    Target,
    /// A customer-managed policy that the target carries.
    TargetPolicy,
    /// A group that the user who is taken over is in.
    TargetGroup,
    /// A group that the user who is taken over is put into.
    JoinedGroup,
}

/// A requirement that is not written as `action@resource`.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not an action with the resource that it needs")]
pub struct RequirementError(String);

impl TryFrom<String> for Requirement {
    type Error = RequirementError;

    fn try_from(text: String) -> Result<Self, RequirementError> {
        let (action, on) = text.split_once('@').unwrap_or((&text, "any"));
        let on = match on {
            "any" => On::Any,
            "self" => On::Itself,
            "own-policy" => On::OwnPolicy,
            "own-group" => On::OwnGroup,
            "own-boundary" => On::OwnBoundary,
            "user" | "role" | "group" | "function" => On::Target,
            "role-policy" | "user-policy" => On::TargetPolicy,
            "user-group" => On::TargetGroup,
            "joined-group" => On::JoinedGroup,
            _ => return Err(RequirementError(text)),
        };
        if !action.contains(':') {
            return Err(RequirementError(text));
        }
        Ok(Self {
            action: action.to_owned(),
            on,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_embedded_file_is_sound() {
        let catalogue: Escalations = toml::from_str(FILE).unwrap();
        assert!(catalogue.provenance.as_of.is_some());
        let mut seen = BTreeSet::new();
        for path in catalogue.iter() {
            let id = &path.id;
            assert!(seen.insert(id.clone()), "{id} stands twice");
            assert!(
                !path.requires.is_empty() && !path.subjects.is_empty(),
                "{id}"
            );
            assert!(path.source.starts_with("https://"), "{id}");
            assert_eq!(
                path.takes == Takes::Service,
                !path.passes_to.is_empty(),
                "{id}"
            );
            assert_eq!(
                path.takes == Takes::Resource,
                !path.runs_as.is_empty(),
                "{id}"
            );
            assert!(
                !matches!(path.takes, Takes::Resource | Takes::Directory) || path.assumes.is_some(),
                "{id} cannot be certain"
            );
            let targeted = path
                .requires
                .iter()
                .any(|requirement| requirement.on == On::Target);
            let by_target = matches!(
                path.takes,
                Takes::User
                    | Takes::Role
                    | Takes::Group
                    | Takes::Function
                    | Takes::NewUser
                    | Takes::NewRole
            );
            assert_eq!(targeted, by_target, "{id}");
            assert!(
                path.change.is_some() || !matches!(path.takes, Takes::Itself | Takes::Group),
                "{id} changes nothing"
            );
            assert_eq!(
                path.category == EscalationCategory::NewPassrole,
                path.takes == Takes::Service,
                "{id}"
            );
        }
    }

    #[test]
    fn every_path_of_pathfinding_cloud_is_there() {
        let families = [
            ("apprunner", 2),
            ("bedrock", 2),
            ("cloudformation", 5),
            ("codebuild", 4),
            ("ec2", 4),
            ("ecs", 6),
            ("glue", 7),
            ("iam", 23),
            ("lambda", 6),
            ("sagemaker", 5),
            ("ssm", 3),
            ("sts", 1),
            ("sso", 3),
        ];
        for (family, count) in families {
            for number in 1..=count {
                let id = format!("{family}-{number:03}");
                assert!(escalations().get(&id).is_some(), "{id}");
            }
        }
    }
}
