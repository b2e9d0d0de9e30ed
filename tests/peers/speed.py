"""Sorot beside other programs' libraries: the same input, whole processes, their processor time.

`tests/peers/speed` runs this in an environment with pinned libraries. A corpus is made anew with a
fixed seed: three annotators, about forty spans an article, mostly the same. Each program reads the
annotators' files from disk, in a process of its own; its seconds are user and system time as the
system tells them, the median of some rounds. What both sides count is compared too, and must be
equal where both count the same: a fast wrong number is worth nothing.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
NAMES = ["ana", "budi", "citra"]
LABELS = ["country", "quote", "speaker", "weapon"]
WORDS = ["Rusia", "mengirim", "rudal", "ke", "Ukraina,", "katanya."]
N_WORDS = 420
N_SPANS = 42


def make_corpus(folder, n_articles):
    """Writes brat files, a folder per annotator. Nobody marks the same span twice, as bratiaa and
    nervaluate would count such a span once or not at all."""
    chance = random.Random(1)
    words = [WORDS[i * i % len(WORDS)] for i in range(N_WORDS)]
    text = " ".join(words)
    starts = [0]
    for word in words[:-1]:
        starts.append(starts[-1] + len(word) + 1)
    ends = [start + len(word) for start, word in zip(starts, words)]
    for name in NAMES:
        (folder / name).mkdir(parents=True)
    # bratiaa asks for it.
    headings = ["[entities]", *LABELS, "[relations]", "[events]", "[attributes]"]
    (folder / "annotation.conf").write_text("\n".join(headings) + "\n")
    for i in range(n_articles):
        agreed = []
        for _ in range(N_SPANS):
            label = chance.choice(LABELS)
            length = chance.randrange(5, 40) if label == "quote" else chance.randrange(1, 4)
            agreed.append((label, chance.randrange(N_WORDS - 5), length))
        for name in NAMES:
            spans = set()
            for label, first, length in agreed:
                if chance.random() < 0.04:
                    continue
                label = chance.choice(LABELS) if chance.random() < 0.04 else label
                first += chance.random() < 0.08
                length += chance.random() < 0.08
                spans.add((starts[first], ends[min(first + length, N_WORDS) - 1], label))
            lines = [f"T{j}\t{label} {start} {end}\t{text[start:end]}\n"
                     for j, (start, end, label) in enumerate(sorted(spans), 1)]
            path = folder / name / f"{i:05}"
            path.with_suffix(".txt").write_text(text)
            path.with_suffix(".ann").write_text("".join(lines))


def seconds(command, rounds):
    """Median of the processor time of a process, in seconds, and what it printed."""
    times = []
    for _ in range(rounds):
        with tempfile.TemporaryFile() as out:
            process = subprocess.Popen(command, stdout=out, cwd=HERE)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode:
                sys.exit(f"{command} ended with {process.returncode}")
            times.append(usage.ru_utime + usage.ru_stime)
            out.seek(0)
            printed = out.read()
    return statistics.median(times), printed


def figure(printed, measure, figure, annotators=None):
    """A number out of what `sorot agree --json` printed."""
    [found] = [it for it in json.loads(printed)["measures"] if it["id"] == measure]
    results = [it for it in found["results"] if annotators is None or it["annotators"] == annotators]
    [value] = [it["value"] for it in results[0]["figures"] if it["id"] == figure]
    return value


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--sorot", required=True, help="the program, built for release")
    arguments.add_argument("--articles", type=int, default=200)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--without-peers", action="store_true", help="for corpora too large for them")
    asked = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        compare(Path(folder), asked)


def compare(folder, asked):
    brat, project, one = folder / "brat", folder / "project", folder / "one"
    make_corpus(brat, asked.articles)
    make_corpus(one / "brat", 1)

    def take_in(brat, project):
        run = lambda *command: subprocess.run([asked.sorot, *command], check=True, stdout=subprocess.DEVNULL)
        run("init", project)
        for name in NAMES:
            run("import", "brat", brat / name, "--into", project, "--annotator", name)

    take_in(brat, project)
    take_in(one / "brat", one / "project")
    rounds = asked.rounds
    rows = []

    def sorot(what, budget, *options, project=project, command="agree"):
        who = ["--annotators", ",".join(NAMES)] if command == "agree" else []
        taken, printed = seconds(
            [asked.sorot, command, project, *who, "--json", *options], rounds)
        rows.append((what, "Sorot", taken, budget))
        return printed

    def peer(what, library, *options):
        taken, printed = seconds([sys.executable, HERE / "speed_of_peer.py", library, *options], rounds)
        rows.append((what, library, taken, None))
        return json.loads(printed)

    def equal(what, ours, theirs, tolerance=1e-9):
        if abs(ours - theirs) > tolerance:
            sys.exit(f"{what}: Sorot says {ours}, the other library {theirs}")

    is_small = asked.articles <= 200
    tokens = ("--measure", "token,alpha,cohen,fleiss", "--samples", "0")
    every = "exact,exact-any-label,overlap,overlap-any-label,token,alpha,cohen,fleiss,u-alpha,k-u-alpha,alpha-u," \
            "boundary-similarity,relations,attributes"
    exact = sorot("exact F1", 0.1 if is_small else None, "--match", "exact", "--samples", "0")
    sorot("exact F1, with intervals", None, "--match", "exact")
    on_label = ("--label", "quote")
    coded = sorot("all measures on tokens, on all labels", 0.1 if is_small else None, *tokens)
    binary = sorot("all measures on tokens, on a label", 0.1 if is_small else None, *tokens, *on_label)
    sorot("all measures but γ", None, "--measure", every, "--samples", "0")
    sorot("evaluation", None, "--gold", NAMES[0], "--predicted", NAMES[1], "--samples", "0",
                      command="evaluate")
    gamma = sorot("γ of an article", 0.05, "--measure", "gamma", "--samples", "0", project=one / "project")
    if not asked.without_peers:
        equal("exact F1", figure(exact, "exact", "f1"), peer("exact F1", "bratiaa", brat)["f1"])
        found = peer("all measures on tokens, on a label", "krippendorff and scikit-learn", brat, *on_label[1:])
        equal("α", figure(binary, "alpha", "nominal"), found["alpha"])
        equal("κ", figure(binary, "cohen", "kappa"), found["kappa"])
        peer("evaluation", "seqeval", brat)
        # Where spans overlap, as here, nervaluate pairs each prediction with the first that it meets,
        # and seqeval knows tags alone: their figures are of something else.
        peer("evaluation", "nervaluate", brat)
        found = peer("γ of an article", "pygamma-agreement", one / "brat")
        # Its expected disorder is of 30 random continua.
        equal("γ", figure(gamma, "gamma", "gamma"), found["gamma"], 0.05)

    print(f"{asked.articles} articles, {len(NAMES)} annotators; seconds of the processor, whole processes,"
          f" median of {rounds}\n")
    print("| what | by | s | budget | times Sorot's |")
    print("|---|---|--:|--:|--:|")
    for what, by, taken, budget in rows:
        [ours] = [it[2] for it in rows if it[:2] == (what, "Sorot")]
        told = "" if budget is None else f"{budget:g} {'✓' if taken <= budget else '✗'}"
        times = "" if by == "Sorot" else f"{taken / ours:.0f}"
        print(f"| {what} | {by} | {taken:.3f} | {told} | {times} |")


if __name__ == "__main__":
    main()
