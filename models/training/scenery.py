"""What lies inside, on and round a head besides the label map: fat layers, teeth, jaw, hair, pads, holders, metal.

All functions take material numbers [d, h, w] (int64, changed in place) and the head coordinates [3, d, h, w] in mm.
"""

import numpy as np
import torch

from contrast import MATERIAL, smooth_noise


def split_soft_tissue(material, depth, rng, random):
    """The map knows one soft tissue: splits it into fat under the skin, muscle, tongue and fat pads."""
    shape = material.shape
    soft = material == MATERIAL["soft"]
    field = smooth_noise(shape, (10, 10, 10), rng, material.device)
    fat_until = random.uniform(4, 11) + 3.0 * field
    material[soft & (depth < fat_until)] = MATERIAL["fat"]
    deep = soft & (depth >= fat_until)
    material[deep & (field > random.uniform(0.0, 0.9))] = MATERIAL["muscle"]
    material[deep & (field < -random.uniform(0.3, 1.2))] = MATERIAL["tongue"]


def add_teeth_and_jaw(material, u, random):
    """Arcs of teeth and mandible: the map has hardly any bone in the lower face."""
    right, anterior, superior = u
    solid = material == MATERIAL["soft"]
    for name in ("muscle", "fat", "tongue"):
        solid |= material == MATERIAL[name]
    arc = right * right * 0.032
    if random.rand() < 0.7:
        front = random.uniform(12, 18)
        height = random.uniform(6, 11)
        teeth = ((anterior - front + arc).abs() < 4) & ((superior + 68).abs() < height) & (anterior > -32)
        material[teeth & solid] = MATERIAL["teeth"]
    if random.rand() < 0.7:
        front = random.uniform(8, 13)
        jaw = ((anterior - front + arc * 0.72).abs() < 6) & ((superior + 94).abs() < 12) & (anterior > -62)
        material[jaw & solid] = MATERIAL["bone"]


def add_hair(material, depth, u, rng, random):
    """A layer of hair over crown and back of the head."""
    thick = random.uniform(4, 25)
    field = smooth_noise(material.shape, (8, 8, 8), rng, material.device)
    where = (depth < 0) & (depth > -thick * (0.6 + 0.4 * field)) & (u[2] - 0.6 * u[1] > random.uniform(30, 60))
    material[where & (material == MATERIAL["air"])] = MATERIAL["hair"]


def add_pads(material, depth, u, random):
    """Foam pads and headphones against the sides or the back."""
    for _ in range(random.randint(1, 4)):
        direction = np.array([random.choice([-1, 1]) * random.uniform(0.3, 1), random.uniform(-1, 0.3),
                              random.uniform(-0.4, 0.4)])
        direction /= np.linalg.norm(direction)
        along = sum(float(d) * (c - float(m)) for d, c, m in zip(direction, u, (0, -70, 0)))
        gap, thick = random.uniform(0, 4), random.uniform(8, 30)
        where = (depth <= -gap) & (depth > -gap - thick) & (along > random.uniform(55, 85))
        kind = MATERIAL["pad"] if random.rand() < 0.8 else MATERIAL["plastic"]
        material[where & (material == MATERIAL["air"])] = kind


def add_table(material, positions, random, head_radius=115.0):
    """A slab or a curved table on one side: behind in supine, ahead in prone, beside in decubitus."""
    side = random.choice(["posterior", "anterior", "left", "right"], p=[0.8, 0.08, 0.06, 0.06])
    away = {"posterior": positions[1], "anterior": -positions[1], "left": positions[2], "right": -positions[2]}[side]
    across = positions[2] if side in ("posterior", "anterior") else positions[1]
    curved = away - across * across * random.choice([0.0, 0.002, -0.002])
    start = head_radius + random.uniform(-8, 30)
    thick = random.uniform(4, 30)
    slab = (curved > start) & (curved < start + thick)
    hollow = (curved > start + 3) & (curved < start + thick - 3)
    free = material == MATERIAL["air"]
    material[slab & free] = MATERIAL["plastic"]
    if random.rand() < 0.6:
        material[hollow & free] = MATERIAL["pad"]


def add_holder(material, depth, u, random):
    """A head holder: a thin shell round the back and the sides."""
    gap, thick = random.uniform(1, 14), random.uniform(2, 6)
    where = (depth < -gap) & (depth > -gap - thick) & (u[1] < random.uniform(-110, -50)) \
        & (u[2] > random.uniform(-90, -20))
    material[where & (material == MATERIAL["air"])] = MATERIAL["plastic"]


def add_fixation_mask(material, depth, u, rng, random):
    """A thermoplastic mask: a perforated sheet on the skin, over face and forehead."""
    thick = random.uniform(2, 4)
    holes = smooth_noise(material.shape, [max(n // 4, 2) for n in material.shape], rng, material.device)
    where = (depth <= 0) & (depth > -thick) & (u[1] > random.uniform(-110, -60)) & (holes > -random.uniform(0.3, 2.5))
    material[where & (material == MATERIAL["air"])] = MATERIAL["plastic"]


def add_tube(material, u, random):
    """A tube or mouthpiece ahead of nose or mouth."""
    start = np.array([random.uniform(-10, 10), 20.0, random.uniform(-75, -30)])
    direction = np.array([random.uniform(-0.8, 0.8), 1.0, random.uniform(-0.8, 0.8)])
    direction /= np.linalg.norm(direction)
    offset = [c - float(s) for c, s in zip(u, start)]
    along = sum(float(d) * o for d, o in zip(direction, offset))
    squared = sum(o * o for o in offset) - along * along
    radius = random.uniform(4, 9)
    outer = (squared < radius * radius) & (along > 0) & (material == MATERIAL["air"])
    material[outer] = MATERIAL["plastic"]
    material[outer & (squared < (radius - 2.5) ** 2)] = MATERIAL["unknown"]


def metal_places(random):
    """Places of dental metal in the head frame (right, anterior, superior) mm, with radius."""
    return [(np.array([random.choice([-1, 1]) * random.uniform(8, 24), random.uniform(-15, 15),
                       random.uniform(-80, -60)]), random.uniform(3, 7)) for _ in range(random.randint(1, 4))]


def extend_body(material, u, random):
    """Shoulders: below the neck the body widens to an ellipse. Returns where they were added."""
    right, anterior, superior = u
    below = -superior - random.uniform(135, 165)
    width = torch.clamp(below * random.uniform(2.0, 5.0) + 50, max=random.uniform(160, 220))
    depth = torch.clamp(below * random.uniform(0.5, 1.2) + 50, max=random.uniform(90, 130))
    body = (below > 0) & ((right / width) ** 2 + ((anterior + 75) / depth) ** 2 < 1)
    return body & (material == MATERIAL["air"])
