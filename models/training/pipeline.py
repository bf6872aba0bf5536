"""The two networks in a row, as the node runs them: gate on the whole volume, segmenter on the box it found."""

from dataclasses import dataclass

import numpy as np
import torch

import network
import volumes
from corruption import normalise
from labels import BRAIN, EYES, FACE, LEFT_EAR, RIGHT_EAR

GATE, SEGMENTER = network.MODELS["gate"], network.MODELS["segmenter"]
BOX_CLASSES = (EYES, FACE, RIGHT_EAR, LEFT_EAR)
# A scan longer than the gate's cube is searched in steps of half the cube.
SEARCH_STEP_MM = GATE["size"][0] * GATE["spacing"] / 2
# From the middle of the face's box to the middle of the box of face and ears, in an upright adult.
EARS_BEHIND_MM = 45.0


@dataclass
class Finding:
    """Presence of a head 0..1, volumes in ml by the gate, classes on the segmenter's grid and its middle (zyx)."""

    presence: float
    gate_ml: np.ndarray
    centre: np.ndarray
    classes: np.ndarray
    inside: np.ndarray


def probabilities(net, values, inside):
    """Runs a network on one volume; returns (class probabilities on the half grid, presence)."""
    device = next(net.parameters()).device
    image = normalise(torch.from_numpy(values), torch.from_numpy(inside))[None, None].to(device)
    with torch.no_grad():
        logits, presence = net(image)
    return torch.softmax(logits.float(), 1)[0], float(torch.sigmoid(presence)[0, 0])


def search_places(scan):
    """Middles of the cubes that cover the scan from its upper end down."""
    corners = np.array([[i, j, k] for i in (0, 1) for j in (0, 1) for k in (0, 1)]) * (np.array(scan.voxels.shape) - 1)
    heights = corners @ scan.affine[2, :3] + scan.affine[2, 3]
    middle = volumes.middle(scan)
    cube = GATE["size"][0] * GATE["spacing"]
    if heights.max() - heights.min() <= cube:
        return [middle]
    places = np.arange(heights.max() - cube / 2, heights.min() + cube / 2 - SEARCH_STEP_MM, -SEARCH_STEP_MM)
    return [np.array([z, middle[1], middle[2]]) for z in places]


def find_box(gate, scan):
    """Best cube: returns (presence, ml per class, middle of the face-and-ears box in patient zyx mm or None)."""
    best = None
    for place in search_places(scan):
        values, inside = volumes.to_grid(scan, place, GATE["size"], GATE["spacing"])
        probability, presence = probabilities(gate, values, inside)
        half_inside = inside.reshape(32, 2, 32, 2, 32, 2).mean((1, 3, 5)) > 0.5
        classes = probability.argmax(0).cpu().numpy() * half_inside
        cell = (2 * GATE["spacing"]) ** 3 / 1000
        ml = np.bincount(classes.ravel(), minlength=7) * cell
        evidence = presence * (ml[list(BOX_CLASSES)].sum() + 0.1 * ml[BRAIN] + 1e-6)
        if best is None or evidence > best[0]:
            best = (evidence, presence, ml, classes, place)
    _, presence, ml, classes, place = best
    where = np.argwhere(np.isin(classes, BOX_CLASSES))
    if len(where) == 0:
        return presence, ml, None
    low, high = np.percentile(where, [2, 98], axis=0)
    # Face and eyes alone: the middle of the whole box lies this much further back.
    back = 0 if np.isin(classes, (RIGHT_EAR, LEFT_EAR)).any() else EARS_BEHIND_MM
    centre = ((low + high) / 2 + 0.5) * 2 * GATE["spacing"] - np.array(GATE["size"]) * GATE["spacing"] / 2
    return presence, ml, place + centre + [0, back, 0]


def segment(net, scan, centre):
    """Classes on the segmenter's full grid (trilinear between the cells of the half grid), and what was in view."""
    size, spacing = SEGMENTER["size"], SEGMENTER["spacing"]
    values, inside = volumes.to_grid(scan, centre, size, spacing)
    probability, _ = probabilities(net, values, inside)
    full = torch.nn.functional.interpolate(probability[None], size, mode="trilinear", align_corners=False)[0]
    return full.argmax(0).cpu().numpy().astype(np.uint8), inside, values


def find(gate, net, scan):
    presence, ml, centre = find_box(gate, scan)
    if centre is None:
        return Finding(presence, ml, None, None, None), None
    classes, inside, values = segment(net, scan, centre)
    return Finding(presence, ml, centre, classes, inside), values
