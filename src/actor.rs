//! Who acts (person, token, system, command line) and what they may do. One table, [`may`], says which role holds which
//! permission; pages show it to auditors as it stands here (ISO 9001 5.3: authorities assigned and known).

use chrono::NaiveDate;

use crate::error::{Error, Problem, Result};

/// The roles a person can be granted, for the organisation or for one centre, with dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// People, organisation, settings; no approval rights for being administrator.
    Administrator,
    /// Maintains the document system, imports KPIs, runs cycles.
    QualityManager,
    /// Writes and revises documents.
    Author,
    /// May be named as approver.
    Approver,
    /// Reads everything, changes nothing but own audit records.
    Auditor,
    /// Reads what is in force, KPIs and cycles.
    Executive,
    /// Reads what is in force, fills in records.
    Staff,
}

impl Role {
    /// All roles, in the order in which pages list them.
    pub const ALL: [Self; 7] =
        [Self::Administrator, Self::QualityManager, Self::Author, Self::Approver, Self::Auditor, Self::Executive, Self::Staff];

    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::QualityManager => "quality_manager",
            Self::Author => "author",
            Self::Approver => "approver",
            Self::Auditor => "auditor",
            Self::Executive => "executive",
            Self::Staff => "staff",
        }
    }

    /// Reads a stored name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }
}

/// What can be permitted. Object rules (named approver, own draft, owner of an action) come on top, in the services.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// Read versions in force and superseded.
    ReadDocuments,
    /// Read every draft, review and approval, not only one's own.
    ReadDrafts,
    /// Create and revise documents, submit own drafts.
    WriteDocuments,
    /// Be named as reviewer.
    ReviewDocuments,
    /// Be named as approver.
    ApproveDocuments,
    /// Release early, withdraw, edit any draft, set owners and parents.
    ManageDocuments,
    /// Import and export folders of documents.
    TransferDocuments,
    /// Fill in and submit records.
    FillRecords,
    /// Read all records, not only one's own.
    ReadRecords,
    /// Read KPI values, charts and scorecards.
    ReadKpis,
    /// Import call data; undo and replace batches.
    ImportKpis,
    /// Set targets and explain signals.
    ManageKpis,
    /// Read PDCA cycles.
    ReadCycles,
    /// Open and run PDCA cycles.
    RunCycles,
    /// Carry out actions assigned to oneself.
    DoActions,
    /// Read the ledger and the table of rights.
    ReadLedger,
    /// Manage people and grants.
    ManagePeople,
    /// Manage organisation, centres, units and schemes.
    ManageOrganisation,
    /// Make API tokens for oneself.
    UseTokens,
}

impl Permission {
    /// All permissions, in the order in which the table of rights lists them.
    pub const ALL: [Self; 19] = [
        Self::ReadDocuments,
        Self::ReadDrafts,
        Self::WriteDocuments,
        Self::ReviewDocuments,
        Self::ApproveDocuments,
        Self::ManageDocuments,
        Self::TransferDocuments,
        Self::FillRecords,
        Self::ReadRecords,
        Self::ReadKpis,
        Self::ImportKpis,
        Self::ManageKpis,
        Self::ReadCycles,
        Self::RunCycles,
        Self::DoActions,
        Self::ReadLedger,
        Self::ManagePeople,
        Self::ManageOrganisation,
        Self::UseTokens,
    ];

    /// The key part of its text: `permission-<name>`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ReadDocuments => "read-documents",
            Self::ReadDrafts => "read-drafts",
            Self::WriteDocuments => "write-documents",
            Self::ReviewDocuments => "review-documents",
            Self::ApproveDocuments => "approve-documents",
            Self::ManageDocuments => "manage-documents",
            Self::TransferDocuments => "transfer-documents",
            Self::FillRecords => "fill-records",
            Self::ReadRecords => "read-records",
            Self::ReadKpis => "read-kpis",
            Self::ImportKpis => "import-kpis",
            Self::ManageKpis => "manage-kpis",
            Self::ReadCycles => "read-cycles",
            Self::RunCycles => "run-cycles",
            Self::DoActions => "do-actions",
            Self::ReadLedger => "read-ledger",
            Self::ManagePeople => "manage-people",
            Self::ManageOrganisation => "manage-organisation",
            Self::UseTokens => "use-tokens",
        }
    }
}

/// The table of rights: does this role hold this permission?
pub fn may(role: Role, permission: Permission) -> bool {
    use Permission as P;
    use Role as R;
    match permission {
        P::ReadDocuments | P::ReadKpis | P::ReadCycles | P::UseTokens => true,
        P::ReadDrafts => matches!(role, R::QualityManager | R::Auditor),
        P::WriteDocuments => matches!(role, R::QualityManager | R::Author),
        P::ReviewDocuments => matches!(role, R::QualityManager | R::Author | R::Approver),
        P::ApproveDocuments => matches!(role, R::Approver),
        P::ManageDocuments | P::TransferDocuments | P::ImportKpis | P::ManageKpis | P::RunCycles => {
            matches!(role, R::QualityManager)
        }
        P::FillRecords => matches!(role, R::QualityManager | R::Author | R::Approver | R::Auditor | R::Staff),
        P::ReadRecords => matches!(role, R::QualityManager | R::Auditor | R::Executive),
        P::DoActions => matches!(role, R::QualityManager | R::Author | R::Approver | R::Staff),
        P::ReadLedger => matches!(role, R::QualityManager | R::Auditor | R::Administrator),
        P::ManagePeople | P::ManageOrganisation => matches!(role, R::Administrator),
    }
}

/// One granted role, already known to be running today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The role.
    pub role: Role,
    /// The centre it is limited to; none = the whole organisation.
    pub centre: Option<String>,
    /// First day.
    pub starts_on: NaiveDate,
    /// Last day; none = open.
    pub ends_on: Option<NaiveDate>,
}

/// Which kind of actor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// A person with a session.
    Person,
    /// A person's token, limited to its scopes (permission names).
    Token {
        /// The token's id.
        id: String,
        /// Permission names the token was made for.
        scopes: Vec<String>,
    },
    /// Cairn itself: scheduled work.
    System,
    /// The command line; may import, export, verify and administer, never approve or sign.
    Cli,
}

/// Who acts, with what they may do today.
#[derive(Debug, Clone)]
pub struct Actor {
    /// Which kind.
    pub who: Who,
    /// The person's id; for the command line `cli:<OS user>`, for Cairn itself `system`.
    pub id: String,
    /// The name shown in history.
    pub name: String,
    /// Granted roles that run today.
    pub grants: Vec<Grant>,
    /// The request this belongs to, if any.
    pub request_id: Option<String>,
}

impl Actor {
    /// Cairn itself.
    pub fn system() -> Self {
        Self { who: Who::System, id: "system".into(), name: "Cairn".into(), grants: Vec::new(), request_id: None }
    }

    /// The command line, as the operating system's user.
    pub fn cli(os_user: &str) -> Self {
        let id = format!("cli:{os_user}");
        Self { who: Who::Cli, name: id.clone(), id, grants: Vec::new(), request_id: None }
    }

    /// The person's id when it is a person (or a person's token).
    pub fn person(&self) -> Option<&str> {
        matches!(self.who, Who::Person | Who::Token { .. }).then_some(self.id.as_str())
    }

    /// Whether any grant, anywhere, gives the permission.
    pub fn may(&self, permission: Permission) -> bool {
        match &self.who {
            Who::System => true,
            Who::Cli => !matches!(permission, Permission::ApproveDocuments | Permission::ReviewDocuments | Permission::DoActions),
            Who::Person => self.granted(permission),
            Who::Token { scopes, .. } => scopes.iter().any(|scope| scope == permission.as_str()) && self.granted(permission),
        }
    }

    fn granted(&self, permission: Permission) -> bool {
        self.grants.iter().any(|grant| may(grant.role, permission))
    }

    /// Whether a grant for the organisation or for this centre gives the permission.
    pub fn may_at(&self, permission: Permission, centre: &str) -> bool {
        self.may(permission)
            && (self.person().is_none()
                || self.grants.iter().any(|g| may(g.role, permission) && g.centre.as_deref().is_none_or(|own| own == centre)))
    }

    /// The centres (by id) to which a permission is limited; none: it holds everywhere.
    pub fn only_at(&self, permission: Permission) -> Option<Vec<String>> {
        if !self.may(permission) {
            return Some(Vec::new());
        }
        let granting = self.grants.iter().filter(|grant| may(grant.role, permission));
        if self.person().is_none() { None } else { granting.map(|grant| grant.centre.clone()).collect() }
    }

    /// The first line of a service that changes something.
    ///
    /// # Errors
    /// [`Error::Forbidden`] naming the permission that is missing.
    pub fn require(&self, permission: Permission) -> Result<()> {
        if self.may(permission) {
            return Ok(());
        }
        Err(Error::Forbidden(Problem::whole("not-permitted").with("permission", permission.as_str())))
    }

    /// The same for one centre.
    ///
    /// # Errors
    /// [`Error::Forbidden`] naming the permission that is missing.
    pub fn require_at(&self, permission: Permission, centre: &str) -> Result<()> {
        if self.may_at(permission, centre) {
            return Ok(());
        }
        Err(Error::Forbidden(Problem::whole("not-permitted").with("permission", permission.as_str())))
    }

    /// The first line of a service that shows something: what one may not see is not there.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn see(&self, permission: Permission) -> Result<()> {
        if self.may(permission) { Ok(()) } else { Err(Error::NotFound) }
    }

    /// The kind as stored in events.
    pub fn kind(&self) -> &'static str {
        match self.who {
            Who::Person => "person",
            Who::Token { .. } => "token",
            Who::System => "system",
            Who::Cli => "cli",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn administrators_hold_no_approval_rights() {
        for permission in
            [Permission::ApproveDocuments, Permission::ReviewDocuments, Permission::WriteDocuments, Permission::ManageDocuments]
        {
            assert!(!may(Role::Administrator, permission));
        }
    }

    #[test]
    fn the_command_line_never_approves() {
        let cli = Actor::cli("root");
        assert!(cli.may(Permission::TransferDocuments));
        assert!(!cli.may(Permission::ApproveDocuments));
        assert!(!cli.may(Permission::ReviewDocuments));
    }

    #[test]
    fn a_grant_for_one_centre_does_not_reach_another() {
        let starts_on = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap_or_default();
        let grant = Grant { role: Role::QualityManager, centre: Some("hd".into()), starts_on, ends_on: None };
        let actor = Actor { who: Who::Person, id: "u".into(), name: "u".into(), grants: vec![grant], request_id: None };
        assert!(actor.may_at(Permission::ImportKpis, "hd"));
        assert!(!actor.may_at(Permission::ImportKpis, "zb"));
        assert_eq!(actor.only_at(Permission::ImportKpis), Some(vec!["hd".to_owned()]));
        assert_eq!(actor.only_at(Permission::ManagePeople), Some(Vec::new()), "nowhere");
        assert_eq!(Actor::system().only_at(Permission::ManagePeople), None, "everywhere");
    }

    #[test]
    fn a_token_is_limited_to_its_scopes() {
        let starts_on = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap_or_default();
        let grant = Grant { role: Role::QualityManager, centre: None, starts_on, ends_on: None };
        let who = Who::Token { id: "t".into(), scopes: vec!["read-documents".into()] };
        let actor = Actor { who, id: "u".into(), name: "u".into(), grants: vec![grant], request_id: None };
        assert!(actor.may(Permission::ReadDocuments));
        assert!(!actor.may(Permission::WriteDocuments));
    }
}
