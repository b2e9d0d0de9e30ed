"""Projects to export, and the program that exports them."""

import json
import os
import pathlib
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Project:
    """A project folder, and its annotation files by article."""

    def __init__(self, folder, annotator):
        self.folder, self.annotator = folder, annotator
        files = (folder / "annotations" / annotator).rglob("*.json")
        sets = [json.loads(file.read_text(encoding="utf-8")) for file in files]
        self.sets = {it["article"]["path"]: it for it in sets}

    def export(self, format, out):
        """Exports to a path; gives what the program said on standard error."""
        command = [os.environ["SOROT"], "export", format, self.folder, "--annotator", self.annotator]
        done = subprocess.run([*command, "--out", out], capture_output=True, text=True, encoding="utf-8")
        assert done.returncode in (0, 1), done.stderr
        return done.stderr


def edge_cases(folder):
    """The cases of the field as a project."""
    subprocess.run([os.environ["SOROT"], "init", folder, "--schema", "full"], check=True, capture_output=True)
    cases = json.loads((ROOT / "tests/cases/edge_cases.json").read_text(encoding="utf-8"))["cases"]
    for case in cases:
        text, stored = case["text"], (case.get("extra") or {}).get("stored")
        if case["n"] in (67, 68):  # abridged in the file
            continue
        spans = []
        for span in case["spans"]:
            pieces = [stored] if stored else [[it["start"], it["end"]] for it in span["fragments"]]
            surface = " ".join(it["text"] for it in span["fragments"])
            one = {"id": span["id"], "label": span["label"], "start": pieces[0][0], "end": pieces[-1][1]}
            spans.append(one | {"text": surface, "attributes": span["attributes"]}
                         | ({"fragments": pieces} if len(pieces) > 1 else {}))
        relations = [{"id": f"r{i}", "label": it["type"], "from": it["from"], "to": it["to"]}
                     for i, it in enumerate(case["relations"])]
        name = f"case-{case['n']:02}.txt"
        article = folder / "articles" / name
        article.parent.mkdir(parents=True, exist_ok=True)
        article.write_bytes(text.encode())
        file = folder / "annotations/rina" / f"{name}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({
            "format": "sorot-annotations", "version": 1, "article": {"path": f"articles/{name}"},
            "annotator": "rina", "status": "in_progress", "text": text.removeprefix("\ufeff"),
            "entities": [], "spans": spans, "relations": relations,
        }), encoding="utf-8")
    return Project(folder, "rina")


@pytest.fixture(scope="session", params=["samples", "edge_cases"])
def project(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("peers") / "project"
    if request.param == "edge_cases":
        return edge_cases(folder)
    shutil.copytree(ROOT / "samples", folder)
    return Project(folder, "gold")
