"""`spacy train` starts on an export, and learns from it."""

import itertools
import json
import os
import subprocess
import sys

from conftest import Project, add_article, new_project

COUNTRIES = ["Jerman", "Turki", "Rusia", "Ukraina", "Indonesia", "Prancis"]
WEAPONS = ["tank Leopard", "rudal HIMARS", "jet F-16", "drone Bayraktar"]
SENTENCES = ["{} mengirim {} ke {}.", "“{} membeli {}”, kata menteri {}.", "Menurut {}, {} milik {} rusak."]


def corpus(folder, combinations):
    new_project(folder)
    for i, (sentence, (one, other), weapon) in enumerate(combinations):
        text, spans = "😀 " + sentence.format(one, weapon, other), []
        for surface, label in [(one, "country"), (other, "country"), (weapon, "weapon")]:
            start = text.index(surface)
            spans.append({"id": f"s{len(spans)}", "label": label, "text": surface,
                          "start": start, "end": start + len(surface), "attributes": {}})
        add_article(folder, f"{i}.txt", text, spans, [])
    return Project(folder, "rina")


def test_spacy_learns(tmp_path):
    pairs = itertools.permutations(COUNTRIES, 2)
    combinations = list(itertools.product(SENTENCES, pairs, WEAPONS))
    # Articles to learn from, and others of the same words to be tried on.
    for name, part in [("train", combinations[::3]), ("dev", combinations[1::9])]:
        corpus(tmp_path / name, part).export("spacy", tmp_path / f"{name}.spacy")

    def spacy(*arguments):
        environment = os.environ | {"CUDA_VISIBLE_DEVICES": "", "OMP_NUM_THREADS": "1"}
        done = subprocess.run([sys.executable, "-m", "spacy", *arguments], capture_output=True, text=True,
                              encoding="utf-8", cwd=tmp_path, env=environment)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    spacy("init", "config", "config.cfg", "--lang", "xx", "--pipeline", "ner")
    spacy("train", "config.cfg", "--output", "model", "--paths.train", "train.spacy", "--paths.dev", "dev.spacy",
          "--training.max_steps", "60", "--training.eval_frequency", "30")
    scores = json.loads((tmp_path / "model/model-last/meta.json").read_text(encoding="utf-8"))["performance"]
    assert scores["ents_f"] > 0.9, scores
    assert scores["ents_per_type"].keys() == {"country", "weapon"}
