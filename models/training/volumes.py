"""Reads real scans (NIfTI, DICOM) and puts them on the networks' grid; used for validation only."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import ndimage


@dataclass
class Scan:
    """Voxels and the affine from voxel index to patient LPS mm."""

    name: str
    voxels: np.ndarray
    affine: np.ndarray


def read_nifti(path, name=None):
    import nibabel
    image = nibabel.load(path)
    affine = np.diag([-1.0, -1.0, 1.0, 1.0]) @ image.affine
    voxels = np.asarray(image.get_fdata(dtype=np.float32))
    return Scan(name or Path(path).name, voxels[..., 0] if voxels.ndim == 4 else voxels, affine)


def read_dicom(folder):
    """One uncompressed single-frame series, sorted along its normal; uneven slices are taken as even (validation)."""
    import pydicom
    slices = [pydicom.dcmread(path) for path in sorted(Path(folder).rglob("*")) if path.is_file()]
    if len(slices) == 1 and "PerFrameFunctionalGroupsSequence" in slices[0]:
        return _read_enhanced(Path(folder).name, slices[0])
    orientation = np.array(slices[0].ImageOrientationPatient, float)
    along, down = orientation[:3], orientation[3:]
    normal = np.cross(along, down)
    slices.sort(key=lambda s: float(np.dot(normal, np.array(s.ImagePositionPatient, float))))
    planes = [s.pixel_array.astype(np.float32) * float(s.get("RescaleSlope", 1)) + float(s.get("RescaleIntercept", 0))
              for s in slices]
    if slices[0].Modality == "CT":
        # Padding below air would shift the percentiles of the normalisation.
        planes = [np.maximum(plane, -1000) for plane in planes]
    positions = [np.array(s.ImagePositionPatient, float) for s in slices]
    return _assemble(Path(folder).name, planes, positions, along, down, slices[0].PixelSpacing)


def _read_enhanced(name, dataset):
    """First volume of an enhanced multi-frame object."""
    frames = dataset.PerFrameFunctionalGroupsSequence
    shared = dataset.SharedFunctionalGroupsSequence[0]

    def group(frame, keyword):
        return (getattr(frame, keyword, None) or getattr(shared, keyword))[0]

    pixels = dataset.pixel_array.astype(np.float32)
    orientation = np.array(group(frames[0], "PlaneOrientationSequence").ImageOrientationPatient, float)
    normal = np.cross(orientation[:3], orientation[3:])
    seen = {}
    for number, frame in enumerate(frames):
        position = np.array(group(frame, "PlanePositionSequence").ImagePositionPatient, float)
        seen.setdefault(round(float(position @ normal), 2), (position, pixels[number]))
    ordered = [seen[key] for key in sorted(seen)]
    spacing = group(frames[0], "PixelMeasuresSequence").PixelSpacing
    return _assemble(name, [p for _, p in ordered], [p for p, _ in ordered], orientation[:3], orientation[3:], spacing)


def _assemble(name, planes, positions, along, down, spacing):
    affine = np.eye(4)
    affine[:3, 0] = along * float(spacing[1])
    affine[:3, 1] = down * float(spacing[0])
    affine[:3, 2] = (positions[-1] - positions[0]) / max(len(positions) - 1, 1)
    affine[:3, 3] = positions[0]
    return Scan(name, np.stack(planes).transpose(2, 1, 0), affine)


def middle(scan):
    """Patient position (z, y, x) of the middle of the field of view."""
    centre = scan.affine @ np.append((np.array(scan.voxels.shape) - 1) / 2, 1)
    return centre[2::-1]


def to_grid(scan, centre_zyx, size, spacing, order=1):
    """Scan on a patient-aligned grid [z superior, y posterior, x left]; returns (values, in view)."""
    to_voxel = np.linalg.inv(scan.affine)
    start = np.array(centre_zyx) - (np.array(size) - 1) / 2 * spacing
    # Grid index (z, y, x) -> patient (x, y, z) -> voxel.
    turn = np.zeros((4, 4))
    turn[:3, :3] = np.eye(3)[::-1] * spacing
    turn[:3, 3] = start[::-1]
    turn[3, 3] = 1
    matrix = to_voxel @ turn
    voxels = scan.voxels
    if order:
        # Averages over the new voxel where the scan is finer.
        sigma = [0.35 * max(spacing / s - 1, 0) for s in np.linalg.norm(scan.affine[:3, :3], axis=0)]
        voxels = ndimage.gaussian_filter(voxels, sigma) if max(sigma) > 0.1 else voxels
    values = ndimage.affine_transform(voxels, matrix[:3, :3], matrix[:3, 3], size, order=order, cval=0)
    corners = np.stack(np.meshgrid(*(np.arange(n) for n in size), indexing="ij"), -1) @ matrix[:3, :3].T + matrix[:3, 3]
    inside = np.all((corners > -0.5) & (corners < np.array(scan.voxels.shape) - 0.5), axis=-1)
    return values.astype(np.float32), inside


def from_grid(classes, centre_zyx, spacing, scan):
    """Classes on a grid, nearest, at every voxel of the scan (0 outside the grid)."""
    size = np.array(classes.shape)
    start = np.array(centre_zyx) - (size - 1) / 2 * spacing
    matrix = np.zeros((3, 3))
    offset = np.zeros(3)
    for row in range(3):
        matrix[row] = scan.affine[2 - row, :3] / spacing
        offset[row] = (scan.affine[2 - row, 3] - start[row]) / spacing
    return ndimage.affine_transform(classes, matrix, offset, scan.voxels.shape, order=0, cval=0)


def heads(folder, unpacked):
    """Yields (scan, brain mask or None) of the validation heads, unpacking each archive once."""
    import tarfile
    for archive in sorted(Path(folder).glob("*.tar.xz")):
        name = archive.name[:-7]
        place = Path(unpacked) / name
        if not place.exists():
            with tarfile.open(archive) as tar:
                tar.extractall(unpacked)
        image = next(p for p in sorted(place.glob("*.nii")) if "brainmask" not in p.name)
        masks = list(place.glob("*brainmask*"))
        yield read_nifti(image, name), (read_nifti(masks[0]).voxels > 0.5 if masks else None)


def series(folder, unpacked):
    """Yields the readable series of the DICOM set; those that need a decoder are skipped and named."""
    import tarfile
    for archive in sorted(Path(folder).glob("*.tar.xz")):
        name = archive.name[:-7]
        place = Path(unpacked) / name
        if not place.exists():
            place.mkdir(parents=True)
            with tarfile.open(archive) as tar:
                tar.extractall(place)
        try:
            yield read_dicom(place)
        except (NotImplementedError, RuntimeError, AttributeError, ValueError) as problem:
            print(f"{name}: not read ({problem})")
