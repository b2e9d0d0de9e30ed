"""GATE's bdoc JSON, by gatenlp: offsets index a str."""

import gatenlp
import pytest

from conftest import convert
from stored import places, relations, spans


def load(folder, name):
    return gatenlp.Document.load(str(folder / f"{name}.bdocjs"), fmt="bdocjs")


def test_spans_and_relations_are_there(project, tmp_path):
    project.export("bdocjs", tmp_path / "out")
    for name, stored in project.sets.items():
        document = load(tmp_path / "out", name)
        assert document.text == stored["text"] and document.name == name
        pieces, span_of = {}, {}
        for it in document.annset(project.annotator):
            own = it.features["sorot"]
            attributes = {key: value for key, value in it.features.items()
                          if key not in ("sorot", "span_id", "fragment")}
            assert document[it] == stored["text"][it.start:it.end]
            pieces.setdefault((own["id"], it.type, repr(attributes)), []).append((it.start, it.end))
            span_of[it.id] = own["id"]
        expected = {}
        for it in stored["spans"]:
            expected[it["id"], it["label"], repr(it.get("attributes") or {})] = places(it)
        assert pieces == expected, name
        ends = sorted((it["label"], span_of[it["from"]], span_of[it["to"]])
                      for it in document.features["relations"])
        assert ends == relations(stored), name


@pytest.mark.parametrize("offset_type", ["p", "j"])
def test_what_gatenlp_writes_comes_in(project, tmp_path, offset_type):
    project.export("bdocjs", tmp_path / "out")
    for name in project.sets:
        file = tmp_path / "again" / f"{name}.bdocjs"
        file.parent.mkdir(parents=True, exist_ok=True)
        load(tmp_path / "out", name).save(str(file), fmt="bdocjs", offset_type=offset_type)
    found = convert("bdocjs", tmp_path / "again", tmp_path / "json")
    assert found.keys() == project.sets.keys()
    for name, stored in project.sets.items():
        assert found[name]["text"] == stored["text"], name
        assert spans(found[name]) == spans(stored), name
        assert relations(found[name]) == relations(stored), name


def test_sets_of_others_come_in(tmp_path):
    text = "😀 “Ya,\r\nya”, kata 👩🏽‍🚀 Éva e\u0301 🇺🇦 ujar."
    document = gatenlp.Document(text)
    at = text.index("👩")
    document.annset("").add(at, text.index(" É"), "Person", {"gender": "f", "n": 3, "sure": True})
    document.annset("").add(2, text.index(", kata"), "Quote")
    (tmp_path / "in").mkdir()
    document.save(str(tmp_path / "in" / "a.bdocjs"), fmt="bdocjs")
    [stored] = convert("bdocjs", tmp_path / "in", tmp_path / "out").values()
    assert stored["text"] == text
    assert [(it["label"], it["text"], it.get("attributes", {})) for it in stored["spans"]] == [
        ("Quote", "“Ya,\r\nya”", {}), ("Person", "👩🏽‍🚀", {"gender": "f", "n": 3, "sure": True})]
