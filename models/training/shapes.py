"""Where each voxel of a generated image lies in the head: pose, size, age, face shape and elastic deformation.

Everything is drawn on a coarse grid of knots and upsampled, because the displacement is the dearest part of a sample.
Coordinates: patient (z superior, y posterior, x left) in mm; head frame (right, anterior, superior) of the mid-eye
point in mm of the label map.
"""

from dataclasses import dataclass, field

import numpy as np
import torch
from torch.nn import functional

KNOT_SPACING_MM = 8.0
# Middle of the box round face and ears in the head frame of an adult.
FACE_BOX_MIDDLE = np.array([0.0, -35.0, -45.0])


@dataclass
class HeadShape:
    """Parameters of one head; see draw()."""

    rotation: np.ndarray                # patient zyx from head-frame directions (right, anterior, superior)
    scale: np.ndarray                   # per head axis
    mirrored: bool
    face_height: float
    bumps: list = field(default_factory=list)
    jaw_width: float = 0.0
    vault: float = 0.0
    elastic: list = field(default_factory=list)


def rotation_matrix(pitch, roll, yaw):
    """Angles in degrees about right, anterior and superior axes, in the frame (right, anterior, superior)."""
    p, r, y = np.radians([pitch, roll, yaw])
    about_right = np.array([[1, 0, 0], [0, np.cos(p), -np.sin(p)], [0, np.sin(p), np.cos(p)]])
    about_anterior = np.array([[np.cos(r), 0, np.sin(r)], [0, 1, 0], [-np.sin(r), 0, np.cos(r)]])
    about_superior = np.array([[np.cos(y), -np.sin(y), 0], [np.sin(y), np.cos(y), 0], [0, 0, 1]])
    return about_right @ about_anterior @ about_superior


# Head-frame directions (right, anterior, superior) as patient zyx (superior, posterior, left): columns.
UPRIGHT = np.array([[0.0, 0.0, 1.0], [0.0, -1.0, 0.0], [-1.0, 0.0, 0.0]])


def draw(random, wrong_axes_share=0.0):
    """Draws a head. random: numpy RandomState; wrong_axes_share: share of heads turned by 90 or 180 degrees."""
    spread = 30.0 if random.rand() < 0.35 else 12.0
    angles = np.clip(random.randn(3) * spread * 0.5, -spread, spread)
    turn = rotation_matrix(*angles)
    if random.rand() < wrong_axes_share:
        quarter = rotation_matrix(*(90.0 * random.randint(0, 4, 3)))
        turn = np.rint(quarter) @ turn
    age = random.rand() ** 0.5 if random.rand() < 0.5 else 1.0
    size = (0.62 + 0.38 * age) * random.uniform(0.9, 1.12)
    scale = size * random.uniform(0.93, 1.07, 3)
    face_height = (0.62 + 0.38 * age) * random.uniform(0.88, 1.14)
    shape = HeadShape(UPRIGHT @ turn, scale, random.rand() < 0.5, face_height)
    _draw_face(shape, random, age)
    for knots, reach in ((5, 9.0), (9, 3.5)):
        shape.elastic.append((random.randn(3, knots, knots, knots) * reach * random.rand() * 0.5).astype(np.float32))
    return shape


def _draw_face(shape, random, age):
    """Bumps: (centre, radii, displacement, symmetric), all in the head frame; positive = outward along the axis."""
    young = 1.0 - age
    push = random.uniform

    def bump(centre, radii, low, high, symmetric=False):
        amount = np.array([push(a, b) for a, b in zip(low, high)])
        shape.bumps.append((np.array(centre, float), np.array(radii, float), amount, symmetric))

    flat = -9.0 * young
    bump((0, 34, -30), (13, 16, 17), (-2, flat - 8, -4), (2, flat + 8, 4))                 # nose
    bump((0, 24, -8), (14, 12, 12), (0, -4, 0), (0, 4, 0))                                  # root of the nose
    bump((0, 28, -66), (22, 14, 13), (-2, -5, -3), (2, 6, 3))                               # lips
    bump((0, 20, -100), (26, 20, 20), (-3, flat * 0.5 - 8, -7), (3, flat * 0.5 + 8, 7))     # chin
    bump((0, 22, 16), (42, 14, 13), (0, -5, -3), (0, 5, 3))                                 # brow
    bump((48, 8, -38), (20, 20, 22), (-7, -5, 0), (8 + 5 * young, 5 + 3 * young, 0), True)  # cheek
    bump((80, -90, -31), (13, 20, 26), (-6, -5, -5), (9, 5, 5), True)                       # ear
    shape.jaw_width = push(-0.16, 0.22)
    shape.vault = push(-0.1, 0.1)


def _warp(v, shape):
    """Head-frame position of the label map for positions v [..., 3] of the shaped head."""
    u = v.copy()
    below = np.clip(-v[..., 2] / 40.0, 0, 1)
    front = 1.0 / (1.0 + np.exp(-(v[..., 1] + 60.0) / 15.0))
    stretch = (1.0 / shape.face_height - 1.0) * below * (0.4 + 0.6 * front)
    u[..., 2] += v[..., 2] * stretch
    u[..., 0] *= 1.0 + shape.jaw_width * np.clip(-u[..., 2] / 110.0, 0, 1)
    u[..., 2] += np.clip(u[..., 2] - 20.0, 0, None) * shape.vault
    place = u.copy()
    for centre, radii, amount, symmetric in shape.bumps:
        for side in ((1, -1) if symmetric else (1,)):
            flip = np.array([side, 1.0, 1.0])
            weight = np.exp(-0.5 * (((place - centre * flip) / radii) ** 2).sum(-1))
            u -= weight[..., None] * (amount * flip)
    return u


def face_box_middle(shape):
    """Patient position (zyx mm relative to the mid-eye point) of the middle of the face-and-ears box."""
    middle = FACE_BOX_MIDDLE * np.array([1.0, 1.0, shape.face_height])
    return shape.rotation @ (shape.scale * middle)


def head_coordinates(shape, size, spacing, centre, device):
    """Head-frame coordinates [3 (right, anterior, superior), d, h, w] of every voxel, as float32 tensor.

    centre: patient position (zyx mm relative to the mid-eye point) of the middle of the grid.
    """
    knots = [int(np.ceil((n - 1) * spacing / KNOT_SPACING_MM)) + 1 for n in size]
    axes = [np.linspace(-(n - 1) / 2, (n - 1) / 2, k) * spacing + c for n, k, c in zip(size, knots, centre)]
    patient = np.stack(np.meshgrid(*axes, indexing="ij"), -1)
    v = patient @ shape.rotation / shape.scale
    u = np.moveaxis(_warp(v, shape), -1, 0).astype(np.float32)
    coarse = torch.from_numpy(np.ascontiguousarray(u))[None].to(device)
    for bend in shape.elastic:
        knots_bend = torch.from_numpy(bend)[None].to(device)
        coarse = coarse + functional.interpolate(knots_bend, coarse.shape[2:], mode="trilinear", align_corners=True)
    return functional.interpolate(coarse, tuple(size), mode="trilinear", align_corners=True)[0]
