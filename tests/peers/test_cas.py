"""UIMA CAS as JSON and as XMI with a type system, by dkpro-cassis: offsets index a str there, and
UTF-16 units in the file."""

import json
import warnings

import cassis
import pytest

from conftest import convert
from stored import relations, spans

FORMATS = {"cas-json": ".json", "cas-xmi": ".xmi"}


@pytest.fixture(params=FORMATS)
def format(request):
    return request.param


@pytest.fixture(autouse=True)
def no_offset_inside_a_character():
    """cassis only warns of those."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def load(format, folder, name):
    file = folder / f"{name}{FORMATS[format]}"
    if format == "cas-json":
        return cassis.load_cas_from_json(file.read_text(encoding="utf-8"))
    types = cassis.load_typesystem(folder / "TypeSystem.xml")
    return cassis.load_cas_from_xmi(file, typesystem=types)


def found(cas):
    """What cassis sees of each span."""
    for span in cas.select("custom.Span"):
        pieces = [(it.begin, it.end) for it in span.fragments.elements] if span.fragments else []
        own = json.loads(span.sorot)
        yield (own["id"], span.label, pieces or [(span.begin, span.end)], repr(own.get("attributes") or {}),
               own.get("note", ""))


def test_spans_and_relations_are_there(format, project, tmp_path):
    said = project.export(format, tmp_path / "out")
    for name, stored in project.sets.items():
        cas = load(format, tmp_path / "out", name)
        # What XML has no way to hold becomes U+FFFD, which the export says.
        text = stored["text"]
        if format == "cas-xmi":
            bad = [it for it in text if it < " " and it not in "\t\n\r" or it in "\ufffe\uffff"]
            assert not bad or name in said, name
            text = "".join("\ufffd" if it in bad else it for it in text)
        assert cas.sofa_string == text, name
        assert sorted(found(cas)) == spans(stored), name
        for span in cas.select("custom.Span"):
            assert span.get_covered_text() == text[span.begin:span.end], name
        ends = [(it.label, json.loads(it.Governor.sorot)["id"], json.loads(it.Dependent.sorot)["id"])
                for it in cas.select("custom.Relation")]
        assert sorted(ends) == relations(stored), name


def test_what_cassis_writes_comes_in(format, project, tmp_path):
    """Sorot's own files, read and written by cassis, are still the same annotations."""
    project.export(format, tmp_path / "out")
    for name in project.sets:
        cas = load(format, tmp_path / "out", name)
        file = tmp_path / "again" / f"{name}{FORMATS[format]}"
        file.parent.mkdir(parents=True, exist_ok=True)
        save(format, cas, file)
    once, twice = (convert(format, tmp_path / folder, tmp_path / f"{folder}-json") for folder in ("out", "again"))
    assert once.keys() == twice.keys() == project.sets.keys()
    for name, stored in once.items():
        for key in ("article", "text", "spans", "relations", "entities", "status"):
            assert stored[key] == twice[name][key], (name, key)
        assert spans(stored) == spans(project.sets[name]), name
        assert relations(stored) == relations(project.sets[name]), name


def save(format, cas, file):
    if format == "cas-json":
        cas.to_json(file)
    else:
        cas.to_xmi(file)
        cas.typesystem.to_xml(file.parent / "TypeSystem.xml")


def test_layers_of_others_come_in(format, tmp_path):
    """A file of cassis's making: an own layer with typed features, and a link between spans."""
    types = cassis.TypeSystem()
    quote = types.create_type("webanno.custom.Quote")
    link = types.create_type("webanno.custom.ByLink", "uima.cas.TOP")
    types.create_feature(link, "role", "uima.cas.String")
    types.create_feature(link, "target", "uima.tcas.Annotation")
    types.create_feature(quote, "value", "uima.cas.String")
    types.create_feature(quote, "sure", "uima.cas.Boolean")
    types.create_feature(quote, "n", "uima.cas.Integer")
    types.create_feature(quote, "tags", "uima.cas.StringArray")
    types.create_feature(quote, "by", "uima.cas.FSArray", elementType="webanno.custom.ByLink")
    text = "😀 “Ya,\r\nya”, kata 👩🏽‍🚀 Éva e\u0301 🇺🇦 ujar."
    cas = cassis.Cas(typesystem=types)
    cas.sofa_string = text
    strings = types.get_type("uima.cas.StringArray")
    array = types.get_type("uima.cas.FSArray")
    at = text.index("👩")
    speaker = quote(begin=at, end=text.index(" É"), value="speaker", n=-3)
    said = quote(begin=2, end=text.index(", kata"), value="direct", sure=True,
                 tags=strings(elements=["a b", "c"]),
                 by=array(elements=[link(role="says", target=speaker)]))
    cas.add_all([speaker, said])
    (tmp_path / "in").mkdir()
    save(format, cas, tmp_path / "in" / f"a{FORMATS[format]}")
    [stored] = convert(format, tmp_path / "in", tmp_path / "out").values()
    assert stored["text"] == text
    by_label = {it["label"]: it for it in stored["spans"]}
    assert {label: it["text"] for label, it in by_label.items()} == {
        "speaker": "👩🏽‍🚀", "direct": "“Ya,\r\nya”"}
    assert by_label["direct"]["attributes"] == {
        "sure": True, "tags": ["a b", "c"], "layer": "webanno.custom.Quote"}
    assert by_label["speaker"]["attributes"] == {"n": -3, "layer": "webanno.custom.Quote"}
    [relation] = stored["relations"]
    assert (relation["label"], relation["from"], relation["to"]) == (
        "says", by_label["direct"]["id"], by_label["speaker"]["id"])
