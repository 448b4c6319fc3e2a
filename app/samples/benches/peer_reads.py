"""Reads the crystals of `vitrine sample crysbfn` with pymatgen, as CIF and as POSCAR, and compares what both see in them.

    python peer_reads.py VITRINE FOLDER...

Prints a table; fails if a file is not read or holds another crystal.
"""

import json
import pathlib
import subprocess
import sys
import warnings

from pymatgen.analysis.structure_matcher import StructureMatcher
from pymatgen.core import Composition, Structure


def main():
    warnings.simplefilter("ignore")
    program, *folders = sys.argv[1:]
    matcher = StructureMatcher(primitive_cell=False, attempt_supercell=False)
    wrong = 0
    print("| folder | crystals | formulas that agree | POSCAR = CIF | largest difference in density |")
    print("|---|---:|---:|---:|---:|")
    for folder in map(pathlib.Path, folders):
        samples = [sample for sample in json.loads((folder / "metrics.json").read_text())["samples"] if "file" in sample]
        formulas, same, largest = 0, 0, 0.0
        for sample in samples:
            cif = folder / sample["file"]
            poscar = cif.with_suffix(".vasp")
            subprocess.run([program, "export", cif, "--out", poscar, "--force"], check=True)
            a, b = Structure.from_file(cif), Structure.from_file(poscar)
            measures = sample["measures"]
            formulas += Composition(measures["formula"]).reduced_formula == a.composition.reduced_formula
            rms = matcher.get_rms_dist(a, b)
            same += a.composition == b.composition and rms is not None and rms[0] < 1e-4
            largest = max(largest, abs(float(a.density) / measures["density"] - 1.0))
        wrong += 2 * len(samples) - formulas - same + (largest > 1e-3)
        print(f"| {folder.name} | {len(samples)} | {formulas} | {same} | {100 * largest:.4f} % |")
    if wrong:
        sys.exit("pymatgen reads something else in our files")


if __name__ == "__main__":
    main()
