"""brat standoff, by brat's own parser and configuration reader as bratiaa carries them.

brat reads a text with universal newlines and counts code points in that.
"""

import re

import pytest
from bratsubset.annotation import TextAnnotations
from bratsubset.projectconfig import ProjectConfiguration
from conftest import convert


def seen(text):
    """The text as brat sees it."""
    return re.sub("\r\n?", "\n", text)


def places(span, text):
    """A span's fragments as brat must have them: without line breaks."""
    found = []
    for start, end in span.get("fragments", [[span["start"], span["end"]]]):
        at = len(seen(text[:start]))
        for line in seen(text[start:end]).split("\n"):
            if line:
                found.append((at, at + len(line)))
            at += len(line) + 1
    return tuple(found)


def plain(attributes):
    """The attributes that brat can hold."""
    return {name: True if value is True else str(value) for name, value in attributes.items()
            if value is True or re.fullmatch(r"[^\s,|<>]+", str(value))}


def read(folder, path):
    """An article by brat's parser, which must understand every line of it."""
    name = str(folder / path.removesuffix(".txt"))
    document = TextAnnotations(name, read_only=True)
    assert not document.failed_lines, (path, [str(document[i]) for i in document.failed_lines])
    return document


@pytest.fixture
def folder(project, tmp_path):
    project.export("brat", tmp_path / "out")
    return tmp_path / "out"


def test_spans_relations_and_attributes_are_there(project, folder):
    n_spans = 0
    for path, expected in project.sets.items():
        text, document = expected["text"], read(folder, path)
        assert document.get_document_text() == seen(text), path
        spans = {it.id: it for it in document.get_textbounds()}
        attributes = {id: {} for id in spans}
        for it in document.get_attributes():
            attributes[it.target][it.type] = it.value
        found = [(it.type, tuple(it.spans), attributes[it.id]) for it in spans.values()]
        wanted = {it["id"]: (it["label"], places(it, text), plain(it.get("attributes", {})))
                  for it in expected["spans"]}
        assert sorted(found, key=str) == sorted(wanted.values(), key=str), path
        for it in spans.values():
            assert it.get_text() == " ".join(seen(text)[a:b] for a, b in it.spans), path
        relations = [(it.type, (spans[it.arg1].type, tuple(spans[it.arg1].spans)),
                      (spans[it.arg2].type, tuple(spans[it.arg2].spans))) for it in document.get_relations()]
        assert sorted(relations) == sorted(
            (it["label"], wanted[it["from"]][:2], wanted[it["to"]][:2]) for it in expected["relations"]), path
        notes = {it.target: it.get_text() for it in document.get_oneline_comments()
                 if it.type == "AnnotatorNotes"}
        assert len(notes) == sum(1 for it in expected["spans"] + expected["relations"] if it.get("note"))
        n_spans += len(spans)
    assert n_spans


def test_the_configuration_lists_every_label(project, folder):
    config = ProjectConfiguration(str(folder))
    for expected in project.sets.values():
        for it in expected["spans"]:
            assert it["label"] in config.get_entity_types()
            for name in plain(it.get("attributes", {})):
                assert name in config.attributes_for(it["label"])
        labels = {it["id"]: it["label"] for it in expected["spans"]}
        for it in expected["relations"]:
            ends = labels[it["from"]], labels[it["to"]]
            assert it["label"] in config.relation_types_from_to(*ends) or ends != ("speaker", "quote")


def test_what_brat_writes_comes_back(project, folder, tmp_path):
    """brat's parser writes its files anew, and then nothing but brat's own lines is left."""
    for keep in (True, False):
        for path in project.sets:
            lines = str(read(folder, path)).splitlines(keepends=True)
            file = folder / (path.removesuffix(".txt") + ".ann")
            kept = [line for line in lines if keep or line[0] in "TRA"]
            file.write_text("".join(kept), encoding="utf-8", newline="\n")
        found = convert("brat", folder, tmp_path / f"back-{keep}")
        for path, expected in project.sets.items():
            back = found[path]
            # Only lines that end in several ways do not come back as they were, which is said.
            is_mixed = len(set(re.findall("\r\n?|\n", expected["text"]))) > 1
            assert back["text"] == (seen if is_mixed else str)(expected["text"]), path

            def what(of, it):
                ends = {span["id"]: (span["label"], places(span, of["text"])) for span in of["spans"]}
                if "from" in it:
                    return it["label"], ends[it["from"]], ends[it["to"]], it["id"] if keep else ""
                attributes = it.get("attributes", {})
                return *ends[it["id"]], sorted((attributes if keep else plain(attributes)).items()), \
                    (it["id"], it.get("note"), it.get("entity")) if keep else ""

            for kind in ("spans", "relations"):
                came, went = ([what(of, it) for it in of[kind]] for of in (back, expected))
                assert sorted(came, key=str) == sorted(went, key=str), path
