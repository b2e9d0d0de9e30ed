//! What a paper says of a release: a paragraph of methods, tables, and how to cite it.

use crate::file::{Counts, Release, ReleasedFigure};
use crate::session::release::Citation;
use crate::text::markdown;
use crate::text::{latex, printable};

/// A table with a header; the first column holds words, the others numbers.
struct Table {
    caption: String,
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// The paragraph and its tables as Markdown.
pub(super) fn methods_markdown(release: &Release, fingerprint: &str) -> String {
    let mut out = format!("# {} {}\n\n", markdown(&release.project), markdown(&release.name));
    out += &sentences(release, fingerprint).iter().map(|it| markdown(it)).collect::<Vec<_>>().join(" ");
    out += "\n";
    for table in tables(release) {
        let line = |cells: &[String]| {
            let cells: Vec<String> = cells.iter().map(|it| markdown(it)).collect();
            format!("| {} |\n", cells.join(" | "))
        };
        out += &format!("\n{}\n\n{}", markdown(&table.caption), line(&table.header));
        out += &format!("|---{}|\n", "|--:".repeat(table.header.len().saturating_sub(1)));
        out.extend(table.rows.iter().map(|row| line(row)));
    }
    out
}

/// The same for LaTeX, with the package booktabs.
pub(super) fn methods_latex(release: &Release, fingerprint: &str) -> String {
    let mut out = "% \\usepackage{booktabs}\n".to_owned();
    out += &sentences(release, fingerprint).iter().map(|it| latex(it)).collect::<Vec<_>>().join("\n");
    out += "\n";
    for table in tables(release) {
        let line = |cells: &[String]| {
            let cells: Vec<String> = cells.iter().map(|it| latex(it)).collect();
            format!("{} \\\\\n", cells.join(" & "))
        };
        let columns = "r".repeat(table.header.len().saturating_sub(1));
        out += &format!("\n\\begin{{table}}\n\\centering\n\\begin{{tabular}}{{l{columns}}}\n\\toprule\n");
        out += &line(&table.header);
        out += "\\midrule\n";
        out.extend(table.rows.iter().map(|row| line(row)));
        out += &format!("\\bottomrule\n\\end{{tabular}}\n\\caption{{{}}}\n", latex(&table.caption));
        out += "\\end{table}\n";
    }
    out
}

fn sentences(release: &Release, fingerprint: &str) -> Vec<String> {
    let counts = &release.counts;
    let count = |n: usize, one: &str| format!("{n} {one}{}", if n == 1 { "" } else { "s" });
    let mut sentences = vec![format!(
        "Release {} of {} was frozen on {} and holds {} ({}) with {} and {}, annotated by {}.",
        release.name,
        release.project,
        &release.at.to_string()[..release.at.to_string().len().min(10)],
        count(counts.n_articles, "article"),
        count(counts.n_code_points, "character"),
        count(counts.n_spans(), "span"),
        count(counts.n_relations(), "relation"),
        release.owner,
    )];
    if !release.schema_id.is_empty() {
        let (id, version) = (&release.schema_id, &release.schema_version);
        sentences.push(format!("The annotation scheme is {id}, version {version}."));
    }
    if let Some(agreement) = &release.agreement {
        let find = |id: &str| agreement.figures.iter().find(|it| it.measure == id && it.label.is_none());
        let shown = [find("exact"), find("alpha")].into_iter().flatten().map(|it| {
            let (value, interval) = (value(it), interval(it));
            if interval.is_empty() {
                format!("{} {value}", it.name)
            } else {
                format!("{} {value} {interval}", it.name)
            }
        });
        sentences.push(format!(
            "Agreement of {} on {} that all of them have seen: {} (95 % intervals of {} draws of whole articles).",
            agreement.annotators.join(", "),
            count(agreement.n_articles, "article"),
            shown.collect::<Vec<_>>().join(", "),
            agreement.n_samples,
        ));
    }
    if let Some(split) = &release.split {
        let parts = split.parts.iter().map(|it| format!("{} {}", it.name, it.counts.n_articles));
        sentences.push(format!(
            "The articles are split into {} (seed {}): {}.",
            parts.collect::<Vec<_>>().join(", "),
            split.seed,
            split.method,
        ));
    }
    if let Some(earlier) = &release.earlier {
        sentences.push(format!("It follows release {} (SHA-256 {}).", earlier.name, earlier.fingerprint));
    }
    sentences.push(format!("SHA-256 of its manifest: {fingerprint}."));
    sentences
}

fn tables(release: &Release) -> Vec<Table> {
    let parts = release.split.iter().flat_map(|it| &it.parts);
    let mut columns: Vec<(&str, &Counts)> = parts.map(|it| (it.name.as_str(), &it.counts)).collect();
    columns.push(("all", &release.counts));
    let mut rows = Vec::new();
    let mut row = |name: String, value: &dyn Fn(&Counts) -> usize| {
        let values = columns.iter().map(|(_, counts)| value(counts).to_string());
        rows.push(std::iter::once(name).chain(values).collect::<Vec<_>>());
    };
    row("articles".to_owned(), &|it| it.n_articles);
    row("characters".to_owned(), &|it| it.n_code_points);
    for label in release.counts.spans.keys() {
        row(format!("span {label}"), &|it| it.spans.get(label).copied().unwrap_or_default());
    }
    for label in release.counts.relations.keys() {
        row(format!("relation {label}"), &|it| it.relations.get(label).copied().unwrap_or_default());
    }
    let header = std::iter::once(String::new()).chain(columns.iter().map(|it| it.0.to_owned())).collect();
    let caption = format!("What release {} of {} holds.", release.name, release.project);
    let mut tables = vec![Table { caption, header, rows }];
    if let Some(agreement) = &release.agreement {
        let header = ["measure", "value", "95 % interval"].map(str::to_owned).to_vec();
        let row = |it: &ReleasedFigure| {
            let label = it.label.iter().map(|label| format!(", {label}")).collect::<String>();
            vec![format!("{}{label}", it.name), value(it), interval(it)]
        };
        let caption = format!(
            "Agreement of {} on {} articles of release {}.",
            agreement.annotators.join(", "),
            agreement.n_articles,
            release.name
        );
        tables.push(Table { caption, header, rows: agreement.figures.iter().map(row).collect() });
    }
    tables
}

fn value(figure: &ReleasedFigure) -> String {
    figure.value.map_or_else(|| figure.undefined.clone(), |it| format!("{it:.3}"))
}

fn interval(figure: &ReleasedFigure) -> String {
    figure.interval.map_or_else(String::new, |(low, high)| format!("[{low:.3}, {high:.3}]"))
}

/// An entry for BibTeX. What nobody said is a comment, since such programs refuse what they do not
/// understand.
pub(super) fn citation(release: &Release, fingerprint: &str, citation: &Citation) -> String {
    let title = citation.title.as_ref().unwrap_or(&release.project);
    let iso = release.at.iso().unwrap_or_default();
    let key: String =
        title.chars().filter(char::is_ascii_alphanumeric).take(30).collect::<String>().to_lowercase();
    let key = if key.is_empty() { "release".to_owned() } else { key };
    let version: String =
        release.name.chars().map(|it| if it.is_ascii_alphanumeric() { it } else { '-' }).collect();
    let mut out = String::new();
    if citation.authors.is_empty() {
        out += "% To be said by a person: author = {Name, First and Name, First}\n";
    }
    out += &format!("@misc{{{key}-{version},\n");
    let mut field = |name: &str, value: &str| {
        if !value.is_empty() {
            let value = printable(value);
            out += &format!("  {name} = {{{value}}},\n");
        }
    };
    let authors: Vec<String> = citation.authors.iter().map(|it| latex(it)).collect();
    field("author", &authors.join(" and "));
    field("title", &format!("{{{}}}", latex(title)));
    field("year", iso.get(..4).unwrap_or_default());
    field("month", iso.get(5..7).unwrap_or_default());
    field("version", &latex(&release.name));
    // An address is not set as text; a brace in it would end the field.
    let address = |it: &Option<String>| {
        it.iter().flat_map(|it| it.chars()).filter(|it| !"{}".contains(*it)).collect::<String>()
    };
    field("doi", &address(&citation.doi));
    field("url", &address(&citation.url));
    field("note", &format!("Release {}, SHA-256 of its manifest {fingerprint}", latex(&release.name)));
    out + "}\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_without_a_value_says_why() {
        let figure = ReleasedFigure {
            measure: "alpha".to_owned(),
            name: "α".to_owned(),
            label: None,
            value: None,
            interval: None,
            undefined: "undefined, because nobody used it".to_owned(),
        };
        assert_eq!(value(&figure), "undefined, because nobody used it");
        assert_eq!(value(&ReleasedFigure { value: Some(0.25), ..figure }), "0.250");
    }
}
