//! The people and places of the demo: a fictional express company. Nobody in here is real.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::NaiveDate;

use crate::actor::{Actor, Grant, Role, Who};
use crate::error::Result;
use crate::ledger::Ledger;
use crate::organisation::{self, CentreType, NewCentre, NewOrganisation};
use crate::people::{self, NewGrant, NewUser};

/// The zone in which the demo's days begin.
pub(super) const ZONE: chrono_tz::Tz = chrono_tz::Asia::Shanghai;

/// Login, name, name in English, post, post in English, language, roles. The first is whom one meets first.
type Part = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str, &'static [Role]);

const CAST: [Part; 9] = [
    ("wangfang", "王芳", "Wang Fang", "质量主管", "Quality Manager", "zh", &[Role::QualityManager, Role::Approver]),
    ("guyan", "顾言", "Gu Yan", "内审员", "Internal Auditor", "zh", &[Role::Auditor]),
    ("hewei", "何蔚", "He Wei", "执行副总裁", "Executive Vice President", "zh", &[Role::Executive]),
    ("zhaoxm", "赵小满", "Zhao Xiaoman", "客服坐席", "Agent", "zh", &[Role::Staff]),
    ("limin", "李敏", "Li Min", "质量总监", "Quality Director", "zh", &[Role::Approver]),
    ("zhouyn", "周以宁", "Zhou Yining", "投诉管理员", "Complaint Administrator", "zh", &[Role::Author, Role::Staff]),
    ("chengang", "陈刚", "Chen Gang", "华东中心经理", "Centre Manager, East China", "zh", &[Role::Author, Role::Staff]),
    ("linting", "林听", "Lin Ting", "客服坐席", "Agent", "en", &[Role::Staff]),
    ("admin", "孙立", "Sun Li", "系统管理员", "System Administrator", "zh", &[Role::Administrator]),
];

const CENTRES: [(&str, &str, &str, CentreType); 3] = [
    ("HD", "华东客服中心", "East China Centre", CentreType::CostControl),
    ("ZB", "总部体验中心", "Head Office Experience Centre", CentreType::CustomerExperience),
    ("HN", "华南营销服务中心", "South China Sales & Service", CentreType::ProfitCreating),
];

/// Creates organisation, units, centres, people and the KPI pack; answers the actors by login.
///
/// # Errors
/// When the installation is not empty.
pub(super) fn enter(ledger: &Ledger, today: NaiveDate) -> Result<HashMap<&'static str, Arc<Actor>>> {
    let system = Arc::new(Actor::system());
    let company = NewOrganisation {
        code: "YL".into(),
        name: "远岚速运·客户服务质量体系".into(),
        name_en: Some("Yuanlan Express · customer service quality".into()),
        zone: ZONE.name().into(),
        demo: true,
    };
    ledger.write(&system, move |tx| {
        organisation::set_up(tx, &company)?;
        let mut unit_id = None;
        for new in crate::setup::shipped_units()? {
            let unit = organisation::create_unit(tx, &new)?;
            unit_id.get_or_insert(unit.id);
        }
        for (code, name, en, centre_type) in CENTRES {
            let unit_id = unit_id.clone();
            let new =
                NewCentre { code: code.into(), name: name.into(), name_en: Some(en.into()), unit_id, zone: None, centre_type };
            organisation::create_centre(tx, &new)?;
        }
        crate::kpi::install_pack(tx)
    })?;
    ledger.write(&system, move |tx| CAST.iter().map(|part| cast(tx, part, today)).collect())
}

fn cast(tx: &mut crate::ledger::WriteTx<'_>, part: &Part, today: NaiveDate) -> Result<(&'static str, Arc<Actor>)> {
    let (login, name, name_en, post, post_en, locale, roles) = *part;
    let new = NewUser {
        login: login.into(),
        name: name.into(),
        name_en: Some(name_en.into()),
        post: post.into(),
        post_en: Some(post_en.into()),
        email: None,
        locale: Some(locale.into()),
        password: None,
    };
    let grants: Vec<NewGrant> =
        roles.iter().map(|role| NewGrant { role: *role, centre_id: None, starts_on: None, ends_on: None }).collect();
    let user = people::bootstrap(tx, &new, None, &grants, today)?;
    let grants = roles.iter().map(|role| Grant { role: *role, centre: None, starts_on: today, ends_on: None }).collect();
    Ok((login, Arc::new(Actor { who: Who::Person, id: user.id, name: user.name, grants, request_id: None })))
}

/// The order in which the sign-in page shows the demo's people.
pub fn order(login: &str) -> usize {
    CAST.iter().position(|part| part.0 == login).unwrap_or(CAST.len())
}
