"""Times pymatgen's StructureMatcher on the pairs of tests/crystals, one thread, medians of five.

Prints one JSON object a line, in the order of the pairs: kind, seconds, rms and max (null if there is no match), fit
(pymatgen's stricter verdict). examples/match_table.rs prints them beside its own:

    python peer_pymatgen.py > peer.jsonl && cargo run --release -p samples --example match_table -- peer.jsonl
"""

import gzip
import json
import pathlib
import statistics
import time
import warnings

from pymatgen.core import Lattice, Structure
from pymatgen.analysis.structure_matcher import StructureMatcher

RUNS = 5
PAIRS = pathlib.Path(__file__).parent.parent / "tests/crystals/structure_match_pairs.jsonl.gz"


def structure(row):
    return Structure(Lattice.from_parameters(*row["abc"], *row["ang"]), row["z"], row["f"])


def main():
    warnings.simplefilter("ignore")
    matcher = StructureMatcher(stol=0.5, ltol=0.3, angle_tol=10)
    for line in gzip.open(PAIRS, "rt"):
        pair = json.loads(line)
        a, b = structure(pair["a"]), structure(pair["b"])
        times = []
        for _ in range(RUNS):
            start = time.perf_counter()
            found = matcher.get_rms_dist(a, b)
            times.append(time.perf_counter() - start)
        seconds = statistics.median(times)
        rms, largest = (None, None) if found is None else map(float, found)
        report = {"kind": pair["kind"], "seconds": seconds, "rms": rms, "max": largest, "fit": bool(matcher.fit(a, b))}
        print(json.dumps(report), flush=True)


if __name__ == "__main__":
    main()
