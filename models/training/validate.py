"""Figures on real scans that were never trained on.

    python3 validate.py --gate GATE.pt --segmenter SEG.pt --heads DATA/heads --series DATA/dicom [--sheet FILE.png]

Proxies, not the product's gate: `face` is the share of columns in a 50 x 60 mm window round the nose whose foremost
skin is predicted face (within 4 mm); `ears` the share of lateral skin in 20 x 30 mm windows where ears are expected;
`brain ml` the brain-mask voxels predicted face or ear; `brain found` the share of the brain mask predicted brain.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from scipy import ndimage

import network
import pipeline
import recontrast
import volumes
from labels import BRAIN, EYES, FACE, LEFT_EAR, RIGHT_EAR
from train import append


def load(model, path, device="cpu"):
    net = network.build(model).to(device)
    saved = torch.load(path, map_location=device)
    net.load_state_dict({k: v.float() for k, v in saved["average"].items()})
    return net.eval()


def otsu(values):
    counts, edges = np.histogram(values, 128)
    middles = (edges[1:] + edges[:-1]) / 2
    below, weighted = np.cumsum(counts), np.cumsum(counts * middles)
    above, total = below[-1] - below, weighted[-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * (weighted / below - (total - weighted) / above) ** 2
    return middles[int(np.nanargmax(between))]


def head_surface(values, threshold=0.4):
    """Rough solid head: above a share of Otsu's threshold, largest part, closed by 4 voxels, holes filled by slice."""
    scaled = np.clip(values, *np.percentile(values, [1, 99]))
    low = np.percentile(scaled, 2)
    mask = ndimage.binary_opening(scaled > low + threshold * (otsu(scaled) - low))
    parts, count = ndimage.label(mask)
    if count > 1:
        mask = parts == 1 + np.argmax(np.bincount(parts.ravel())[1:])
    mask = ndimage.binary_closing(np.pad(mask, 5), iterations=4)[5:-5, 5:-5, 5:-5]
    for axis in range(3):
        for index in range(mask.shape[axis]):
            slicer = [slice(None)] * 3
            slicer[axis] = index
            mask[tuple(slicer)] = ndimage.binary_fill_holes(mask[tuple(slicer)])
    return mask


def surface_shares(classes, values, brain):
    """(face share, right ear share, left ear share) by geometry alone; NaN where the window is empty."""
    spacing = network.MODELS["segmenter"]["spacing"]
    head = head_surface(values)
    where = np.argwhere(brain) if brain.any() else np.argwhere(head)
    middle = where.mean(0)
    depth = np.where(head.any(1), head.argmax(1), 999)
    low = int(max(middle[0] - 95 / spacing, 0))
    band = depth[low:int(middle[0] - 25 / spacing), int(middle[2] - 12):int(middle[2] + 12)]
    if band.size == 0 or band.min() >= 999:
        return np.nan, np.nan, np.nan
    tip_z, tip_x = np.argwhere(band == band.min())[0] + [low, int(middle[2] - 12)]
    near = ndimage.binary_dilation(np.isin(classes, (FACE, EYES)), iterations=2)
    half_z, half_x = int(30 / spacing), int(25 / spacing)
    hits = []
    for z in range(max(tip_z - half_z, 0), min(tip_z + half_z, depth.shape[0])):
        for x in range(max(tip_x - half_x, 0), min(tip_x + half_x, depth.shape[1])):
            if depth[z, x] < 999:
                hits.append(near[z, depth[z, x], x])
    ear_y, ear_z = int(band.min() + 130 / spacing), tip_z
    return (np.mean(hits), *(_ear_share(head, classes, ear_y, ear_z, left, spacing) for left in (False, True)))


def _ear_share(head, classes, ear_y, ear_z, left, spacing):
    number = LEFT_EAR if left else RIGHT_EAR
    near = ndimage.binary_dilation(classes == number, iterations=2)
    line = head[:, :, ::-1] if left else head
    near = near[:, :, ::-1] if left else near
    hits = []
    for z in range(max(ear_z - int(15 / spacing), 0), min(ear_z + int(15 / spacing), head.shape[0])):
        for y in range(max(ear_y - int(10 / spacing), 0), min(ear_y + int(10 / spacing), head.shape[1])):
            if line[z, y].any():
                hits.append(near[z, y, line[z, y].argmax()])
    return np.mean(hits) if hits else np.nan


def check_head(gate, net, scan, mask):
    """Figures of one head (dictionary) and pictures for a sheet."""
    finding, values = pipeline.find(gate, net, scan)
    row = {"name": scan.name, "presence": finding.presence, "face": np.nan, "right ear": np.nan, "left ear": np.nan,
           "brain ml": np.nan, "brain found": np.nan, "face ml": 0.0, "right ml": 0.0, "left ml": 0.0,
           "brain class ml": 0.0}
    if finding.centre is None:
        return row, None
    spacing = network.MODELS["segmenter"]["spacing"]
    if mask is not None:
        native = volumes.from_grid(finding.classes, finding.centre, spacing, scan)
        voxel_ml = abs(np.linalg.det(scan.affine[:3, :3])) / 1000
        inside_grid = volumes.from_grid(np.ones_like(finding.classes), finding.centre, spacing, scan) > 0
        row["brain ml"] = float((np.isin(native, (FACE, RIGHT_EAR, LEFT_EAR, EYES)) & mask).sum() * voxel_ml)
        row["brain found"] = float((native[mask & inside_grid] == BRAIN).mean())
    shares = surface_shares(finding.classes, values, finding.classes == BRAIN)
    row["face"], row["right ear"], row["left ear"] = shares
    for number, name in ((FACE, "face ml"), (RIGHT_EAR, "right ml"), (LEFT_EAR, "left ml"), (BRAIN, "brain class ml")):
        row[name] = float((finding.classes == number).sum() * spacing ** 3 / 1000)
    return row, pictures(values, finding.classes)


def pictures(values, classes):
    """Sagittal, axial and front views with the classes beside them."""
    import sheets
    low, high = np.percentile(values, [1, 99.5])
    middle = [n // 2 for n in values.shape]
    face = np.argwhere(np.isin(classes, (FACE, EYES)))
    if len(face):
        middle = face.mean(0).astype(int)
    x, z = middle[2], min(middle[0] + 8, values.shape[0] - 1)
    solid = np.flip(head_surface(values).transpose(2, 1, 0), (0, 1))
    painted = np.flip(classes.transpose(2, 1, 0), (0, 1))
    views = [sheets.grey(values[:, :, x], low, high)[::-1], sheets.colour(classes[:, :, x])[::-1],
             sheets.grey(values[z], low, high), sheets.colour(classes[z])]
    for axis, from_high in ((1, True), (0, True), (0, False)):
        views.append(sheets.shaded_depth(solid, axis, from_high, painted))
    return sheets.side_by_side(views, 2)


def summary(options, net):
    """Few figures for the validation curve: of the gate on its own, of the segmenter behind the gate's box."""
    rows = []
    gate = net if options.model == "gate" else load("gate", options.gate, options.device)
    for number, (scan, mask) in enumerate(volumes.heads(options.heads, options.unpacked)):
        if options.model == "gate":
            presence, ml, centre = pipeline.find_box(gate, scan)
            rows.append({"presence": presence, "box": float(centre is not None), "face ml": ml[FACE],
                         "ears ml": ml[RIGHT_EAR] + ml[LEFT_EAR], "brain class ml": ml[BRAIN]})
        elif number % 2 == 0:
            rows.append(check_head(gate, net, scan, mask)[0])
    names = [n for n in rows[0] if n != "name"]
    columns = {n: np.array([r.get(n, np.nan) for r in rows], float) for n in names}
    figures = {f"{n} mean": round(float(np.nanmean(c)), 4) for n, c in columns.items()}
    figures.update({f"{n} worst": round(float(np.nanmax(c) if n == "brain ml" else np.nanmin(c)), 4)
                    for n, c in columns.items()})
    return figures


def show(row):
    print(", ".join(f"{k} {v:.3f}" if isinstance(v, float) else f"{k} {v}" for k, v in row.items()), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gate", required=True)
    parser.add_argument("--segmenter", required=True)
    parser.add_argument("--heads")
    parser.add_argument("--series")
    parser.add_argument("--unpacked", default="/tmp/heads")
    parser.add_argument("--unpacked-series", default="/tmp/dicom")
    parser.add_argument("--only", nargs="*", help="names that contain one of these")
    parser.add_argument("--contrast", default="t1", choices=recontrast.CONTRASTS, help="show the T1 heads in another")
    parser.add_argument("--every", type=int, default=1, help="only every n-th head")
    parser.add_argument("--csv", help="file that takes a row a scan")
    parser.add_argument("--sheet", help="PNG to write (never inside the repository)")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    gate, net = load("gate", options.gate), load("segmenter", options.segmenter)
    scans = list(volumes.heads(options.heads, options.unpacked)) if options.heads else []
    if options.series:
        scans += [(scan, None) for scan in volumes.series(options.series, options.unpacked_series)]
    rows = []
    scans = [pair for pair in scans if not options.only or any(part in pair[0].name for part in options.only)]
    for scan, mask in scans[::options.every]:
        if options.contrast != "t1":
            scan = recontrast.recontrast(scan, options.contrast, head_surface(scan.voxels))
        row, picture = check_head(gate, net, scan, mask)
        show(row)
        if options.csv:
            append(Path(options.csv), {"contrast": options.contrast, **row})
        if picture is not None:
            rows.append(picture)
    if options.sheet and rows:
        import sheets
        for start in range(0, len(rows), 10):
            sheets.write_png(options.sheet.replace(".png", f"{start:02d}.png"), sheets.stacked(rows[start:start + 10]))


if __name__ == "__main__":
    main()
