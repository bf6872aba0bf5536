"""Derives the target classes of the SynthSeg label maps by landmarks and writes one small archive a map.

    python3 targets.py LABELS.tar.xz OUT_FOLDER [--sheets FOLDER]

Arrays of an archive are [superior, posterior, left] (the network's axes), 1 mm:
    packed    uint8, tissue * 8 + target; target 7 stands for "ignore"
    distance  int8, mm to the head's surface, positive inside, clipped to +-60
and `frame` (3x3, rows right/anterior/superior of the head in array axes z, y, x), `origin` (mid-eye point, voxels),
`floor` ("extend": the neck goes on below; "cut": the field of view ends), `limits` (planes of the field of view).
"""

import argparse
from pathlib import Path

import numpy as np
from scipy import ndimage

import labels as names
import landmarks
from labels import BRAIN, EYES, FACE, HEAD, IGNORE, LEFT_EAR, OUTSIDE, RIGHT_EAR, TISSUE

MARGIN = 24                 # mm of air kept round the head, so that pads and holders find their distance
FACE_DEPTH_MM = 14.0        # below the smoothed skin; the nose lies wholly above that surface
FACE_BACK_MM = -22.0        # behind the mid-eye point: lateral orbital rim, cheek, side of the chin
FACE_HALF_WIDTH_MM = 66.0
BELOW_CHIN_MM = 12.0
MENTON_MM = -108.0          # mean of the maps that show it
BRAIN_RIM_MM = 4.0          # face and ears never come nearer to the brain than this
EAR_CENTRE_MM = (-90.0, -31.0)      # anterior, superior of the mid-eye point; mean of the maps
EAR_RADII_MM = (22.0, 33.0)
EAR_DEPTH_MM = 9.0
# A field of view cuts the head where a side of the map is this flat (voxels in the second plane).
FLAT_SIDE_VOXELS, FLAT_FRONT_VOXELS = 3000, 2000


def crop(labels):
    """Cuts the map to the head with a margin, but never pads below the map's floor."""
    head = np.argwhere(ndimage.binary_opening(labels > 0))
    low, high = head.min(0), head.max(0) + 1
    body = labels[tuple(slice(a, b) for a, b in zip(low, high))]
    return np.pad(body, ((MARGIN, MARGIN), (MARGIN, MARGIN), (0, MARGIN)))


def brain_with_rim(labels):
    """Parenchyma, ventricles and the fluid within 6 mm of them, holes filled."""
    tissue = names.tissue_lookup()[labels]
    brain = np.isin(tissue, [TISSUE[n] for n in names.BRAIN_TISSUES]) & (labels != 85) & (labels != 530)
    brain = landmarks.largest(brain)
    near = landmarks.distance_mm(~brain)
    full = brain | ((labels == 24) & (near <= 6))
    return landmarks.close_mm(full, 2) & (near <= 6)


def depth_below_smooth_skin(head):
    """Depth in mm below the skin with nose, ears and lips opened away; 0 in them. Nothing counts below the floor."""
    smooth = landmarks.open_mm(head, 12)
    return landmarks.distance_mm(smooth)


def face_region(head, depth, marks, frame_mm):
    """Soft tissue of the face: depth below the smoothed skin, between brow and chin, ahead of the cheeks' end."""
    x, y, z = frame_mm
    scale = marks.eye_distance / 63.0
    chin = marks.chin[2] if marks.chin is not None else MENTON_MM * scale
    shell = head & (depth <= FACE_DEPTH_MM)
    # The cheek's end slants backwards from the brow to the angle of the jaw; the brow stops at the temples.
    back = FACE_BACK_MM - 0.12 * np.clip(-z, 0, 90)
    return (shell & (z <= marks.brow_height) & (z >= chin - BELOW_CHIN_MM) & (y >= back)
            & (np.abs(x) <= FACE_HALF_WIDTH_MM * scale))


def ear_region(head, bumps, depth, marks, frame_mm, side):
    """Pinna and the skin it stands on. side: +1 right, -1 left."""
    x, y, z = frame_mm
    scale = marks.eye_distance / 63.0
    centre_y, centre_z = (c * scale for c in EAR_CENTRE_MM)
    window = (np.abs(y - centre_y) < 26) & (np.abs(z - centre_z) < 36) & (side * x > 45 * scale)
    found = bumps & window
    weight = float(found.sum())
    if weight > 0:
        # The mean place counts as 600 voxels: a flattened ear leaves little bump, a clipped scalp a false one.
        centre_y = (y[found].sum() + 600 * centre_y) / (weight + 600)
        centre_z = (z[found].sum() + 600 * centre_z) / (weight + 600)
    inside = ((y - centre_y) / EAR_RADII_MM[0]) ** 2 + ((z - centre_z) / EAR_RADII_MM[1]) ** 2 <= 1
    return head & inside & (side * x > 40 * scale) & (depth <= EAR_DEPTH_MM)


def field_limits(head):
    """Planes (array axis, index, keep-below) where the map's field of view cuts the head, besides its floor."""
    limits = []
    box = np.argwhere(head)
    low, high = box.min(0), box.max(0)
    for axis, needed in ((0, FLAT_SIDE_VOXELS), (1, FLAT_FRONT_VOXELS)):
        if head.take(high[axis] - 1, axis).sum() >= needed:
            limits.append((axis, int(high[axis]), True))
        if axis == 0 and head.take(low[axis] + 1, axis).sum() >= needed:
            limits.append((axis, int(low[axis]), False))
    return limits


def derive(labels):
    """Targets of one map; returns a dictionary of arrays in right-anterior-superior order."""
    labels = crop(labels)
    head = landmarks.solid_head(labels)
    marks = landmarks.find(labels, head)
    shape = labels.shape
    grid = np.stack(np.meshgrid(*(np.arange(n, dtype=np.float32) for n in shape), indexing="ij"), -1)
    frame_mm = np.moveaxis(marks.to_frame(grid), -1, 0)
    surface = np.where(head, landmarks.distance_mm(head), -landmarks.distance_mm(~head))

    target = np.full(shape, OUTSIDE, np.uint8)
    target[head] = HEAD
    brain = brain_with_rim(labels)
    near_brain = landmarks.distance_mm(~brain) <= BRAIN_RIM_MM
    depth = depth_below_smooth_skin(head)
    bumps = head & ~landmarks.open_mm(head, 9)
    for side, number in ((1, RIGHT_EAR), (-1, LEFT_EAR)):
        target[ear_region(head, bumps, depth, marks, frame_mm, side) & ~near_brain] = number
    target[face_region(head, depth, marks, frame_mm) & ~near_brain] = FACE
    target[ndimage.binary_closing(labels == 506, iterations=2) & head] = EYES
    target[brain] = BRAIN

    tissue = names.tissue_lookup()[labels]
    tissue[~head] = TISSUE["air"]
    tissue[head & (tissue == TISSUE["air"])] = TISSUE["inner-air"]
    whole_face = marks.chin is not None or frame_mm[2][head].min() < -80
    limits = field_limits(head)
    for axis, index, keep_below in limits:
        beyond = [slice(None)] * 3
        beyond[axis] = slice(index + 1, None) if keep_below else slice(0, index)
        target[tuple(beyond)] = IGNORE
        tissue[tuple(beyond)] = TISSUE["unknown"]
    if whole_face:
        _mend_floor(tissue, target, frame_mm)
    return {"tissue": tissue, "target": target, "surface": surface, "marks": marks, "limits": limits,
            "floor": "extend" if whole_face else "cut"}


def _mend_floor(tissue, target, frame_mm):
    """Continues the neck to the map's floor where its lower border is slanted; ignores what a cut chin hides."""
    solid = target != OUTSIDE
    lowest = solid.argmax(2)
    column = solid.any(2)
    neck = column & (lowest > 0) & (lowest <= 16) & (frame_mm[1][:, :, 0] < -30)
    for below in range(16):
        part = neck & (lowest > below)
        tissue[:, :, below][part] = TISSUE["soft"]
        target[:, :, below][part] = HEAD
    front = column & (lowest <= 12) & (frame_mm[1][:, :, 0] >= -30)
    for below in range(12):
        part = front & (lowest > below)
        target[:, :, below][part] = IGNORE


def packed_network_order(result):
    """Arrays in the network's axes [superior, posterior, left] with the frame re-expressed."""
    def turn(array):
        return np.ascontiguousarray(array[::-1, ::-1].transpose(2, 1, 0))

    target = np.where(result["target"] == IGNORE, 7, result["target"]).astype(np.uint8)
    packed = turn(result["tissue"] * 8 + target)
    size = np.array(result["target"].shape)
    origin = result["marks"].origin
    origin_zyx = np.array([origin[2], size[1] - 1 - origin[1], size[0] - 1 - origin[0]])
    axes = result["marks"].axes
    frame_zyx = np.stack([axes[:, 2], -axes[:, 1], -axes[:, 0]], axis=1)
    side = {0: 2, 1: 1}
    limits = [(side[a], int(size[a] - 1 - i), int(not below)) for a, i, below in result["limits"]]
    chin = result["marks"].chin[2] if result["marks"].chin is not None else np.nan
    return {"packed": packed, "distance": turn(np.clip(np.rint(result["surface"]), -60, 60)).astype(np.int8),
            "origin": origin_zyx, "frame": frame_zyx, "floor": result["floor"],
            "limits": np.array(limits, np.int64).reshape(-1, 3), "eye_distance": result["marks"].eye_distance,
            "chin": chin}


def sheet_row(result):
    """One row of pictures of a map: three surfaces with targets painted on, and slices."""
    import sheets
    target = result["target"]
    solid = (target != OUTSIDE) & (target != IGNORE)
    eye = np.rint(result["marks"].origin).astype(int)
    pictures = [sheets.shaded_depth(solid, 1, True, target), sheets.shaded_depth(solid, 0, True, target),
                sheets.shaded_depth(solid, 0, False, target), sheets.colour(sheets.upright(target[eye[0]])),
                sheets.colour(sheets.upright(target[eye[0] + 32]))]
    for below in (0, 30, 60):
        pictures.append(sheets.colour(np.swapaxes(target[:, :, max(eye[2] - below, 0)], 0, 1)[::-1]))
    return sheets.side_by_side([p[::2, ::2] for p in pictures])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("archive")
    parser.add_argument("out")
    parser.add_argument("--sheets", help="folder for pictures (never inside the repository)")
    parser.add_argument("--only", nargs="*", help="names that end so, e.g. 01 07")
    options = parser.parse_args()
    Path(options.out).mkdir(parents=True, exist_ok=True)
    rows = []
    for name, labels in names.read_label_maps(options.archive):
        if options.only and not any(name.endswith(end) for end in options.only):
            continue
        result = derive(labels)
        np.savez_compressed(Path(options.out) / f"{name}.npz", **packed_network_order(result))
        counts = np.bincount(result["target"].ravel(), minlength=256)
        marks = result["marks"]
        print(f"{name}: pitch {marks.pitch_degrees:.0f} deg, chin {'in view' if marks.chin is not None else 'cut'}, "
              f"floor {result['floor']}, limits {result['limits']}, voxels "
              + ", ".join(f"{c} {counts[i]}" for i, c in enumerate(names.CLASSES)), flush=True)
        if options.sheets:
            rows.append(sheet_row(result))
    if options.sheets:
        import sheets
        Path(options.sheets).mkdir(parents=True, exist_ok=True)
        for start in range(0, len(rows), 7):
            sheets.write_png(Path(options.sheets) / f"targets{start:02d}.png", sheets.stacked(rows[start:start + 7]))


if __name__ == "__main__":
    main()
