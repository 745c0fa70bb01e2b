//! Changes on the page of a cycle: actions and gates.

use actix_web::web::Path;
use serde::de::DeserializeOwned;

use super::model::{AddAction, Close, EndAction, PassCheck, PassDo, PassPlan};
use super::pages::cycle_page;
use super::service;
use crate::actor::Permission;
use crate::error::Result;
use crate::ledger::WriteTx;
use crate::web::{Flash, Form, FormBody, PageResult, Typed, Visit};

/// Reads the command and runs the use case.
async fn run<C, T>(visit: &Visit, form: &Form, work: impl Fn(&mut WriteTx<'_>, &C) -> Result<T> + Send + 'static) -> Result<()>
where
    C: DeserializeOwned + Send + 'static,
{
    let command: C = form.command()?;
    visit.write_once(form, move |tx| work(tx, &command).map(drop)).await
}

/// Back to the cycle, or the cycle with the form that came back.
async fn finish(visit: Visit, number: String, form: &Form, done: Result<()>, which: &'static str, said: &str) -> PageResult {
    match done {
        Ok(()) => Ok(visit.see_other(&format!("/p/{number}"), Flash::ok(said))),
        Err(error) => {
            let (typed, status) = Typed::back(form, error, visit.lang())?;
            cycle_page(visit, number, typed, which, status).await
        }
    }
}

/// Adds an action.
pub(super) async fn add_action(visit: Visit, path: Path<String>, FormBody(form): FormBody) -> PageResult {
    visit.require(Permission::RunCycles).await?;
    let number = path.into_inner();
    let own = number.clone();
    let done = run(&visit, &form, move |tx, command: &AddAction| service::add_action(tx, &own, command)).await;
    finish(visit, number, &form, done, "action", "improvement-action-added").await
}

/// Ends an action as done.
pub(super) async fn finish_action(visit: Visit, path: Path<(String, String)>, FormBody(form): FormBody) -> PageResult {
    let (number, id) = path.into_inner();
    let own = number.clone();
    let done = run(&visit, &form, move |tx, command: &EndAction| service::finish_action(tx, &own, &id, command)).await;
    finish(visit, number, &form, done, "end", "improvement-action-done").await
}

/// Gives an action up.
pub(super) async fn drop_action(visit: Visit, path: Path<(String, String)>, FormBody(form): FormBody) -> PageResult {
    visit.require(Permission::RunCycles).await?;
    let (number, id) = path.into_inner();
    let own = number.clone();
    let done = run(&visit, &form, move |tx, command: &EndAction| service::drop_action(tx, &own, &id, command)).await;
    finish(visit, number, &form, done, "end", "improvement-action-dropped").await
}

/// Plan → do.
pub(super) async fn pass_plan(visit: Visit, path: Path<String>, FormBody(form): FormBody) -> PageResult {
    visit.require(Permission::RunCycles).await?;
    let number = path.into_inner();
    let own = number.clone();
    let done = run(&visit, &form, move |tx, command: &PassPlan| service::pass_plan(tx, &own, command)).await;
    finish(visit, number, &form, done, "gate", "improvement-passed").await
}

/// Do → check.
pub(super) async fn pass_do(visit: Visit, path: Path<String>, FormBody(form): FormBody) -> PageResult {
    visit.require(Permission::RunCycles).await?;
    let number = path.into_inner();
    let own = number.clone();
    let done = run(&visit, &form, move |tx, command: &PassDo| service::pass_do(tx, &own, command)).await;
    finish(visit, number, &form, done, "gate", "improvement-passed").await
}

/// Check → act.
pub(super) async fn pass_check(visit: Visit, path: Path<String>, FormBody(form): FormBody) -> PageResult {
    visit.require(Permission::RunCycles).await?;
    let number = path.into_inner();
    let own = number.clone();
    let done = run(&visit, &form, move |tx, command: &PassCheck| service::pass_check(tx, &own, command)).await;
    finish(visit, number, &form, done, "gate", "improvement-passed").await
}

/// Act → closed.
pub(super) async fn close(visit: Visit, path: Path<String>, FormBody(form): FormBody) -> PageResult {
    visit.require(Permission::RunCycles).await?;
    let number = path.into_inner();
    let own = number.clone();
    let done = run(&visit, &form, move |tx, command: &Close| service::close(tx, &own, command)).await;
    finish(visit, number, &form, done, "gate", "improvement-closed").await
}
