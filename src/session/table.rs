//! Tables on the terminal, as CSV and for LaTeX.

use std::io::{self, Write};

use crate::compare::agreement::{Answer, Interval, Undefined};
use crate::text::{latex, printable};

/// Rows of cells under a header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// What stands in each column.
    pub header: Vec<String>,
    /// The rows, each with a cell a column.
    pub rows: Vec<Vec<Cell>>,
}

/// What stands in a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Words, at the left.
    Text(String),
    /// A number, at the right.
    Number(String),
}

impl Cell {
    /// Words.
    pub fn text(text: impl Into<String>) -> Cell {
        Cell::Text(text.into())
    }

    /// A number, or a dash if there is none.
    pub fn answer(answer: Answer, is_count: bool) -> Cell {
        Cell::Number(answer.map_or("–".to_owned(), |it| number(it, is_count)))
    }

    /// A number as every program reads it; empty if there is none.
    pub fn exact(answer: Answer) -> Cell {
        Cell::Number(answer.map_or(String::new(), |it| it.to_string()))
    }

    fn content(&self) -> &str {
        match self {
            Cell::Text(it) | Cell::Number(it) => it,
        }
    }
}

/// A number as people read it: four digits, or none if it counts.
pub fn number(value: f64, is_count: bool) -> String {
    if is_count && value.fract() == 0.0 { format!("{value}") } else { format!("{value:.4}") }
}

/// An interval as people read it.
pub fn interval(interval: &Interval) -> String {
    format!("[{:.4}, {:.4}]", interval.low, interval.high)
}

/// What stands beside a value: its interval, or why there is no value.
pub fn beside(answer: Answer, found: Option<&Result<Interval, Undefined>>) -> Cell {
    Cell::text(match (answer, found) {
        (Err(reason), _) => reason.to_string(),
        (Ok(_), Some(Ok(it))) => interval(it),
        (Ok(_), _) => String::new(),
    })
}

impl Table {
    /// A table without rows.
    pub fn new(header: &[&str]) -> Table {
        Table { header: header.iter().map(|&it| it.to_owned()).collect(), rows: Vec::new() }
    }

    fn is_number(&self, column: usize) -> bool {
        self.rows.iter().any(|row| matches!(row[column], Cell::Number(_)))
    }

    /// For people: columns under each other.
    pub fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let shown: Vec<Vec<String>> = self
            .rows
            .iter()
            .map(|row| row.iter().map(|it| printable(it.content()).into_owned()).collect())
            .collect();
        let width = |column: usize| {
            let cells = shown.iter().map(|row| &row[column]).chain([&self.header[column]]);
            cells.map(|it| it.chars().count()).max().unwrap_or_default()
        };
        let widths: Vec<usize> = (0..self.header.len()).map(width).collect();
        let mut write = |cells: &[String]| {
            let padded = cells.iter().zip(&widths).enumerate().map(|(i, (cell, width))| {
                let gap = " ".repeat(width - cell.chars().count());
                if self.is_number(i) { format!("{gap}{cell}") } else { format!("{cell}{gap}") }
            });
            writeln!(out, "{}", padded.collect::<Vec<_>>().join("  ").trim_end())
        };
        write(&self.header)?;
        shown.iter().try_for_each(|row| write(row))?;
        Ok(())
    }

    /// For spreadsheets and R: comma-separated, quoted where needed.
    pub fn write_csv(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record(&self.header)?;
        for row in &self.rows {
            writer.write_record(row.iter().map(Cell::content))?;
        }
        writer.flush()?;
        Ok(())
    }

    /// For LaTeX, with the package booktabs; what is true of all of it stands in a comment.
    pub fn write_latex(&self, out: &mut dyn Write, comment: &str) -> io::Result<()> {
        let columns: String =
            (0..self.header.len()).map(|it| if self.is_number(it) { 'r' } else { 'l' }).collect();
        let line = |cells: Vec<String>| format!("{} \\\\", cells.join(" & "));
        for comment in comment.lines() {
            writeln!(out, "% {}", printable(comment))?;
        }
        writeln!(out, "\\begin{{tabular}}{{{columns}}}\n\\toprule")?;
        writeln!(out, "{}\n\\midrule", line(self.header.iter().map(|it| latex(it)).collect()))?;
        for row in &self.rows {
            writeln!(out, "{}", line(row.iter().map(|it| latex(it.content())).collect()))?;
        }
        writeln!(out, "\\bottomrule\n\\end{{tabular}}")?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_each_other() {
        let mut table = Table::new(&["measure", "value", ""]);
        table.rows.push(vec![Cell::text("γ"), Cell::answer(Ok(0.25), false), Cell::text("[0.1, 0.2]")]);
        table.rows.push(vec![
            Cell::text("n, both"),
            Cell::answer(Err(Undefined::NoArticle), true),
            Cell::text(""),
        ]);
        let written = |write: &dyn Fn(&mut Vec<u8>)| {
            let mut out = Vec::new();
            write(&mut out);
            String::from_utf8(out).expect("tables are text")
        };
        assert_eq!(
            written(&|out| table.write_text(out).expect("memory takes all")),
            "measure   value\nγ        0.2500  [0.1, 0.2]\nn, both       –\n"
        );
        assert_eq!(
            written(&|out| table.write_csv(out).expect("memory takes all")),
            "measure,value,\nγ,0.2500,\"[0.1, 0.2]\"\n\"n, both\",–,\n"
        );
    }
}
