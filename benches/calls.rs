//! Writes a synthetic call log for the KPI benches: `calls ROWS FILE`. Forty centres, one year, the columns `cairn kpi measure` knows;
//! row by row from its number alone, so the file is always the same.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, reason = "a bench")]

use std::io::{BufWriter, Write};

use chrono::{Days, NaiveDate};

fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A number below `n` that depends on row and field alone.
fn draw(row: u64, field: u64, n: u64) -> u64 {
    mix(row.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ field.wrapping_mul(0x8cb9_2ba7_2f3d_8dd7)) % n
}

fn exponential(row: u64, field: u64, mean: f64) -> u64 {
    (-(1.0 - (draw(row, field, 4096) as f64 + 0.5) / 4096.0).ln() * mean) as u64
}

fn main() {
    let args: Vec<String> = std::env::args().filter(|arg| arg != "--bench").collect();
    let [_, rows, file] = args.as_slice() else { return };
    let rows: u64 = rows.parse().unwrap();
    let start = NaiveDate::from_ymd_opt(2025, 1, 1).unwrap();
    let days: Vec<String> = (0..365).map(|d| (start + Days::new(d)).to_string()).collect();
    let channels = ["voice", "voice", "voice", "voice", "voice", "voice", "chat", "chat", "email", "callback"];
    let mut out = BufWriter::with_capacity(1 << 20, std::fs::File::create(file).unwrap());
    writeln!(
        out,
        "call_id,center_id,agent_id,channel,queued_at,wait_s,talk_s,hold_s,wrap_s,outcome,resolved_first_contact,csat,revenue"
    )
    .unwrap();
    for row in 0..rows {
        let day = &days[(row * 365 / rows) as usize];
        let second = 28_800 + draw(row, 1, 43_200);
        let (centre, channel) = (1 + draw(row, 2, 40), channels[draw(row, 3, 10) as usize]);
        let wait = if draw(row, 4, 100) < 35 { 0 } else { exponential(row, 5, 30.0) };
        let (patience, id) = (exponential(row, 6, 450.0), row + 1);
        let at = format!("{day}T{:02}:{:02}:{:02}Z", second / 3600, second / 60 % 60, second % 60);
        if patience < wait {
            writeln!(out, "{id},{centre},,{channel},{at},{patience},0,0,0,abandoned,,,0.00").unwrap();
            continue;
        }
        let (talk, hold, wrap) = (
            20 + exponential(row, 7, 220.0),
            if draw(row, 8, 10) < 3 { exponential(row, 9, 40.0) } else { 0 },
            exponential(row, 10, 45.0),
        );
        let csat = if draw(row, 11, 100) < 22 { (1 + draw(row, 12, 5)).to_string() } else { String::new() };
        let revenue = if draw(row, 13, 100) < 12 { draw(row, 14, 50_000) } else { 0 };
        let agent = centre * 1000 + draw(row, 15, 60);
        writeln!(
            out,
            "{id},{centre},{agent},{channel},{at},{wait},{talk},{hold},{wrap},answered,{},{csat},{}.{:02}",
            u8::from(draw(row, 16, 1000) < 740),
            revenue / 100,
            revenue % 100
        )
        .unwrap();
    }
    out.flush().unwrap();
    println!("{rows} rows in {file}");
}
