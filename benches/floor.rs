//! The floor that HTTP figures are held against: actix-web and diesel on SQLite with nothing else. One row of 2 KB by key as an
//! HTML page, and one durable insert by a single writer. `floor PORT WORKERS FILE SYNCHRONOUS [CONNECTIONS]`.
#![allow(missing_docs, clippy::unwrap_used, reason = "a bench")]

use actix_web::{App, HttpResponse, HttpServer, web};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::r2d2::{ConnectionManager, CustomizeConnection, Pool};
use diesel::sqlite::SqliteConnection;

diesel::table! { docs (id) { id -> Integer, code -> Text, title -> Text, body -> Text, version -> Integer } }

#[derive(Queryable)]
struct Doc {
    id: i32,
    code: String,
    title: String,
    body: String,
    version: i32,
}

type Connections = Pool<ConnectionManager<SqliteConnection>>;

#[derive(Debug)]
struct Settings(String);

impl CustomizeConnection<SqliteConnection, diesel::r2d2::Error> for Settings {
    fn on_acquire(&self, conn: &mut SqliteConnection) -> Result<(), diesel::r2d2::Error> {
        let sql =
            format!("PRAGMA busy_timeout=5000; PRAGMA journal_mode=WAL; PRAGMA synchronous={}; PRAGMA cache_size=-16000;", self.0);
        conn.batch_execute(&sql).map_err(diesel::r2d2::Error::QueryError)
    }
}

async fn row(pool: web::Data<Connections>, id: web::Path<i32>) -> HttpResponse {
    let id = id.into_inner();
    let doc: Doc = web::block(move || docs::table.find(id).first::<Doc>(&mut pool.get().unwrap()).unwrap()).await.unwrap();
    HttpResponse::Ok().content_type("text/html; charset=utf-8").body(format!(
        "<!doctype html><html><head><title>{t}</title></head><body><h1>{c} {t}</h1><p>Version {v} (#{i})</p><pre>{b}</pre></body></html>",
        t = doc.title,
        c = doc.code,
        v = doc.version,
        i = doc.id,
        b = doc.body
    ))
}

async fn write(pool: web::Data<Connections>, body: String) -> HttpResponse {
    let insert = move || {
        diesel::insert_into(docs::table)
            .values((docs::code.eq("W"), docs::title.eq("t"), docs::body.eq(body), docs::version.eq(1)))
            .execute(&mut pool.get().unwrap())
            .unwrap()
    };
    HttpResponse::Created().body(web::block(insert).await.unwrap().to_string())
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let args: Vec<String> = std::env::args().filter(|arg| arg != "--bench").collect();
    let [_, port, workers, file, synchronous, rest @ ..] = args.as_slice() else { return Ok(()) };
    let pool: Connections = Pool::builder()
        .max_size(rest.first().map_or(4, |n| n.parse().unwrap()))
        .connection_customizer(Box::new(Settings(synchronous.clone())))
        .build(ConnectionManager::new(file))
        .unwrap();
    pool.get()
        .unwrap()
        .batch_execute(
            "CREATE TABLE IF NOT EXISTS docs(id INTEGER PRIMARY KEY, code TEXT NOT NULL, title TEXT NOT NULL, body TEXT NOT NULL, version INTEGER NOT NULL);
             INSERT INTO docs(code, title, body, version)
             SELECT printf('QP-%04d', value), 'Procedure number ' || value, substr(replace(hex(zeroblob(1000)), '00', 'lorem '), 1, 2000), 3
             FROM (WITH RECURSIVE g(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM g WHERE value < 1000) SELECT value FROM g)
             WHERE NOT EXISTS (SELECT 1 FROM docs)",
        )
        .unwrap();
    let shared = web::Data::new(pool);
    HttpServer::new(move || {
        App::new().app_data(shared.clone()).route("/row/{id}", web::get().to(row)).route("/write", web::post().to(write))
    })
    .workers(workers.parse().unwrap())
    .bind(("127.0.0.1", port.parse().unwrap()))?
    .run()
    .await
}
