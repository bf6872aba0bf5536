"""Meaning of the numbers: target classes, and tissues of the SynthSeg label maps.

The maps (BBillot/SynthSeg, Apache-2.0) use FreeSurfer numbers inside the skull and 502-530 outside. The tissues
below are the units that the generator colours; targets are the classes that the networks learn.
"""

import tarfile
import tempfile
from pathlib import Path

import numpy as np

CLASSES = ("outside", "head", "brain", "eyes", "face", "right-ear", "left-ear")
OUTSIDE, HEAD, BRAIN, EYES, FACE, RIGHT_EAR, LEFT_EAR = range(7)
# Not learned: beyond the field of view of the map, so that nothing cut off is learned as absent.
IGNORE = 255

TISSUES = (
    "air", "white", "grey", "csf", "ventricle", "cerebellum-white", "cerebellum-grey", "deep-grey", "brain-stem",
    "eyeball", "orbit", "nose", "skin", "soft", "bone", "marrow", "venous", "vessel", "cord", "inner-air",
    "unknown",
)
TISSUE = {name: number for number, name in enumerate(TISSUES)}

# Source label -> tissue. Labels whose meaning was not checked (57, 136, 137, 163, 164) lie inside the brain.
SOURCE_TISSUES = {
    2: "white", 41: "white", 3: "grey", 42: "grey", 24: "csf",
    4: "ventricle", 5: "ventricle", 14: "ventricle", 15: "ventricle", 43: "ventricle", 44: "ventricle",
    7: "cerebellum-white", 46: "cerebellum-white", 8: "cerebellum-grey", 47: "cerebellum-grey",
    10: "deep-grey", 11: "deep-grey", 12: "deep-grey", 13: "deep-grey", 17: "deep-grey", 18: "deep-grey",
    26: "deep-grey", 28: "deep-grey", 49: "deep-grey", 50: "deep-grey", 51: "deep-grey", 52: "deep-grey",
    53: "deep-grey", 54: "deep-grey", 58: "deep-grey", 60: "deep-grey", 16: "brain-stem",
    25: "white", 57: "white", 136: "grey", 137: "grey", 163: "grey", 164: "grey",
    30: "vessel", 62: "vessel", 85: "white", 530: "white",
    502: "vessel", 506: "eyeball", 507: "soft", 508: "orbit", 509: "nose", 511: "skin", 512: "cord",
    514: "venous", 515: "bone", 516: "marrow",
}

# Parenchyma and ventricles; the subarachnoid fluid joins them in the target as the brain's rim.
BRAIN_TISSUES = (
    "white", "grey", "ventricle", "cerebellum-white", "cerebellum-grey", "deep-grey", "brain-stem",
)


def tissue_lookup():
    """Table from source label (0..999) to tissue number."""
    table = np.full(1000, TISSUE["soft"], np.uint8)
    table[0] = TISSUE["air"]
    for source, name in SOURCE_TISSUES.items():
        table[source] = TISSUE[name]
    return table


def read_label_maps(archive):
    """Yields (name, labels int16 [right, anterior, superior] at 1 mm) of each SynthSeg map in a .tar.xz.

    The axes follow RAS: index 0 grows to the patient's right-hand side of a standard RAS world (+x = right).
    """
    import nibabel
    if Path(archive).name.startswith("gpl_"):
        raise ValueError(f"{archive}: GPL label maps are for checking only and are never trained on.")
    with tempfile.TemporaryDirectory() as folder, tarfile.open(archive) as tar:
        members = sorted((m for m in tar if m.isfile() and ".nii" in m.name), key=lambda m: m.name)
        for member in members:
            if Path(member.name).name.startswith("gpl_"):
                raise ValueError(f"{member.name} in {archive}: GPL label maps are never trained on.")
            tar.extract(member, folder)
            image = nibabel.as_closest_canonical(nibabel.load(Path(folder) / member.name))
            yield Path(member.name).name.split(".")[0], np.asarray(image.dataobj).astype(np.int16)
            (Path(folder) / member.name).unlink()
