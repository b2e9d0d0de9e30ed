//! `sorot rulings`

use std::io::Write;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::cli::Outcome;
use crate::cli::output::{count, outcome, say_problems, write_json};
use crate::model::Report;
use crate::session::{FoundRuling, read_rulings};
use crate::store::Folder;
use crate::text::{markdown, printable};

/// List what a curator decided where annotators differed, and why
#[derive(Debug, clap::Args)]
#[command(after_help = "\
With --json, an array of objects with these keys:
  article, id  where, and which ruling
  kind         in what they differed: missing, label, boundary, attribute, relation; empty if in nothing
  said         [{annotator, id, label, text, details}]; all but the name are empty for who had nothing
               there; details are attributes and the entity that is mentioned
  taken        the names of those whose version was taken
  gold         [{label, text, details}]; empty if nothing belongs there
  reason, rule why, and by which rule of the guidelines; empty if not said
  created      when, in UTC; left out where the file does not say")]
pub struct Rulings {
    /// The project folder
    #[arg(default_value = ".")]
    project: PathBuf,
    /// Only those in which this annotator was overruled
    #[arg(long, value_name = "NAME")]
    overruled: Option<String>,
    /// Only those whose words contain this text
    #[arg(long, value_name = "TEXT")]
    find: Option<String>,
    /// Print Markdown to quote in the guidelines
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

impl Rulings {
    pub(super) fn run(&self, out: &mut dyn Write) -> anyhow::Result<Outcome> {
        let mut report = Report::default();
        let opened = Folder::open(&self.project, &mut Report::default())?;
        let mut found = read_rulings(&opened.folder, &opened.articles, &mut report);
        found.retain(|it| {
            self.overruled.as_ref().is_none_or(|name| it.ruling.overrules(name))
                && self.find.as_ref().is_none_or(|text| it.ruling.contains(text))
        });
        say_problems(&report);
        if self.json {
            write_json(out, &found.iter().map(json_of).collect::<Value>())?;
        } else if self.markdown {
            found.iter().try_for_each(|it| write_markdown(it, out))?;
        } else {
            found.iter().try_for_each(|it| writeln!(out, "{}", printable(&line(it))))?;
            writeln!(out, "{}", count(found.len(), "ruling"))?;
        }
        Ok(outcome(&report))
    }
}

fn gold(found: &FoundRuling) -> String {
    match found.ruling.gold.as_slice() {
        [] => "nothing".to_owned(),
        gold => gold.iter().map(|it| it.words(usize::MAX)).collect::<Vec<_>>().join(" and "),
    }
}

fn line(found: &FoundRuling) -> String {
    let FoundRuling { document, ruling } = found;
    let said: Vec<String> =
        ruling.said.iter().map(|it| format!("{}: {}", it.annotator, it.words(usize::MAX))).collect();
    let kind = if ruling.kind.is_empty() { "agreed" } else { &ruling.kind };
    let mut line = format!("{document}: {kind}: {} → {}", said.join("; "), gold(found));
    if !ruling.taken.is_empty() {
        line += &format!(" ({})", ruling.taken.join(", "));
    }
    if !ruling.reason.is_empty() {
        line += &format!(" – {}", ruling.reason);
    }
    if !ruling.rule.is_empty() {
        line += &format!(" [{}]", ruling.rule);
    }
    line
}

fn write_markdown(found: &FoundRuling, out: &mut dyn Write) -> std::io::Result<()> {
    let FoundRuling { document, ruling } = found;
    let rule = if ruling.rule.is_empty() { "Ruling" } else { &ruling.rule };
    writeln!(out, "**{}** ({})\n", markdown(rule), markdown(document.as_str()))?;
    for it in &ruling.said {
        writeln!(out, "- {}: {}", markdown(&it.annotator), markdown(&it.words(usize::MAX)))?;
    }
    writeln!(out, "- **gold: {}**", markdown(&gold(found)))?;
    if !ruling.reason.is_empty() {
        writeln!(out, "\n{}", markdown(&ruling.reason))?;
    }
    writeln!(out)
}

fn json_of(found: &FoundRuling) -> Value {
    let FoundRuling { document, ruling } = found;
    let said = ruling.said.iter().map(|it| {
        let (label, text, details) = (&it.label, &it.text, &it.details);
        json!({"annotator": it.annotator, "id": it.id, "label": label, "text": text, "details": details})
    });
    let gold =
        ruling.gold.iter().map(|it| json!({"label": it.label, "text": it.text, "details": it.details}));
    let mut json = json!({
        "article": document.as_str(),
        "id": ruling.id,
        "kind": ruling.kind,
        "said": said.collect::<Value>(),
        "taken": ruling.taken,
        "gold": gold.collect::<Value>(),
        "reason": ruling.reason,
        "rule": ruling.rule,
    });
    if let Some(created) = ruling.created.and_then(|at| at.iso()) {
        json["created"] = created.into();
    }
    json
}
