//! How the centres stood at the last review, or in the month before: what a board is compared with. Of a frozen board, which may hold all
//! centres with all their months, this little is kept in memory under its hash; what has a hash never changes.

use std::sync::{Arc, Mutex};

use super::gather::counted;
use super::model::Board;
use crate::db::Conn;
use crate::error::Result;
use crate::evidence;
use crate::kpi::Outline;
use crate::kpi::scoring::Standing;

/// A centre as it stood before.
#[derive(Debug, PartialEq)]
pub(super) struct Stood {
    pub(super) id: String,
    pub(super) total: Option<f64>,
    pub(super) coverage: f64,
    pub(super) complete: bool,
    /// Code and state of its KPIs.
    pub(super) states: Vec<(String, Standing)>,
}

impl Stood {
    /// All centres of a board.
    pub(super) fn of_board(board: &Board) -> Vec<Self> {
        let states = |centre: &super::CentreMonth| {
            centre.tiles.iter().filter(|tile| tile.counted).map(|tile| (tile.code.clone(), tile.state)).collect()
        };
        board
            .centres()
            .map(|centre| Self {
                id: centre.id.clone(),
                total: centre.total,
                coverage: centre.coverage,
                complete: centre.complete,
                states: states(centre),
            })
            .collect()
    }

    /// The month before of a card.
    pub(super) fn before(outline: &Outline) -> Self {
        let card = &outline.before;
        let told = card.kpis.iter().filter(|kpi| counted(kpi));
        let states = told.map(|kpi| (kpi.known.definition.code.clone(), kpi.state)).collect();
        let (score, complete) = (&card.score, card.score.gaps.is_empty());
        Self { id: card.centre.id.clone(), total: score.total, coverage: score.coverage, complete, states }
    }
}

/// A hash, and how the centres stand under it.
type Known = Mutex<Option<(String, Arc<Vec<Stood>>)>>;

/// The board that was compared with last: nearly always that of the last review.
static LAST: Known = Mutex::new(None);

/// How all centres stood on a frozen board. Whoever compares looks at those that they may see.
///
/// # Errors
/// When the kept board cannot be read.
pub(super) fn frozen(conn: &mut Conn, board_hash: &str) -> Result<Arc<Vec<Stood>>> {
    remembered(&LAST, board_hash, || Ok(serde_json::from_str(&evidence::text(conn, board_hash)?)?))
}

fn remembered(last: &Known, hash: &str, read: impl FnOnce() -> Result<Board>) -> Result<Arc<Vec<Stood>>> {
    let known = last.lock().ok().and_then(|last| last.clone()).filter(|(known, _)| known == hash);
    if let Some((_, stood)) = known {
        return Ok(stood);
    }
    let stood = Arc::new(Stood::of_board(&read()?));
    if let Ok(mut last) = last.lock() {
        *last = Some((hash.to_owned(), Arc::clone(&stood)));
    }
    Ok(stood)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    #[test]
    fn a_board_is_read_once() {
        let last: Known = Mutex::new(None);
        let board = |total: f64| -> Board {
            let centre = serde_json::json!({"id": "c", "code": "HD", "name": {"zh": "华东", "en": "East"}, "total": total, "before": null,
                "coverage": 1.0, "complete": true, "profile_version": 1, "signals": 0, "closely": false, "tiles": []});
            let group = serde_json::json!({"centre_type": "cost_control", "stress": {"zh": "", "en": ""}, "qualitative": 5,
                "quantitative": 95, "families": [], "centres": [centre]});
            serde_json::from_value(serde_json::json!({"period": "2026-10", "on": "2026-11-21", "exceptions": [], "since": null,
                "changes": [], "groups": [group]}))
            .unwrap()
        };
        let gone = || Err(Error::NotFound);
        assert!(remembered(&last, "a", gone).is_err());
        let first = remembered(&last, "a", || Ok(board(80.0))).unwrap();
        assert_eq!((first[0].id.as_str(), first[0].total), ("c", Some(80.0)));
        assert!(Arc::ptr_eq(&first, &remembered(&last, "a", gone).unwrap()), "not read again");
        assert_eq!(remembered(&last, "b", || Ok(board(70.0))).unwrap()[0].total, Some(70.0));
        assert!(remembered(&last, "a", gone).is_err(), "one board is kept");
    }
}
