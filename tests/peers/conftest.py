"""Projects to export, and the program that exports them."""

import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def sets(folder):
    """The annotation files of a folder, by article."""
    files = [json.loads(file.read_text(encoding="utf-8")) for file in folder.rglob("*.json")]
    return {it["article"]["path"]: it for it in files}


def convert(format, path, out):
    """What Sorot reads from files of a format, as its own annotation files by article."""
    command = [os.environ["SOROT"], "convert", format, path, "json", out]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode in (0, 1), done.stderr
    return sets(out)


class Project:
    """A project folder, and its annotation files by article."""

    def __init__(self, folder, annotator):
        self.folder, self.annotator = folder, annotator
        self.sets = sets(folder / "annotations" / annotator)

    def export(self, format, out, *choices):
        """Exports to a path; gives what the program said on standard error."""
        command = [os.environ["SOROT"], "export", format, self.folder, "--annotator", self.annotator, *choices]
        done = subprocess.run([*command, "--out", out], capture_output=True, text=True, encoding="utf-8")
        assert done.returncode in (0, 1), done.stderr
        return done.stderr


def new_project(folder):
    command = [os.environ["SOROT"], "init", folder, "--schema", "full"]
    subprocess.run(command, check=True, capture_output=True)


def add_article(folder, name, text, spans, relations):
    """An article, and what Rina says about it."""
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


def edge_cases(folder):
    """The cases of the field as a project."""
    new_project(folder)
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
        add_article(folder, f"case-{case['n']:02}.txt", text, spans, relations)
    return Project(folder, "rina")


def torture(folder):
    """One article with everything at once, in the notation of src/text/marked.rs."""
    new_project(folder)
    marked = (ROOT / "tests/peers/torture.txt").read_bytes().decode()
    body, _, below = marked.rpartition("---\n")
    text, pieces = "", {}
    for part in re.split(r"(\{/?[0-9]+\})", body):
        if part.startswith("{/"):
            pieces[part[2:-1]][-1].append(len(text))
        elif part.startswith("{"):
            pieces.setdefault(part[1:-1], []).append([len(text)])
        else:
            text += part
    kinds = ["e\u0301", "\u00a0", "  ", "\n\n", "\u200d", "🇺🇦", "東京", "ا", "\t"]
    assert all(it in text for it in kinds), "an editor changed torture.txt"
    spans, relations = [], []
    for line in below.splitlines():
        first, *rest = line.split()
        if first in pieces:
            label, *attributes = rest
            at = pieces[first]
            spans.append({
                "id": f"s{first}", "label": label, "start": at[0][0], "end": at[-1][1],
                "text": " ".join(text[a:b] for a, b in at),
                "attributes": dict(it.split("=") for it in attributes),
            } | ({"fragments": at} if len(at) > 1 else {}))
        else:
            relations.append({"id": f"r{len(relations)}", "label": first,
                              "from": f"s{rest[0]}", "to": f"s{rest[2]}"})
    add_article(folder, "torture.txt", text, spans, relations)
    return Project(folder, "rina")


@pytest.fixture(scope="session", params=["samples", "edge_cases", "torture"])
def project(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("peers") / "project"
    if request.param != "samples":
        return {"edge_cases": edge_cases, "torture": torture}[request.param](folder)
    shutil.copytree(ROOT / "samples", folder)
    return Project(folder, "gold")
