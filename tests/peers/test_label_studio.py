"""Label Studio JSON, by its SDK: the labelling configuration, and tasks that it must allow.

Label Studio counts code points, and knows no fragments: unlabelled relations join regions.
"""

import json

import pytest
from conftest import convert
from label_studio_sdk.label_interface import LabelInterface
from label_studio_sdk.label_interface.objects import TaskValue


@pytest.fixture
def folder(project, tmp_path):
    project.export("label-studio", tmp_path / "out")
    return tmp_path / "out"


def tasks(folder):
    found = json.loads((folder / "tasks.json").read_text(encoding="utf-8"))
    return {it["data"]["sorot"]["path"]: it for it in found}


def saved(task):
    """A task with what the server adds."""
    annotations = [{"completed_by": 1, **it} for it in task["annotations"]]
    return TaskValue.model_validate({"id": 1, **task, "annotations": annotations})


def words(value):
    values = value if isinstance(value, list) else [value]
    return [str(it).lower() if isinstance(it, bool) else str(it) for it in values]


def test_the_sdk_allows_every_task(project, folder):
    config = LabelInterface((folder / "config.xml").read_text(encoding="utf-8"))
    assert config.is_valid
    for path, task in tasks(folder).items():
        saved(task)
        for annotation in task["annotations"]:
            errors = config.validate_prediction(annotation, return_errors=True)
            assert not errors, (path, errors)
    labels = {label for control in config.controls if control.tag == "Labels" for label in control.labels}
    used = {it["label"] for of in project.sets.values() for it in of["spans"]}
    assert used <= labels and used


def test_spans_relations_and_attributes_are_there(project, folder):
    found = tasks(folder)
    assert found.keys() == project.sets.keys()
    for path, of in project.sets.items():
        text, results = found[path]["data"]["text"], found[path]["annotations"][0]["result"]
        assert text == of["text"]
        regions = {it["id"]: it for it in results if it["type"] == "labels"}
        for it in regions.values():
            assert it["value"]["text"] == text[it["value"]["start"]:it["value"]["end"]], path
        places = sorted((it["value"]["labels"], it["value"]["start"], it["value"]["end"])
                        for it in regions.values())
        assert places == sorted(([it["label"]], start, end) for it in of["spans"] for start, end in
                                it.get("fragments", [[it["start"], it["end"]]])), path
        said = sorted((it["id"], it["from_name"], it["value"][{"textarea": "text"}.get(it["type"], it["type"])])
                      for it in results if it["type"] in ("choices", "textarea"))
        assert said == sorted((it["id"], name, words(value)) for it in of["spans"]
                              for name, value in it.get("attributes", {}).items()), path
        relations = [it for it in results if it["type"] == "relation"]
        named = sorted((it["labels"][0], it["from_id"], it["to_id"]) for it in relations if it["labels"])
        assert named == sorted((it["label"], it["from"], it["to"]) for it in of["relations"]), path
        n_joints = sum(len(it.get("fragments", [0])) - 1 for it in of["spans"])
        assert len(relations) - len(named) == n_joints, path


def test_what_the_sdk_writes_comes_back(project, folder, tmp_path):
    written = [saved(it).model_dump() for it in tasks(folder).values()]
    file = tmp_path / "back" / "project-1.json"
    file.parent.mkdir()
    file.write_text(json.dumps(written), encoding="utf-8")
    found = convert("label-studio", file, tmp_path / "json")
    for path, of in project.sets.items():
        def spans(of):
            return sorted((it["id"], it["label"], it["start"], it["end"], it["text"], it.get("fragments"),
                           it.get("attributes", {}), it.get("note"), it.get("entity")) for it in of["spans"])

        def relations(of):
            return sorted((it["id"], it["label"], it["from"], it["to"]) for it in of["relations"])

        assert found[path]["text"] == of["text"]
        assert spans(found[path]) == spans(of), path
        assert relations(found[path]) == relations(of), path


def test_regions_that_the_sdk_makes_come_in(tmp_path):
    config = LabelInterface(
        '<View><Labels name="l" toName="t"><Label value="PER"/></Labels><Text name="t" value="$text"/></View>')
    text = "😀 Max met Éva"
    region = config.get_control("l").label(label="PER", start=2, end=5, text=text[2:5])
    task = {"data": {"text": text}, "predictions": [{"model_version": "m1", "result": [region._dict()]}]}
    file = tmp_path / "tasks.json"
    file.write_text(json.dumps([task]), encoding="utf-8")
    [article] = convert("label-studio", file, tmp_path / "json").values()
    assert article["annotator"] == "m1"
    assert [(it["label"], it["start"], it["end"], it["text"]) for it in article["spans"]] == [("PER", 2, 5, "Max")]
