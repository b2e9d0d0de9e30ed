//! `sorot formats`

use std::io::Write;

use serde_json::json;

use crate::cli::Outcome;
use crate::cli::export::argument;
use crate::cli::output::write_json;
use crate::format::{FORMATS, Format};
use crate::text::OffsetUnit;

/// List the formats: what each reads, writes and cannot hold
#[derive(Debug, clap::Args)]
#[command(after_help = "\
With --json, an object with the key formats, a list of objects with these keys:
  id, summary
  reads, writes, one_file                              true or false
  overlapping, discontinuous, relations, attributes    true or false
  offset_unit                                          byte, code_point or utf16
  options                                              [what \"sorot export\" may choose for it]
  losses                                               [what it cannot hold]")]
pub struct Formats {
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

impl Formats {
    pub(super) fn run(&self, out: &mut dyn Write) -> anyhow::Result<Outcome> {
        if self.json {
            let formats: Vec<_> = FORMATS.iter().map(|format| row(*format)).collect();
            write_json(out, &json!({ "formats": formats }))?;
            return Ok(Outcome::Done);
        }
        writeln!(out, "{:<20}{:<7}{:<8}{:<13}WHAT IT IS", "FORMAT", "READS", "WRITES", "OFFSETS")?;
        for format in FORMATS {
            let it = format.capabilities();
            let (reads, writes) = (yes_or_no(it.reads), yes_or_no(it.writes));
            let unit = it.offset_unit.to_string();
            writeln!(out, "{:<20}{reads:<7}{writes:<8}{unit:<13}{}", format.id(), format.summary())?;
            for loss in losses(*format) {
                writeln!(out, "{:<48}cannot hold: {loss}", "")?;
            }
        }
        Ok(Outcome::Done)
    }
}

fn yes_or_no(is_so: bool) -> &'static str {
    if is_so { "yes" } else { "no" }
}

/// What a format cannot hold: of what Sorot makes, and beyond.
fn losses(format: &dyn Format) -> Vec<&'static str> {
    let it = format.capabilities();
    let shapes = [
        (it.overlapping, "overlapping spans"),
        (it.discontinuous, "discontinuous spans"),
        (it.relations, "relations"),
        (it.attributes, "attributes"),
    ];
    let shapes = shapes.into_iter().filter(|(holds, _)| !holds).map(|(_, what)| what);
    shapes.chain(it.losses.iter().copied()).collect()
}

fn row(format: &dyn Format) -> serde_json::Value {
    let it = format.capabilities();
    json!({
        "id": format.id(),
        "summary": format.summary(),
        "reads": it.reads,
        "writes": it.writes,
        "one_file": it.one_file,
        "overlapping": it.overlapping,
        "discontinuous": it.discontinuous,
        "relations": it.relations,
        "attributes": it.attributes,
        "offset_unit": match it.offset_unit {
            OffsetUnit::Byte => "byte",
            OffsetUnit::CodePoint => "code_point",
            OffsetUnit::Utf16 => "utf16",
        },
        "options": it.options.iter().map(|option| argument(*option)).collect::<Vec<_>>(),
        "losses": losses(format),
    })
}
