//! The composition root: knows every slice, mounts their routes, gathers their fact tables, sets the toolkit's hooks.

use actix_web::web::{Data, ServiceConfig};
use chrono::NaiveDate;

use crate::actor::Actor;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::{Conn, Db};
use crate::error::Result;
use crate::ledger::{FactTable, Ledger};
use crate::web::{Endpoint, Hooks, Routes, Site, Templates};
use crate::{api, board, documents, evidence, forms, improvement, kpi, organisation, people, records, search, setup, web};

/// Every fact table there is; verify, rebuild and the tests go through them.
pub fn facts() -> Vec<FactTable> {
    let slices: [&[FactTable]; 8] = [
        people::FACTS,
        organisation::FACTS,
        evidence::FACTS,
        documents::FACTS,
        records::FACTS,
        kpi::FACTS,
        improvement::FACTS,
        board::FACTS,
    ];
    slices.concat()
}

/// Mounts every slice.
pub fn routes(routes: &mut Routes) {
    web::routes(routes);
    people::routes(routes);
    organisation::routes(routes);
    search::routes(routes);
    documents::routes(routes);
    forms::routes(routes);
    records::routes(routes);
    kpi::routes(routes);
    improvement::routes(routes);
    setup::routes(routes);
    crate::work::routes(routes);
    board::routes(routes);
    crate::history::routes(routes);
    api::routes(routes, openapi);
}

/// Every route there is.
pub fn endpoints() -> Vec<Endpoint> {
    let mut list = Routes::default();
    routes(&mut list);
    list.endpoints()
}

/// The OpenAPI document: the parts of all slices.
pub fn openapi() -> utoipa::openapi::OpenApi {
    let slices = vec![api::openapi(), documents::openapi(), forms::openapi(), records::openapi(), kpi::openapi(), board::openapi()];
    api::document(slices, &endpoints())
}

/// Opens the installation's database and starts the write path.
///
/// # Errors
/// When the database cannot be opened or is newer than the program.
pub fn open(config: &Config, clock: Clock) -> Result<Ledger> {
    std::fs::create_dir_all(&config.data)?;
    let readers = std::thread::available_parallelism().map_or(4, |n| n.get() * 2);
    let db = Db::open(config.database.clone(), u32::try_from(readers).unwrap_or(4))?;
    let ledger = Ledger::open(db, clock)?;
    kpi::prepare_months(&ledger)?;
    Ok(ledger)
}

/// What every handler shares.
///
/// # Errors
/// When templates or the secret cannot be read.
pub fn site(config: Config, ledger: Ledger) -> Result<Data<Site>> {
    let secret = crate::config::own_key(&config.data.join("secret.key"))?.to_vec();
    let hooks = Hooks { identify: people::identify, touch: people::touch, shell: organisation::shell, counts };
    Ok(Site::new(config, ledger, Templates::load()?, secret, hooks))
}

/// Open items beside the areas.
fn counts(conn: &mut Conn, actor: &Actor, today: NaiveDate) -> Result<Vec<(&'static str, i64)>> {
    crate::work::counts(conn, actor, today)
}

/// Configures an actix application: shared parts and all routes. The caller wraps it with `guarded!`.
pub fn configure(site: Data<Site>) -> impl FnOnce(&mut ServiceConfig) {
    move |config| {
        config.app_data(site).app_data(Data::new(search::Sources(crate::finders::SOURCES)));
        let mut mounted = Routes::default();
        routes(&mut mounted);
        mounted.mount(config);
    }
}

/// The guard around every request, as a middleware.
#[macro_export]
macro_rules! guarded {
    ($app:expr) => {
        $app.wrap(actix_web::middleware::from_fn($crate::web::guard::guard))
    };
}
