"""One library's work of `speed.py`, in a process of its own: reads brat files, prints JSON."""

import json
import sys
from itertools import combinations
from pathlib import Path


def read(folder):
    """The annotators' spans `(start, end, label)` by article, and each article's text."""
    annotators, texts = {}, {}
    for annotator in sorted(it for it in Path(folder).iterdir() if it.is_dir()):
        annotators[annotator.name] = {}
        for path in sorted(annotator.glob("*.ann")):
            texts.setdefault(path.stem, path.with_suffix(".txt").read_text())
            lines = (line.split("\t")[1].split(" ") for line in path.read_text().splitlines())
            annotators[annotator.name][path.stem] = [(int(start), int(end), label) for label, start, end in lines]
    return annotators, texts


def token_places(text):
    at, places = 0, []
    for word in text.split(" "):
        places.append((at, at + len(word)))
        at += len(word) + 1
    return places


def covered(spans, places):
    """The tokens that spans touch, by number."""
    return {i for start, end, _ in spans for i, place in enumerate(places) if place[0] < end and start < place[1]}


def by_bratiaa(folder):
    import bratiaa

    return {"f1": bratiaa.compute_f1_agreement(folder).mean_sd_total()[0]}


def by_token_libraries(folder, label):
    import krippendorff
    import numpy
    from sklearn.metrics import cohen_kappa_score

    annotators, texts = read(folder)
    codes = {name: [] for name in annotators}
    for article, text in texts.items():
        places = token_places(text)
        for name, sets in annotators.items():
            marked = covered([it for it in sets[article] if it[2] == label], places)
            codes[name].extend(int(i in marked) for i in range(len(places)))
    table = numpy.array(list(codes.values()))
    kappas = [cohen_kappa_score(a, b) for a, b in combinations(table, 2)]
    alpha = krippendorff.alpha(reliability_data=table, level_of_measurement="nominal")
    return {"alpha": float(alpha), "kappa": float(sum(kappas) / len(kappas))}


def by_seqeval(folder):
    from seqeval.metrics import f1_score

    annotators, texts = read(folder)
    gold, predicted = list(annotators.values())[:2]
    labels = sorted({it[2] for spans in gold.values() for it in spans})

    def tags(spans, places, label):
        tags = ["O"] * len(places)
        for start, end, other in spans:
            inside = [i for i, place in enumerate(places) if place[0] < end and start < place[1]]
            if other == label:
                for i in inside:
                    tags[i] = f"I-{label}"
                tags[inside[0]] = f"B-{label}"
        return tags

    layers = [[], []]
    for article, text in texts.items():
        places = token_places(text)
        for label in labels:
            for layer, sets in zip(layers, (gold, predicted)):
                layer.append(tags(sets[article], places, label))
    return {"f1": float(f1_score(*layers))}


def by_nervaluate(folder):
    from nervaluate import Evaluator

    annotators, texts = read(folder)
    gold, predicted = list(annotators.values())[:2]
    of = lambda sets: [[{"label": label, "start": start, "end": end} for start, end, label in sets[article]]
                       for article in texts]
    labels = sorted({it[2] for spans in gold.values() for it in spans})
    results = Evaluator(of(gold), of(predicted), tags=labels, loader="dict").evaluate()
    return {"strict_f1": results["overall"]["strict"].f1}


def by_pygamma(folder):
    import logging

    import numpy
    from pyannote.core import Segment
    from pygamma_agreement import Continuum
    from pygamma_agreement.dissimilarity import CombinedCategoricalDissimilarity

    # It says once per random continuum which solver it takes.
    logging.disable(logging.WARNING)
    annotators, texts = read(folder)
    [article] = texts
    continuum = Continuum()
    for name, sets in annotators.items():
        for start, end, label in sets[article]:
            continuum.add(name, Segment(start, end), label)
    numpy.random.seed(1)
    found = continuum.compute_gamma(CombinedCategoricalDissimilarity(delta_empty=1, alpha=1, beta=1))
    return {"gamma": float(found.gamma), "disorder": float(found.best_alignment.disorder)}


LIBRARIES = {
    "bratiaa": by_bratiaa,
    "krippendorff and scikit-learn": by_token_libraries,
    "seqeval": by_seqeval,
    "nervaluate": by_nervaluate,
    "pygamma-agreement": by_pygamma,
}

if __name__ == "__main__":
    library, *arguments = sys.argv[1:]
    print(json.dumps(LIBRARIES[library](*arguments)))
