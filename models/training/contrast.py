"""From tissue numbers to intensities: any contrast, and the ones that scanners make.

Numbers above the map's tissues (labels.TISSUES) are drawn by the generator: parts of the soft tissue and scenery.
"""

import numpy as np
import torch
from torch.nn import functional

from labels import TISSUES

EXTRA = ("fat", "muscle", "tongue", "teeth", "hair", "pad", "plastic", "metal", "lung", "object-a", "object-b",
         "object-c", "object-d")
MATERIALS = TISSUES + EXTRA
MATERIAL = {name: number for number, name in enumerate(MATERIALS)}
AIRS = ("air", "inner-air", "unknown")

# Relative signal by weighting; plain textbook order of brightness, jittered below. Unnamed materials are random.
T1 = dict(white=.8, grey=.55, csf=.18, ventricle=.15, eyeball=.22, orbit=.8, nose=.5, skin=.6, soft=.5, bone=.08,
          marrow=.7, venous=.35, vessel=.3, cord=.7, fat=1., muscle=.42, tongue=.5, teeth=.03, hair=.02, pad=.03,
          plastic=.02, metal=0., lung=.05)
T1["cerebellum-white"], T1["cerebellum-grey"], T1["deep-grey"], T1["brain-stem"] = .78, .55, .65, .74
T2 = dict(T1, white=.32, grey=.48, csf=1., ventricle=1., eyeball=1., muscle=.18, tongue=.3, skin=.4, fat=.6, orbit=.6,
          marrow=.5, venous=.1, vessel=.05, cord=.35, nose=.7)
T2["cerebellum-white"], T2["cerebellum-grey"], T2["deep-grey"], T2["brain-stem"] = .34, .48, .4, .36
FLAIR = dict(T2, csf=.08, ventricle=.06, eyeball=.1, white=.42, grey=.58, fat=.9, orbit=.9, nose=.6)
PD = dict(T1, white=.62, grey=.75, csf=.7, ventricle=.75, eyeball=.7, fat=.9, muscle=.55)
FAT_SUPPRESSED = dict(T2, fat=.12, orbit=.12, marrow=.1, skin=.3)
# Hounsfield units.
CT = dict(white=30, grey=38, csf=10, ventricle=6, eyeball=15, orbit=-60, nose=30, skin=60, soft=50, bone=1000,
          marrow=350, venous=55, vessel=50, cord=35, fat=-95, muscle=55, tongue=50, teeth=1700, hair=-750, pad=-820,
          plastic=80, metal=2900, lung=-800)
CT["cerebellum-white"], CT["cerebellum-grey"], CT["deep-grey"], CT["brain-stem"] = 30, 38, 36, 31
# Standardised uptake, glucose-like.
PET = dict(white=.4, grey=1., csf=.08, ventricle=.05, eyeball=.1, orbit=.2, nose=.25, skin=.14, soft=.22, bone=.08,
           marrow=.25, venous=.2, vessel=.2, cord=.25, fat=.05, muscle=.25, tongue=.45, teeth=.03, hair=0., pad=0.,
           plastic=0., metal=0., lung=.06)
PET["cerebellum-white"], PET["cerebellum-grey"], PET["deep-grey"], PET["brain-stem"] = .5, .8, 1.05, .6

BRAIN_GROUP = ("white", "grey", "cerebellum-white", "cerebellum-grey", "deep-grey", "brain-stem")
MERGES = (
    ("bone", "air"), ("skin", "fat", "soft"), ("csf", "bone"), ("muscle", "tongue", "soft", "skin"), BRAIN_GROUP,
    BRAIN_GROUP + ("csf", "ventricle"), ("eyeball", "orbit"), ("eyeball", "soft", "orbit"), ("marrow", "fat"),
    ("bone", "marrow"), ("csf", "ventricle", "eyeball"), ("nose", "soft", "skin"), ("pad", "skin"),
    tuple(n for n in TISSUES if n not in AIRS) + ("fat", "muscle", "tongue", "teeth"),
)


def _mr_table(random, prior):
    mean = random.rand(len(MATERIALS))
    for name, value in prior.items():
        mean[MATERIAL[name]] = np.clip(value * random.uniform(0.7, 1.3) + random.randn() * 0.04, 0, 1.3)
    return mean, np.abs(random.randn(len(MATERIALS))) * 0.035 * (mean + 0.1)


def _any_table(random):
    mean = random.rand(len(MATERIALS))
    deviation = random.rand(len(MATERIALS)) * (0.08 if random.rand() < 0.7 else 0.18)
    for group in MERGES:
        if random.rand() < 0.12:
            for name in group:
                mean[MATERIAL[name]] = mean[MATERIAL[group[0]]] + random.randn() * 0.02
    return mean, deviation


def _ct_table(random):
    mean = random.uniform(-100, 150, len(MATERIALS))
    for name, value in CT.items():
        mean[MATERIAL[name]] = value * random.uniform(0.75, 1.25) + random.randn() * 10
    deviation = np.full(len(MATERIALS), random.uniform(3, 30))
    deviation[[MATERIAL["bone"], MATERIAL["marrow"]]] = random.uniform(80, 300)
    return mean, deviation


def draw_table(random):
    """Draws (kind, mean and deviation per material as float32). kind: any, mr, ct or pet."""
    kind = random.choice(["any", "mr", "ct", "pet"], p=[0.36, 0.38, 0.17, 0.09])
    if kind == "ct":
        mean, deviation = _ct_table(random)
    elif kind == "mr":
        mean, deviation = _mr_table(random, (T1, T1, T2, FLAIR, PD, FAT_SUPPRESSED)[random.randint(6)])
    elif kind == "pet":
        mean, deviation = _mr_table(random, PET)
    else:
        mean, deviation = _any_table(random)
    air = -1000.0 if kind == "ct" else (random.uniform(0, 0.25) if kind == "any" and random.rand() < 0.25 else 0.0)
    for name in AIRS:
        mean[MATERIAL[name]], deviation[MATERIAL[name]] = air, 0.0
    if random.rand() < 0.15 and kind != "ct":
        mean[MATERIAL["inner-air"]] += random.uniform(0, 0.3)
    return kind, mean.astype(np.float32), deviation.astype(np.float32)


def paint(material, mean, deviation, noise):
    """Image of material numbers (int64 tensor) with texture from unit noise."""
    means = torch.from_numpy(mean).to(noise.device)
    deviations = torch.from_numpy(deviation).to(noise.device)
    return means[material] + deviations[material] * noise


def window_ct(image, random):
    """CT is sometimes stored clipped to a display window."""
    if random.rand() < 0.4:
        low, high = random.choice([-1000, -500, -200, -100]), random.choice([200, 500, 1500, 3000])
        return image.clamp(float(low), float(high))
    return image


def smooth_noise(shape, knots, rng, device):
    """Unit-variance smooth random field from a coarse grid."""
    grid = torch.randn((1, 1) + tuple(knots), generator=rng, device=device)
    return functional.interpolate(grid, tuple(shape), mode="trilinear", align_corners=True)[0, 0]
