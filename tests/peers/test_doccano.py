"""doccano JSON lines, by doccano's own import and export, on its own data base.

doccano counts UTF-16 units, and knows no fragments.
"""

import json
import pathlib
import shutil
import subprocess
import sys

import pytest
from conftest import convert

HERE = pathlib.Path(__file__).parent


@pytest.fixture(scope="session")
def doccano():
    """An environment with doccano and an empty data base, made anew when what is pinned changed;
    gives what runs there a command on a data base of its own."""
    wanted = HERE / "requirements-doccano.txt"
    venv = pathlib.Path(sys.prefix).with_name("peers-doccano")
    python, done = venv / "bin/python", venv / wanted.name
    if not done.exists() or done.read_text() != wanted.read_text():
        subprocess.run([sys.executable, "-m", "venv", "--clear", venv], check=True)
        install = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "-r", wanted]
        result = subprocess.run(install, capture_output=True, text=True)
        if result.returncode:
            pytest.skip(f"pip cannot install doccano: {result.stderr.strip().splitlines()[-1:]}")
        run(python, venv / "empty.sqlite3")
        done.write_text(wanted.read_text())

    def on_a_data_base(folder, *files):
        database = shutil.copy(venv / "empty.sqlite3", folder)
        return run(python, database, *files)

    return on_a_data_base


def run(python, *arguments):
    command = [python, HERE / "doccano_import_export.py", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return done.stdout


def utf16(text, offset):
    return len(text[:offset].encode("utf-16-le")) // 2


def pieces(span, text):
    """A span as doccano must have it: an entity for each fragment."""
    fragments = span.get("fragments", [[span["start"], span["end"]]])
    return [(span["label"], utf16(text, start), utf16(text, end)) for start, end in fragments]


def test_doccano_has_and_gives_back_all(project, doccano, tmp_path):
    exported, back = tmp_path / "out.jsonl", tmp_path / "back.jsonl"
    project.export("doccano", exported)
    n_refused = int(doccano(tmp_path, exported, back))
    # doccano takes no article without text.
    expected = {path: it for path, it in project.sets.items() if it["text"]}
    assert n_refused == len(project.sets) - len(expected)
    lines = back.read_text(encoding="utf-8").split("\n")
    articles = {it["sorot"]["path"]: it for it in map(json.loads, filter(None, lines))}
    assert articles.keys() == expected.keys() and articles
    for path, article in articles.items():
        of, text = expected[path], expected[path]["text"]
        assert article["text"] == text, path
        found = {it["id"]: (it["label"], it["start_offset"], it["end_offset"]) for it in article["entities"]}
        wanted = {it["id"]: pieces(it, text) for it in of["spans"]}
        assert sorted(found.values()) == sorted(sum(wanted.values(), [])), path
        relations = [(it["type"], found[it["from_id"]], found[it["to_id"]]) for it in article["relations"]]
        assert sorted(relations) == sorted(
            (it["label"], wanted[it["from"]][0], wanted[it["to"]][0]) for it in of["relations"]), path

    found = convert("doccano", back, tmp_path / "back")
    for path, of in expected.items():
        def spans(of):
            return sorted((it["id"], it["label"], it["start"], it["end"], it["text"], it.get("fragments"),
                           it.get("attributes", {}), it.get("note"), it.get("entity")) for it in of["spans"])

        def relations(of):
            return sorted((it["id"], it["label"], it["from"], it["to"]) for it in of["relations"])

        assert found[path]["text"] == of["text"]
        assert spans(found[path]) == spans(of), path
        assert relations(found[path]) == relations(of), path


def test_offsets_without_sorot_are_doccanos(project, tmp_path):
    """What doccano exports has the same spans if nothing of Sorot's is left in it."""
    exported, plain = tmp_path / "out.jsonl", tmp_path / "plain.jsonl"
    project.export("doccano", exported)
    lines = [json.loads(it) for it in exported.read_text(encoding="utf-8").split("\n") if it]
    paths = [it.pop("sorot")["path"] for it in lines]
    plain.write_text("".join(json.dumps(it, ensure_ascii=False) + "\n" for it in lines), encoding="utf-8")
    found = convert("doccano", plain, tmp_path / "back")
    for number, path in enumerate(paths, 1):
        of, back = project.sets[path], found[f"plain-{number}.txt"]
        wanted = sum((pieces(it, of["text"]) for it in of["spans"]), [])
        assert sorted(sum((pieces(it, back["text"]) for it in back["spans"]), [])) == sorted(wanted), path
        assert len(back["relations"]) == len(of["relations"])
