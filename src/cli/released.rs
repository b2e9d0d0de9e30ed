//! What subcommands say of a release.

use serde_json::{Value, json};

use crate::file::{Counts, Release, ReleasedFigure, ReleasedSplit};
use crate::model::DocumentId;

/// How much something holds.
pub(super) fn counts_json(counts: &Counts) -> Value {
    json!({
        "articles": counts.n_articles,
        "done": counts.n_done,
        "code_points": counts.n_code_points,
        "spans": counts.spans,
        "relations": counts.relations,
    })
}

/// The release before it, or null.
pub(super) fn earlier_json(release: &Release) -> Value {
    let earlier = release.earlier.as_ref();
    earlier.map(|it| json!({"name": it.name, "fingerprint": it.fingerprint})).unwrap_or_default()
}

/// How its articles are split.
pub(super) fn split_json(split: &ReleasedSplit) -> Value {
    let parts = split
        .parts
        .iter()
        .map(|it| json!({"name": it.name, "share": it.share, "counts": counts_json(&it.counts)}));
    let groups = split.near_duplicates.iter().map(|it| it.iter().map(DocumentId::as_str).collect::<Value>());
    json!({
        "seed": split.seed,
        "parts": parts.collect::<Value>(),
        "near_duplicates": groups.collect::<Value>(),
    })
}

/// What was measured.
pub(super) fn figures_json(figures: &[ReleasedFigure]) -> Value {
    let figure = |it: &ReleasedFigure| {
        json!({
            "measure": it.measure,
            "label": it.label,
            "value": it.value,
            "low": it.interval.map(|it| it.0),
            "high": it.interval.map(|it| it.1),
        })
    };
    figures.iter().map(figure).collect()
}
