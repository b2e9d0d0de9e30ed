//! What `sorot picture` is told. Drawing is the window's work, so `main` does it.

use std::path::PathBuf;

use anyhow::bail;

use crate::cli::Theme;
use crate::session::Passage;

/// Draw a passage with its spans and relations, as SVG or PNG for a paper
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
A point is 1/72 inch. SVG holds outlines instead of letters, and looks the same without the fonts. \
Without --lines, --from, --to or --span the whole article is drawn.")]
pub struct Picture {
    /// The picture to write; the ending says how
    #[arg(value_name = "OUT.svg|OUT.png")]
    pub out: PathBuf,
    /// A project folder or an article file
    #[arg(default_value = ".")]
    pub path: PathBuf,
    /// Which article of the project [default: its only one]
    #[arg(long, value_name = "ARTICLE")]
    pub article: Option<String>,
    /// Whose annotations; gold for the agreed reference
    #[arg(long, value_name = "NAME")]
    pub annotator: String,
    /// Only these lines, such as 3 or 3-7, counted from 1
    #[arg(long, value_name = "FIRST-LAST", value_parser = parse_lines, conflicts_with_all = ["from", "to", "span"])]
    pub lines: Option<(usize, usize)>,
    /// Only what begins here, in code points from 0, as in the annotation file
    #[arg(long, value_name = "START", requires = "to", conflicts_with = "span")]
    pub from: Option<usize>,
    /// Only what ends here; the end is exclusive
    #[arg(long, value_name = "END", requires = "from", conflicts_with = "span")]
    pub to: Option<usize>,
    /// Only the sentences that hold the span with this id
    #[arg(long, value_name = "ID")]
    pub span: Option<String>,
    /// How wide it is at most, in points
    #[arg(long, value_name = "POINTS", default_value = "450", value_parser = parse_width)]
    pub width: f32,
    /// Size of the text in points
    #[arg(long, value_name = "POINTS", default_value = "11", value_parser = parse_text_size)]
    pub text_size: f32,
    /// Pixels an inch, of a PNG
    #[arg(long, value_name = "N", default_value = "300", value_parser = parse_dpi)]
    pub dpi: f32,
    /// Light or dark
    #[arg(long, default_value = "light")]
    pub theme: Theme,
    /// Say below the text which label looks how
    #[arg(long)]
    pub legend: bool,
    /// Replace a file that exists
    #[arg(long)]
    pub force: bool,
}

impl Picture {
    /// The passage that is asked for.
    pub fn passage(&self) -> Passage {
        match (self.lines, self.from.zip(self.to), &self.span) {
            (Some((first, last)), ..) => Passage::Lines(first, last),
            (_, Some((start, end)), _) => Passage::CodePoints(start, end),
            (.., Some(id)) => Passage::Around(id.as_str().into()),
            _ => Passage::Article,
        }
    }

    /// Refuses to replace a file unless told to.
    ///
    /// # Errors
    /// If one is there.
    pub fn check(&self) -> anyhow::Result<()> {
        if self.out.exists() && !self.force {
            bail!("the file exists, and only --force replaces it: {}", self.out.display());
        }
        Ok(())
    }
}

fn parse_lines(typed: &str) -> Result<(usize, usize), String> {
    let (first, last) = typed.split_once(['-', '–']).unwrap_or((typed, typed));
    let number = |it: &str| it.trim().parse().ok().filter(|&it: &usize| it > 0);
    let lines = number(first).zip(number(last)).filter(|(first, last)| first <= last);
    lines.ok_or_else(|| "lines are written as 3 or 3-7, counted from 1".to_owned())
}

fn parse_width(typed: &str) -> Result<f32, String> {
    within(typed, 72.0, 2880.0, "a width")
}

fn parse_text_size(typed: &str) -> Result<f32, String> {
    within(typed, 4.0, 72.0, "a size of text")
}

fn parse_dpi(typed: &str) -> Result<f32, String> {
    within(typed, 36.0, 1200.0, "a number of pixels an inch")
}

fn within(typed: &str, least: f32, most: f32, what: &str) -> Result<f32, String> {
    let value = typed.parse().ok().filter(|it| (least..=most).contains(it));
    value.ok_or_else(|| format!("{what} is a number from {least} to {most}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines() {
        assert_eq!(parse_lines("3"), Ok((3, 3)));
        assert_eq!(parse_lines("3-7"), Ok((3, 7)));
        assert_eq!(parse_lines("3–7"), Ok((3, 7)));
        for typed in ["", "0", "0-3", "7-3", "a", "1-2-3", "-1"] {
            assert!(parse_lines(typed).is_err(), "{typed}");
        }
    }

    #[test]
    fn numbers_out_of_bounds_are_refused() {
        assert_eq!(parse_width("450"), Ok(450.0));
        for typed in ["", "nan", "inf", "-1", "0", "1e9"] {
            assert!(parse_width(typed).is_err() && parse_dpi(typed).is_err(), "{typed}");
        }
    }
}
