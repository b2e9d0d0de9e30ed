//! The project file, `sorot.json`.

use crate::file::json::{Context, Fields, JsonFile, Object, quoted, string_array};
use crate::file::schema::{read_schema, write_schema};
use crate::file::set_reader::{check_format, is_newer};
use crate::file::{FileError, PRESETS, VERSION};
use crate::model::{Extra, Report, Schema, Severity};

/// What `sorot.json` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectFile {
    /// What people call the project; empty if the file does not say.
    pub name: String,
    /// What may be annotated.
    pub schema: Schema,
    /// Patterns of the articles' paths; empty if the file leaves the choice to the folder.
    pub articles: Vec<String>,
    /// Path of the guidelines from the project folder.
    pub guidelines: Option<String>,
    /// Unknown keys of the file.
    pub extra: Extra,
}

impl ProjectFile {
    /// A project of that name and schema.
    pub fn new(name: impl Into<String>, schema: Schema) -> ProjectFile {
        ProjectFile {
            name: name.into(),
            schema,
            articles: Vec::new(),
            guidelines: None,
            extra: Extra::default(),
        }
    }
}

/// Reads a project file. What is wrong in it is reported with its place; without a schema the
/// default preset counts.
///
/// # Errors
/// If the bytes are no project file.
pub fn read_project(bytes: &[u8], file: &str, report: &mut Report) -> Result<ProjectFile, FileError> {
    let json = JsonFile::new(bytes, file)?;
    let mut top = json.root()?;
    check_format(&mut top, "sorot-project", file)?;
    let context = &mut Context::new(&json, report);
    top.report_duplicates(context);
    is_newer(&mut top, context);
    let name: Option<String> = top.get("name", "a string", context);
    let schema: Option<Object<'_>> = top.get("schema", "an object", context);
    let schema = match schema {
        Some(object) => read_schema(object, context),
        None => {
            let preset = PRESETS[0];
            let json = top.peek("schema").unwrap_or_default();
            let message =
                format!("the file has no schema; the built-in one, {}, is used", quoted(preset.name));
            context.problem(Severity::Warning, json, message);
            preset.schema()
        }
    };
    Ok(ProjectFile {
        name: name.unwrap_or_default(),
        schema,
        articles: top.get("articles", "a list of patterns", context).unwrap_or_default(),
        guidelines: top.get("guidelines", "a path", context),
        extra: top.into_extra(),
    })
}

/// Writes a project file: the same bytes for the same project, always.
pub fn write_project(project: &ProjectFile) -> Vec<u8> {
    let mut top = Fields::default();
    top.string("format", "sorot-project");
    top.add("version", VERSION.to_string());
    top.string("name", &project.name);
    top.add("schema", write_schema(&project.schema));
    if !project.articles.is_empty() {
        top.add("articles", string_array(&project.articles));
    }
    if let Some(guidelines) = &project.guidelines {
        top.string("guidelines", guidelines);
    }
    top.extra(&project.extra);
    let mut file = top.lines(0);
    file.push('\n');
    file.into_bytes()
}
