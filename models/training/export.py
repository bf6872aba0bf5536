"""Writes a trained network as ONNX (opset 17, static shapes) with its manifest, and the small checkpoint to go on from.

    python3 export.py segmenter --state FOLDER --out ../ --version 1 [--metrics metrics.json]
"""

import argparse
import hashlib
import inspect
import json
import shutil
from pathlib import Path

import torch

import network
from labels import CLASSES

TRAINING_DATA = [{
    "name": "SynthSeg training label maps 01-20", "source": "github.com/BBillot/SynthSeg data/training_label_maps",
    "licence": "Apache-2.0", "use": "images are generated from the labels; no scan was trained on",
}]
INPUT = "image"
OUTPUTS = ("probabilities", "presence")


def manifest(model, version, digest, saved, metrics):
    """What the node must know to run the model; see models/README.md."""
    size, spacing = network.MODELS[model]["size"], network.MODELS[model]["spacing"]
    return {
        "name": model, "version": version, "file": f"{model}.onnx", "sha256": digest, "opset": 17,
        "input": {
            "name": INPUT, "shape": [1, 1, *size], "type": "float32", "spacingMm": spacing,
            "axes": "z to superior, y to posterior, x to left (patient LPS)",
            "interpolation": "trilinear; averaged first where the scan is finer",
            "centre": "field of view; steps of half the cube along z when longer" if model == "gate"
                      else "middle of the box round face, ears and eyes that the gate found",
            "normalisation": {"kind": "percentile", "low": 0.5, "high": 99.5, "over": "voxels in the field of view",
                              "clip": [0, 1], "outsideFieldOfView": 0, "minimumHounsfield": -1000},
        },
        "outputs": [
            {"name": OUTPUTS[0], "shape": [1, len(CLASSES), *(n // 2 for n in size)], "classes": list(CLASSES),
             "grid": "cell i covers input voxels 2i and 2i+1; trilinear between cell centres"},
            {"name": OUTPUTS[1], "shape": [1, 1], "meaning": "probability that a head is in view"},
        ],
        "training": {"data": TRAINING_DATA, "samples": saved["samples"], "steps": saved["step"],
                     "minutes": round(saved["minutes"]), "code": "models/training", "seed": saved["seed"]},
        "licence": "as the repository; derived from Apache-2.0 label maps",
        "metrics": metrics,
    }


def export(options):
    saved = torch.load(Path(options.state) / "checkpoint.pt", map_location="cpu")
    net = network.build(options.model)
    net.load_state_dict({k: v.float() for k, v in saved["average"].items()})
    out = Path(options.out)
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"{options.model}.onnx"
    example = torch.zeros((1, 1, *network.MODELS[options.model]["size"]))
    # Newer torch has a second exporter that is not needed here.
    old_exporter = {"dynamo": False} if "dynamo" in inspect.signature(torch.onnx.export).parameters else {}
    torch.onnx.export(network.Deployed(net).eval(), example, str(path), opset_version=17, input_names=[INPUT],
                      output_names=list(OUTPUTS), **old_exporter)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    metrics = json.loads(Path(options.metrics).read_text()) if options.metrics else {}
    (out / f"{options.model}.json").write_text(
        json.dumps(manifest(options.model, options.version, digest, saved, metrics), indent=2) + "\n")
    # Half precision is enough to go on from and to export again; the momentum is not kept.
    small = {"model": options.model, "average": {k: v.half() for k, v in saved["average"].items()},
             **{k: saved[k] for k in ("step", "samples", "minutes", "seed")}}
    torch.save(small, out / f"{options.model}.pt")
    curve = Path(options.state) / "curve.csv"
    if curve.exists():
        shutil.copy(curve, out / f"{options.model}-curve.csv")
    print(f"{path}: {path.stat().st_size / 1e6:.2f} MB, SHA-256 {digest}, {saved['samples']} samples")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", choices=network.MODELS)
    parser.add_argument("--state", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--version", required=True)
    parser.add_argument("--metrics", help="JSON with validation figures for the manifest")
    export(parser.parse_args())


if __name__ == "__main__":
    main()
