"""Scans without a head: fruit, phantoms, trunk, limbs, empty air."""

import numpy as np
import torch
from torch.nn import functional

from contrast import MATERIAL, smooth_noise
from shapes import KNOT_SPACING_MM, rotation_matrix


def positions(size, spacing, random, device, bend_mm):
    """Turned and gently bent coordinates [3 (z, y, x), d, h, w] in mm round the middle of the grid."""
    knots = [int(np.ceil((n - 1) * spacing / KNOT_SPACING_MM / 2)) + 1 for n in size]
    axes = [np.linspace(-(n - 1) / 2, (n - 1) / 2, k) * spacing for n, k in zip(size, knots)]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), -1) @ rotation_matrix(*(random.randn(3) * 20))
    coarse = torch.from_numpy(np.ascontiguousarray(np.moveaxis(grid, -1, 0), dtype=np.float32))[None].to(device)
    bend = torch.from_numpy((random.randn(1, 3, 4, 4, 4) * bend_mm).astype(np.float32)).to(device)
    coarse = coarse + functional.interpolate(bend, coarse.shape[2:], mode="trilinear", align_corners=True)
    return functional.interpolate(coarse, tuple(size), mode="trilinear", align_corners=True)[0]


def ellipsoid(p, centre, radii):
    """Normalised squared radius: below 1 inside."""
    return sum(((c - float(m)) / float(r)) ** 2 for c, m, r in zip(p, centre, radii))


def fruit(material, p, rng, random):
    radii = random.uniform(45, 105) * random.uniform(0.75, 1.25, 3)
    radius = ellipsoid(p, random.uniform(-30, 30, 3), radii)
    material[radius < 1] = MATERIAL["object-a"]
    material[radius < random.uniform(0.7, 0.95)] = MATERIAL["object-b"]
    seeds = smooth_noise(material.shape, (18, 18, 18), rng, material.device)
    core = random.uniform(0.1, 0.7)
    material[(radius < core) & (seeds > random.uniform(0.4, 1.5))] = MATERIAL["object-c"]
    if random.rand() < 0.5:
        material[radius < random.uniform(0.01, 0.15)] = MATERIAL["object-d"]


def phantom(material, p, rng, random):
    """Cylinder, ball or box of liquid with inserts."""
    kind = random.randint(3)
    radius, length = random.uniform(40, 115), random.uniform(50, 140)
    if kind == 0:
        axis = random.randint(3)
        rest = [i for i in range(3) if i != axis]
        inside = torch.maximum((p[rest[0]] ** 2 + p[rest[1]] ** 2).sqrt() / radius, p[axis].abs() / length)
    elif kind == 1:
        inside = ellipsoid(p, (0, 0, 0), (radius,) * 3).sqrt()
    else:
        inside = torch.stack([c.abs() / float(r) for c, r in zip(p, random.uniform(40, 110, 3))]).amax(0)
    material[inside < 1] = MATERIAL["plastic"]
    material[inside < random.uniform(0.88, 0.98)] = MATERIAL["object-a"]
    for _ in range(random.randint(0, 9)):
        centre = random.uniform(-0.6, 0.6, 3) * radius
        insert = ellipsoid(p, centre, random.uniform(4, 25, 3)) < 1
        material[insert & (inside < 0.9)] = MATERIAL[("object-b", "object-c", "object-d")[random.randint(3)]]


def trunk(material, p, rng, random):
    """Chest or belly: fat, muscle, ribs, lungs, spine, heart, arms."""
    z, y, x = p
    half_width, half_depth = random.uniform(120, 210), random.uniform(80, 135)
    radius = ((x / half_width) ** 2 + (y / half_depth) ** 2).sqrt()
    material[radius < 1] = MATERIAL["fat"]
    material[radius < random.uniform(0.8, 0.97)] = MATERIAL["muscle"]
    ribs = (radius > 0.72) & (radius < 0.82) & (torch.remainder(z + 0.4 * y.abs(), 28.0) < 10)
    if random.rand() < 0.7:
        material[ribs] = MATERIAL["bone"]
        for side in (-1, 1):
            lung = ellipsoid(p, (random.uniform(-40, 40), 0, side * half_width * 0.42),
                             (150, half_depth * 0.6, half_width * 0.3)) < 1
            material[lung] = MATERIAL["lung"]
        material[ellipsoid(p, (random.uniform(-60, 0), -half_depth * 0.25, 20), (50, 40, 50)) < 1] = MATERIAL["vessel"]
    spine = (x.abs() < 20) & ((y - half_depth * 0.55).abs() < 20)
    material[spine] = MATERIAL["bone"]
    material[(x.abs() < 8) & ((y - half_depth * 0.62).abs() < 8)] = MATERIAL["cord"]
    for side in (-1, 1):
        if random.rand() < 0.4:
            arm = ((x - side * (half_width + 50)) ** 2 + (y - 20) ** 2).sqrt()
            material[arm < 45] = MATERIAL["muscle"]
            material[arm < 13] = MATERIAL["bone"]


def limb(material, p, rng, random):
    """One or two arms or legs with a joint."""
    z, y, x = p
    count = random.randint(1, 3)
    for number in range(count):
        shift = 0.0 if count == 1 else (number - 0.5) * random.uniform(100, 180)
        taper = 1.0 + 0.15 * torch.tanh(z / 60.0)
        radius = ((x - shift) ** 2 + y ** 2).sqrt() / taper
        outer = random.uniform(30, 80)
        material[radius < outer] = MATERIAL["fat"]
        material[radius < outer * random.uniform(0.6, 0.95)] = MATERIAL["muscle"]
        bone = radius < random.uniform(0.2, 0.4) * outer * (1 + 0.9 * torch.exp(-(z / 30.0) ** 2))
        material[bone] = MATERIAL["bone"]
        material[bone & (radius < outer * 0.17)] = MATERIAL["marrow"]


def nothing(material, p, rng, random):
    """Air only, or a few specks."""
    specks = smooth_noise(material.shape, (14, 14, 14), rng, material.device)
    if random.rand() < 0.5:
        material[specks > 2.0] = MATERIAL["object-a"]


OBJECTS = ((fruit, 0.28), (phantom, 0.27), (trunk, 0.25), (limb, 0.16), (nothing, 0.04))


def draw(size, spacing, rng, random, device):
    """Material numbers of a scan without a head, and its coordinates [3, d, h, w]."""
    material = torch.full(tuple(size), MATERIAL["air"], dtype=torch.int64, device=device)
    place = positions(size, spacing, random, device, bend_mm=random.uniform(0, 10))
    choice = random.choice(len(OBJECTS), p=[share for _, share in OBJECTS])
    OBJECTS[choice][0](material, place, rng, random)
    return material, place
