"""STAM JSON, by the stam library: offsets count code points."""

import json

import stam

from conftest import convert
from stored import places, relations, spans


def load(file):
    return stam.AnnotationStore(file=str(file))


def values(annotation, set):
    return {it.key().id(): it.value().get() for it in annotation.data() if it.dataset().id() == set}


def test_spans_and_relations_are_there(project, tmp_path):
    project.export("stam", tmp_path / "articles.store.stam.json")
    store = load(tmp_path / "articles.store.stam.json")
    assert {it.id(): it.text() for it in store.resources()} == {
        name: stored["text"] for name, stored in project.sets.items()}
    found = {name: ([], []) for name in project.sets}
    for it in store.annotations():
        said, attributes = values(it, "sorot"), values(it, "sorot-attributes")
        kind = it.selector_kind()
        if kind == stam.SelectorKind.RESOURCESELECTOR:
            assert it.target().resource(store).id() == json.loads(said["article"])["path"]
        elif kind == stam.SelectorKind.DIRECTIONALSELECTOR:
            ends = it.annotations_in_targets()
            [name] = {part.resource().id() for end in ends for part in end.textselections()}
            found[name][1].append((said["label"], *(json.loads(values(end, "sorot")["sorot"])["id"] for end in ends)))
        else:
            parts = list(it.textselections())
            [name] = {part.resource().id() for part in parts}
            at = sorted((part.begin(), part.end()) for part in parts)
            assert [str(part) for part in parts] == [project.sets[name]["text"][a:b] for a, b in at]
            own = json.loads(said["sorot"])
            found[name][0].append((own["id"], said["label"], at, attributes | own.get("attributes", {})))
    for name, stored in project.sets.items():
        expected = sorted((it["id"], it["label"], places(it), it.get("attributes") or {}) for it in stored["spans"])
        assert sorted(found[name][0], key=repr) == sorted(expected, key=repr), name
        assert sorted(found[name][1]) == relations(stored), name


def test_what_stam_writes_comes_in(project, tmp_path):
    project.export("stam", tmp_path / "out.json")
    (tmp_path / "again").mkdir()
    load(tmp_path / "out.json").to_file(str(tmp_path / "again" / "a.store.stam.json"))
    found = convert("stam", tmp_path / "again", tmp_path / "json")
    assert found.keys() == project.sets.keys()
    for name, stored in project.sets.items():
        assert found[name]["text"] == stored["text"], name
        assert spans(found[name]) == spans(stored), name
        assert relations(found[name]) == relations(stored), name


def test_stores_of_others_come_in(tmp_path):
    """With texts in files of their own, and offsets from the end."""
    text = "😀 “Ya,\r\nya”, kata 👩🏽‍🚀 Éva e\u0301 🇺🇦 ujar."
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_bytes(text.encode())
    store = stam.AnnotationStore(id="test")
    a = store.add_resource(id="a.txt", filename=str(tmp_path / "in" / "a.txt"))
    select = stam.Selector.textselector
    at = text.index("👩")
    woman = store.annotate(select(a, stam.Offset.simple(at, text.index(" É"))),
                           {"set": "v", "key": "type", "value": "person"}, id="A")
    last = stam.Offset(stam.Cursor(-5, endaligned=True), stam.Cursor(-1, endaligned=True))
    word = store.annotate(stam.Selector.compositeselector(select(a, stam.Offset.simple(2, 8)), select(a, last)),
                          [{"set": "v", "key": "cue", "value": 3}], id="B")
    store.annotate(stam.Selector.directionalselector(stam.Selector.annotationselector(woman),
                                                     stam.Selector.annotationselector(word)),
                   {"set": "v", "key": "type", "value": "says"})
    store.to_file(str(tmp_path / "in" / "s.store.stam.json"))
    [stored] = convert("stam", tmp_path / "in", tmp_path / "out").values()
    assert stored["text"] == text
    assert [(it["label"], it["text"], it.get("attributes", {})) for it in stored["spans"]] == [
        ("cue", "“Ya,\r\n ujar", {"cue": 3}), ("person", "👩🏽‍🚀", {})]
    assert relations(stored) == [("says", "A", "B")]
