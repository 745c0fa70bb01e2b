//! Rows and commands of the organisation.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::db::Instant;
use crate::db::schema::{centres, organisation, schemes, units};

crate::text_enum! {
    /// What a customer-service centre is for (domain: centre types).
    CentreType {
        /// Watches quantitative results, above all the utilisation of staff.
        CostControl = "cost_control",
        /// Watches the satisfaction in every contact.
        CustomerExperience = "customer_experience",
        /// Must earn.
        ProfitCreating = "profit_creating",
    }
}

/// The organisation.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = organisation, treat_none_as_null = true)]
pub struct Organisation {
    /// Always `org`.
    pub id: String,
    /// Short code for numbering.
    pub code: String,
    /// Name.
    pub name: String,
    /// Name in English.
    pub name_en: Option<String>,
    /// IANA zone in which its days begin.
    pub zone: String,
    /// Demo data.
    pub demo: bool,
    /// Since.
    pub created_at: Instant,
    /// Counts changes.
    pub row_version: i64,
}

crate::fact_table!(Organisation, organisation, 1, key id);

/// An organisational unit (department).
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = units, treat_none_as_null = true)]
pub struct Unit {
    /// Id.
    pub id: String,
    /// Code used in document codes and as owner.
    pub code: String,
    /// Name.
    pub name: String,
    /// Name in English.
    pub name_en: Option<String>,
    /// Counts changes.
    pub row_version: i64,
}

crate::fact_table!(Unit, units, 1, key id);

/// A customer-service centre.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = centres, treat_none_as_null = true)]
pub struct Centre {
    /// Id.
    pub id: String,
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Name in English.
    pub name_en: Option<String>,
    /// The unit it belongs to.
    pub unit_id: Option<String>,
    /// IANA zone in which its days begin.
    pub zone: String,
    /// Type.
    pub centre_type: CentreType,
    /// Running.
    pub active: bool,
    /// Counts changes.
    pub row_version: i64,
}

crate::fact_table!(Centre, centres, 1, key id);

impl Centre {
    /// Name in a language.
    pub fn name(&self, lang: crate::text::Lang) -> &str {
        match lang {
            crate::text::Lang::Zh => &self.name,
            crate::text::Lang::En => self.name_en.as_deref().unwrap_or(&self.name),
        }
    }
}

/// A numbering scheme: document codes per tier, version labels per tier.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = schemes)]
pub struct Scheme {
    /// Id.
    pub id: String,
    /// `document_code` or `version_label`.
    pub purpose: String,
    /// Tier 1 to 4.
    pub tier: i64,
    /// Pattern, for example `QP-{nn}` or `A/0`.
    pub pattern: String,
    /// Counts changes.
    pub row_version: i64,
}

crate::fact_table!(Scheme, schemes, 1, key id);

/// Setting up.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
pub struct NewOrganisation {
    /// Short code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Name in English.
    pub name_en: Option<String>,
    /// IANA zone.
    pub zone: String,
    /// Demo data.
    #[serde(default)]
    pub demo: bool,
}

/// Changing name and zone; the code stays.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
pub struct ChangeOrganisation {
    /// Name.
    pub name: String,
    /// Name in English.
    pub name_en: Option<String>,
    /// IANA zone.
    pub zone: String,
    /// The state that was seen.
    #[serde(deserialize_with = "crate::web::lenient::integer")]
    pub row_version: i64,
}

/// A new unit.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
pub struct NewUnit {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Name in English.
    pub name_en: Option<String>,
}

/// A new or changed centre.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
pub struct NewCentre {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Name in English.
    pub name_en: Option<String>,
    /// Unit id.
    pub unit_id: Option<String>,
    /// IANA zone; none = the organisation's.
    pub zone: Option<String>,
    /// Type.
    pub centre_type: CentreType,
}
