//! UIMA CAS JSON 0.4 with its type system, as INCEpTION and dkpro-cassis take it; a file for each
//! article. What the structures mean is in [`cas`](crate::format::cas).

use std::collections::BTreeMap;
use std::io::Write as _;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value as Json, json};

use crate::format::cas::{self, Cas, Feature, Structure};
use crate::format::each::read_each;
use crate::format::incoming::Incoming;
use crate::format::portions::write_each;
use crate::format::{
    Article, Articles, Bundle, Capabilities, ExportOptions, Format, FormatError, ImportOptions, Sign, Sink,
    Take,
};
use crate::model::{Place, Report, Schema, Severity};

/// Holds everything but how annotations came to be.
pub(super) struct CasJson;

const ID: &str = "cas-json";

impl Format for CasJson {
    fn id(&self) -> &'static str {
        ID
    }

    fn summary(&self) -> &'static str {
        "UIMA CAS JSON 0.4 with type system, for INCEpTION and dkpro-cassis"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            one_file: false,
            offset_unit: cas::UNIT,
            signs: &[Sign { ending: ".json", holds: &["\"%TYPES\""] }],
            losses: cas::LOSSES,
            ..Capabilities::WHOLE
        }
    }

    fn write(
        &self,
        articles: &mut dyn Articles,
        _options: &ExportOptions,
        schema: &Schema,
        out: &mut dyn Sink,
        report: &mut Report,
    ) {
        let types = types();
        write_each(articles, out, report, |article, name, report| {
            article.report_orphans(report);
            [(format!("{name}.json"), write(&Cas::new(article, schema), &types))]
        });
    }

    fn read(
        &self,
        files: &Bundle,
        options: &ImportOptions,
        _schema: &Schema,
        report: &mut Report,
        take: &mut Take<'_>,
    ) -> Result<(), FormatError> {
        let read = |(name, bytes): &(String, Vec<u8>), report: &mut Report| {
            read(name, bytes, options, report).map(Some).map_err(|message| FormatError::Malformed {
                format: ID,
                message,
                file: name.clone(),
            })
        };
        read_each(&files.files, report, take, read).map(drop)
    }
}

/// The type system.
fn types() -> Json {
    let types = cas::TYPES.iter().map(|it| {
        let mut object = Map::new();
        object.insert("%NAME".to_owned(), it.name.into());
        object.insert("%SUPER_TYPE".to_owned(), it.parent.into());
        for &(name, range) in it.features {
            object.insert(name.to_owned(), json!({"%NAME": name, "%RANGE": range}));
        }
        (it.name.to_owned(), object.into())
    });
    Json::Object(types.collect())
}

const IN_MEMORY: &str = "memory takes what is written to it";

/// Feature structures, one a line. Each list is a structure of its own, after those that have it.
fn write(cas: &Cas, types: &Json) -> Vec<u8> {
    let mut out = Vec::new();
    let mut lists = Vec::new();
    write!(out, "{{\"%TYPES\": {types},\n\"%FEATURE_STRUCTURES\": [").expect(IN_MEMORY);
    for (i, structure) in cas.structures.iter().enumerate() {
        let (separator, id) = (if i == 0 { "" } else { "," }, structure.id.unwrap_or_default());
        write!(out, "{separator}\n{{\"%ID\":{id},\"%TYPE\":\"{}\"", structure.kind).expect(IN_MEMORY);
        for (name, feature) in &structure.features {
            let reference = match feature {
                Feature::Value(value) => {
                    write!(out, ",\"{name}\":{value}").expect(IN_MEMORY);
                    continue;
                }
                Feature::Reference(id) => *id,
                Feature::List(ids) => {
                    lists.push(ids);
                    (cas.structures.len() + lists.len()) as i64
                }
            };
            write!(out, ",\"@{name}\":{reference}").expect(IN_MEMORY);
        }
        out.push(b'}');
    }
    for (i, ids) in lists.into_iter().enumerate() {
        let id = cas.structures.len() + i + 1;
        let list = json!({"%ID": id, "%TYPE": "uima.cas.FSArray", "%ELEMENTS": ids});
        write!(out, ",\n{list}").expect(IN_MEMORY);
    }
    let view = json!({"%SOFA": cas::SOFA_ID, "%MEMBERS": cas.members});
    writeln!(out, "\n],\n\"%VIEWS\": {{\"{}\": {view}}}}}", cas::VIEW).expect(IN_MEMORY);
    out
}

#[derive(Deserialize)]
struct File<'a> {
    #[serde(rename = "%FEATURE_STRUCTURES", borrow)]
    structures: &'a RawValue,
}

fn read(name: &str, bytes: &[u8], options: &ImportOptions, report: &mut Report) -> Result<Article, String> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let file: File<'_> = serde_json::from_slice(bytes).map_err(|it| it.to_string())?;
    let mut structures = Vec::new();
    let mut add = |id: Option<i64>, json: &str| match structure(id, json) {
        Ok(structure) => structures.push(structure),
        Err(why) => {
            let place = Place { file: Some(name.to_owned()), ..Place::default() };
            let message = format!("a feature structure was not taken in, {why}");
            report.add(Severity::Error, place, message);
        }
    };
    // A list, or in earlier drafts of the format an object with the numbers as keys.
    if let Ok(list) = serde_json::from_str::<Vec<&RawValue>>(file.structures.get()) {
        list.into_iter().for_each(|it| add(None, it.get()));
    } else {
        let map: BTreeMap<String, &RawValue> =
            serde_json::from_str(file.structures.get()).map_err(|it| it.to_string())?;
        map.into_iter().for_each(|(id, it)| add(id.parse().ok(), it.get()));
    }
    let stem = name.strip_suffix(".json").unwrap_or(name);
    cas::read(&structures, Incoming::new(ID, name, stem, "", cas::UNIT), options, report)
}

/// A structure of the file. What begins with `@` is a reference, with `#` a number that JSON has
/// none for, with `%` the format's own.
fn structure(id: Option<i64>, json: &str) -> Result<Structure, String> {
    let mut object: Map<String, Json> = serde_json::from_str(json).map_err(|it| it.to_string())?;
    let id = object.get("%ID").and_then(Json::as_i64).or(id);
    let Some(Json::String(kind)) = object.remove("%TYPE") else {
        return Err("it has no type".to_owned());
    };
    let mut features = Vec::with_capacity(object.len());
    for (name, value) in object {
        let (name, feature) = match name.split_at_checked(1) {
            Some(("@", name)) => match value.as_i64() {
                Some(id) => (name.to_owned(), Feature::Reference(id)),
                None if value.is_null() => continue,
                None => return Err(format!("its {name} leads to no number")),
            },
            Some(("%", "ELEMENTS")) => {
                let ids = value.as_array().filter(|_| cas::is_array_of_structures(&kind));
                let ids = ids.map(|it| it.iter().filter_map(Json::as_i64).collect());
                ("elements".to_owned(), ids.map_or(Feature::Value(value), Feature::List))
            }
            Some(("%", _)) => continue,
            Some(("#" | "^", name)) => (name.to_owned(), Feature::Value(value)),
            _ => (name, Feature::Value(value)),
        };
        features.push((name.into(), feature));
    }
    Ok(Structure { id, kind: kind.into(), features })
}
