"""Real T1 heads shown in contrasts that nobody scanned: tissue intensities mapped through the T1 order of brightness.

Points of the maps, as share of the head's own range: bone, air 0, fluid 0.2, muscle 0.4, grey 0.55, white 0.75, fat 1.
"""

import numpy as np
from scipy import ndimage

T1_POINTS = (0.0, 0.12, 0.22, 0.4, 0.55, 0.75, 0.9, 1.0)
MAPS = {
    "inverted": (1.0, 0.88, 0.78, 0.6, 0.45, 0.25, 0.1, 0.0),
    "t2": (0.0, 0.3, 1.0, 0.2, 0.5, 0.35, 0.55, 0.65),
    "flair": (0.0, 0.05, 0.08, 0.25, 0.6, 0.42, 0.8, 0.9),
    "ct": (900.0, 400.0, 10.0, 55.0, 38.0, 30.0, -60.0, -95.0),
    "pet": (0.03, 0.05, 0.08, 0.25, 1.0, 0.5, 0.08, 0.05),
}
CONTRASTS = ("t1", *MAPS)


def recontrast(scan, contrast, head):
    """A copy of the scan with other voxels. head: boolean array of the solid head on the scan's grid."""
    if contrast == "t1":
        return scan
    inside = scan.voxels[head]
    low, high = np.percentile(inside, [2, 97])
    share = np.clip((scan.voxels - low) / max(high - low, 1e-6), 0, 1)
    mapped = np.interp(share, T1_POINTS, MAPS[contrast]).astype(np.float32)
    air = -1000.0 if contrast == "ct" else 0.0
    random = np.random.RandomState(7)
    voxel = np.linalg.norm(scan.affine[:3, :3], axis=0)
    image = np.where(head, mapped, air)
    if contrast == "pet":
        image = ndimage.gaussian_filter(image, 2.8 / voxel)
        image = image + random.randn(*image.shape) * np.sqrt(np.maximum(image, 0.01) / 80)
    else:
        image = ndimage.gaussian_filter(image, 0.4)
        image = image + random.randn(*image.shape) * (15.0 if contrast == "ct" else 0.02)
    return type(scan)(f"{scan.name} as {contrast}", image.astype(np.float32), scan.affine)
