"""W3C Web Annotations: no library on the package index selects text by them, so this does what the
recommendation says, by position and by quote alone, in Python, whose str counts code points. The
JSON-LD is expanded by PyLD with a context of the same terms."""

import json
import pathlib
import urllib.parse

from pyld import jsonld

from conftest import convert
from stored import places, relations, spans

OA, AS = "http://www.w3.org/ns/oa#", "http://www.w3.org/ns/activitystreams#"

# Of http://www.w3.org/ns/anno.jsonld, the terms that are used: tests have no network.
CONTEXT = {
    "oa": OA, "as": AS, "dcterms": "http://purl.org/dc/terms/", "foaf": "http://xmlns.com/foaf/0.1/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "xsd": "http://www.w3.org/2001/XMLSchema#",
    "id": {"@id": "@id", "@type": "@id"}, "type": {"@id": "@type", "@type": "@vocab"},
    "Annotation": "oa:Annotation", "TextualBody": "oa:TextualBody", "Composite": "oa:Composite",
    "TextQuoteSelector": "oa:TextQuoteSelector", "TextPositionSelector": "oa:TextPositionSelector",
    "AnnotationPage": "as:OrderedCollectionPage", "Person": "foaf:Person",
    "body": {"@type": "@id", "@id": "oa:hasBody"}, "target": {"@type": "@id", "@id": "oa:hasTarget"},
    "source": {"@type": "@id", "@id": "oa:hasSource"}, "selector": {"@type": "@id", "@id": "oa:hasSelector"},
    "motivation": {"@type": "@vocab", "@id": "oa:motivatedBy"},
    "purpose": {"@type": "@vocab", "@id": "oa:hasPurpose"},
    "tagging": "oa:tagging", "linking": "oa:linking", "commenting": "oa:commenting",
    "items": {"@type": "@id", "@id": "as:items", "@container": "@list"},
    "exact": "oa:exact", "prefix": "oa:prefix", "suffix": "oa:suffix", "value": "rdf:value",
    "start": {"@type": "xsd:nonNegativeInteger", "@id": "oa:start"},
    "end": {"@type": "xsd:nonNegativeInteger", "@id": "oa:end"},
    "creator": {"@type": "@id", "@id": "dcterms:creator"}, "name": "foaf:name",
}


def pages(folder):
    for file in sorted((folder / "annotations").rglob("*.jsonld")):
        page = json.loads(file.read_text(encoding="utf-8"))
        assert page["@context"][0] == "http://www.w3.org/ns/anno.jsonld"
        yield file, page


def selected(folder, file, target):
    """The text, and where the position and the quote lead."""
    path = urllib.parse.unquote(urllib.parse.urljoin(file.relative_to(folder).as_posix(), target["source"]))
    text = (folder / path).read_bytes().decode()
    position, quote = target["selector"]
    start = position["start"]
    whole = quote["prefix"] + quote["exact"] + quote["suffix"]
    assert text[start - len(quote["prefix"]):][:len(whole)] == whole, target
    assert text[start:position["end"]] == quote["exact"]
    return text, (start, position["end"])


def test_spans_and_relations_are_there(project, tmp_path):
    project.export("web-annotation", tmp_path)
    n_pages = 0
    for file, page in pages(tmp_path):
        n_pages += 1
        stored = project.sets[page["sorot"]["path"]]
        found, linked = [], []
        for item in page["items"]:
            [label] = [it["value"] for it in item["body"] if it["purpose"] == "tagging"]
            id = urllib.parse.unquote(item["id"].removeprefix("#"))
            if item["motivation"] == "linking":
                ends = [urllib.parse.unquote(it["id"].removeprefix("#")) for it in item["target"]]
                linked.append((label, *ends))
                continue
            targets = item["target"].get("items", [item["target"]])
            at = []
            for target in targets:
                text, place = selected(tmp_path, file, target)
                assert text == stored["text"]
                at.append(place)
            found.append((id, label, at))
        expected = [(it["id"], it["label"], places(it)) for it in stored["spans"]]
        assert sorted(found) == sorted(expected), file
        assert sorted(linked) == relations(stored), file
    assert n_pages == len(project.sets)


def test_a_json_ld_processor_sees_the_same(project, tmp_path):
    project.export("web-annotation", tmp_path)
    for _, page in pages(tmp_path):
        n_items = len(page["items"])
        page["@context"][0] = CONTEXT
        [expanded] = jsonld.expand(page, {"base": "http://example.org/"})
        [items] = expanded[f"{AS}items"]
        assert len(items["@list"]) == n_items
        for item in items["@list"]:
            assert item["@type"] == [f"{OA}Annotation"]
            assert item[f"{OA}motivatedBy"][0]["@id"] in (f"{OA}tagging", f"{OA}linking")
            assert item["urn:sorot:annotation"][0]["@type"] == "@json"
            for body in item[f"{OA}hasBody"]:
                assert body["@type"] == [f"{OA}TextualBody"]


def test_what_was_written_comes_in(project, tmp_path):
    project.export("web-annotation", tmp_path / "out")
    found = convert("web-annotation", tmp_path / "out", tmp_path / "json")
    assert found.keys() == project.sets.keys()
    for name, stored in project.sets.items():
        assert found[name]["text"] == stored["text"], name
        assert spans(found[name]) == spans(stored), name
        assert relations(found[name]) == relations(stored), name


def test_numbers_of_browsers_are_understood(tmp_path):
    """JavaScript counts UTF-16 units, which the quote shows."""
    text = "😀 kata Éva 🇺🇦 ujar Éva."
    at = text.index("Éva")
    start = len(text[:at].encode("utf-16-le")) // 2
    page = [{"id": "#a", "body": {"type": "TextualBody", "purpose": "tagging", "value": "speaker"}, "target": {
        "source": "a.txt", "selector": [
            {"type": "TextQuoteSelector", "exact": "Éva"},
            {"type": "TextPositionSelector", "start": start, "end": start + 3}]}}]
    folder = pathlib.Path(tmp_path / "in")
    folder.mkdir()
    (folder / "a.txt").write_bytes(text.encode())
    (folder / "a.json").write_text(json.dumps(page), encoding="utf-8")
    [stored] = convert("web-annotation", folder, tmp_path / "out").values()
    assert [(it["label"], it["start"], it["text"]) for it in stored["spans"]] == [("speaker", at, "Éva")]
