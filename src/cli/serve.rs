//! `cairn serve`: the server, its scheduled work and its orderly end.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::time::Duration;

use actix_web::web::Data;
use actix_web::{App, HttpServer};

use crate::clock::Clock;
use crate::config::Config;
use crate::error::{Error, Problem, Result};
use crate::web::Site;

/// How often scheduled work is looked for.
const TICK: Duration = Duration::from_secs(30);

/// Serves an installation until it is told to stop.
///
/// # Errors
/// When the port is taken or the database cannot be opened.
pub fn run(data: &Path, listen: SocketAddr) -> Result<i32> {
    let config = Config::load(data, listen, false)?;
    let socket = bind(listen)?;
    let ledger = crate::app::open(&config, Clock::System)?;
    let site = crate::app::site(config, ledger)?;
    let address = format!("http://{}", socket.local_addr()?);
    super::say(format!("Cairn listens on {address}"));
    if let Some(code) = crate::setup::issue(&site.ledger)? {
        super::say(format!("Set-up code: {code}"));
        super::say(format!("Open {address}/setup and enter the code; it holds for 24 hours or until the next start."));
    }
    serve(socket, site)
}

/// Takes the address, or says what to do when it is taken.
///
/// # Errors
/// [`Error::Invalid`] naming the cure.
pub fn bind(listen: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(listen).map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => Error::Invalid(vec![Problem::field("--listen", "address-in-use").with("address", listen)]),
        std::io::ErrorKind::PermissionDenied => {
            Error::Invalid(vec![Problem::field("--listen", "address-denied").with("address", listen)])
        }
        _ => error.into(),
    })
}

/// Serves on a bound socket until a signal comes; answers in flight are finished.
///
/// # Errors
/// When the server fails.
pub fn serve(socket: TcpListener, site: Data<Site>) -> Result<i32> {
    let (ledger, evidence) = (site.ledger.clone(), site.config.evidence_dir());
    std::thread::Builder::new().name("jobs".into()).spawn(move || {
        loop {
            if let Err(error) = crate::jobs::run_due(&ledger, &evidence) {
                tracing::error!(%error, "scheduled work failed");
            }
            std::thread::sleep(TICK);
        }
    })?;
    let workers = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    actix_web::rt::System::new().block_on(async move {
        HttpServer::new(move || crate::guarded!(App::new()).configure(crate::app::configure(site.clone())))
            .workers(workers)
            .client_request_timeout(Duration::from_secs(10))
            .shutdown_timeout(15)
            .listen(socket)?
            .run()
            .await
    })?;
    Ok(0)
}
