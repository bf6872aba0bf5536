"""Head frame and landmarks of a label map, all in mm (the maps are 1 mm, axes right-anterior-superior).

Frame: origin midway between the eyeballs; first axis to the right eye; pitch from the line cerebellum - eyes, which
stands 6 degrees above the horizontal of an upright face in the maps that show the whole face.
"""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

UPRIGHT_DEGREES = 6.0
# Distances below the eyes, from the maps that show the whole face: lips 60-75, point of the chin 85-115.
CHIN_SEARCH_MM = (70.0, 128.0)
NOSE_SEARCH_MM = (12.0, 55.0)


@dataclass
class Landmarks:
    """Positions in the head frame (right, anterior, superior of the mid-eye point); None where not in view."""

    origin: np.ndarray
    axes: np.ndarray
    pitch_degrees: float
    eye_distance: float
    nose_tip: np.ndarray
    chin: np.ndarray
    brow_height: float

    def to_frame(self, voxels):
        """Voxel indices [n, 3] to head-frame mm."""
        return (np.asarray(voxels, np.float32) - self.origin) @ self.axes.T.astype(np.float32)


def find(labels, solid):
    """Landmarks of a map. labels: source labels; solid: the filled head."""
    eyes = np.argwhere(labels == 506)
    middle = np.median(eyes[:, 0])
    right, left = eyes[eyes[:, 0] > middle].mean(0), eyes[eyes[:, 0] <= middle].mean(0)
    origin = (right + left) / 2
    lateral = (right - left) / np.linalg.norm(right - left)
    forward = origin - np.argwhere(np.isin(labels, (7, 8, 46, 47))).mean(0)
    forward -= lateral * (forward @ lateral)
    forward /= np.linalg.norm(forward)
    upward = np.cross(lateral, forward)
    angle = np.radians(UPRIGHT_DEGREES)
    anterior = np.cos(angle) * forward - np.sin(angle) * upward
    superior = np.cross(lateral, anterior)
    axes = np.stack([lateral, anterior, superior])
    pitch = float(np.degrees(np.arcsin(anterior[2])))
    profile = _midline_profile(solid, origin, axes)
    nose = _nose_tip(profile)
    chin = _chin(profile, nose)
    scale = np.linalg.norm(right - left) / 63.0
    return Landmarks(origin, axes, pitch, float(np.linalg.norm(right - left)), nose, chin, 22.0 * max(scale, 0.9))


def _midline_profile(solid, origin, axes):
    """Foremost head voxel (mm ahead of the eyes) at each mm below the eyes, NaN beyond the map; index = mm."""
    depth = np.arange(-60.0, 90.0)
    offsets = np.arange(-4.0, 5.0, 2.0)
    profile = np.full(140, np.nan)
    for below in range(140):
        grid = np.stack(np.meshgrid(offsets, depth, [-float(below)], indexing="ij"), -1).reshape(-1, 3)
        index = np.rint(origin + grid @ axes).astype(int)
        inside = np.all((index >= 0) & (index < solid.shape), axis=1)
        if not inside.any():
            break
        value = np.zeros(len(grid), bool)
        value[inside] = solid[tuple(index[inside].T)]
        hits = value.reshape(len(offsets), -1)
        if hits.any():
            fronts = [depth[np.flatnonzero(row)[-1]] for row in hits if row.any()]
            profile[below] = np.median(fronts)
    return profile


def _nose_tip(profile):
    start, stop = int(NOSE_SEARCH_MM[0]), int(NOSE_SEARCH_MM[1])
    part = profile[start:stop]
    if np.isnan(part).all():
        return None
    below = start + int(np.nanargmax(part))
    # The tip is in view only when the profile falls back below it (upper lip).
    after = profile[below + 1:below + 25]
    if np.isnan(after).all() or np.nanmin(after) > profile[below] - 5:
        return None
    return np.array([0.0, profile[below], -float(below)])


def _chin(profile, nose):
    """Menton: where the profile leaves the front of the chin by 12 mm."""
    if nose is None:
        return None
    start = max(int(CHIN_SEARCH_MM[0]), int(-nose[2]) + 42)
    front = np.nan
    for below in range(start, int(CHIN_SEARCH_MM[1])):
        if np.isnan(profile[below]):
            return None
        front = np.nanmax([front, profile[below]])
        if profile[below] < front - 12:
            return np.array([0.0, front, -float(below - 1)])
    return None


def solid_head(labels):
    """Largest connected part of the map with air passages, mouth and nostrils filled."""
    core = largest(ndimage.binary_opening(labels > 0, iterations=1))
    head = ndimage.binary_dilation(core, iterations=2) & (labels > 0)
    closed = close_mm(head, 5)
    for axis in range(3):
        for index in range(closed.shape[axis]):
            slicer = [slice(None)] * 3
            slicer[axis] = index
            plane = closed[tuple(slicer)]
            if plane.any():
                closed[tuple(slicer)] = ndimage.binary_fill_holes(plane)
    return closed


def distance_mm(mask):
    """Distance of the voxels of a 1 mm mask to its background, worked out at 2 mm (within 1 mm, eight times faster)."""
    coarse = np.pad(mask, [(0, n % 2) for n in mask.shape], mode="edge")[::2, ::2, ::2]
    distance = ndimage.distance_transform_edt(coarse).astype(np.float32) * 2
    fine = distance
    for axis, length in enumerate(mask.shape):
        fine = np.repeat(fine, 2, axis)
        # Linear between the coarse samples, which sit on the even voxels.
        after = np.concatenate([fine.take(range(2, fine.shape[axis]), axis), fine.take([-1, -1], axis)], axis)
        odd = [slice(None)] * 3
        odd[axis] = slice(1, None, 2)
        fine[tuple(odd)] = (fine[tuple(odd)] + after[tuple(odd)]) / 2
        fine = fine.take(range(length), axis)
    return fine


def close_mm(mask, radius):
    """Closing by a ball; the border of the array counts as background."""
    padded = np.pad(mask, radius + 2)
    near = distance_mm(~padded) <= radius
    core = distance_mm(near) > radius
    inner = tuple(slice(radius + 2, -radius - 2) for _ in range(3))
    return core[inner] | mask


def open_mm(mask, radius):
    """Opening by a ball; beyond the border of the array the mask goes on as at the border."""
    padded = np.pad(mask, radius + 2, mode="edge")
    core = distance_mm(padded) > radius
    if not core.any():
        return np.zeros_like(mask)
    grown = distance_mm(~core) <= radius
    inner = tuple(slice(radius + 2, -radius - 2) for _ in range(3))
    return grown[inner] & mask


def largest(mask):
    """Largest 6-connected part."""
    parts, count = ndimage.label(mask)
    return mask if count < 2 else parts == 1 + np.argmax(np.bincount(parts.ravel())[1:])
