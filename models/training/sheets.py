"""Small picture sheets for looking at targets, generated images and predictions.

Pictures show heads, so they are written to the directory given and never into the repository.
"""

import struct
import zlib

import numpy as np

# Colours of the target classes in the order of labels.CLASSES, and of the ignored region.
CLASS_COLOURS = np.array([
    [0, 0, 0], [70, 70, 70], [60, 90, 200], [250, 240, 80], [230, 90, 60], [70, 200, 90], [190, 90, 220],
], dtype=np.uint8)
IGNORE_COLOUR = np.array([110, 40, 40], dtype=np.uint8)


def write_png(path, picture):
    """Writes an array [row, column] or [row, column, 3] of uint8 as PNG (ISO/IEC 15948, filter 0)."""
    picture = np.ascontiguousarray(picture, dtype=np.uint8)
    if picture.ndim == 2:
        picture = np.repeat(picture[..., None], 3, axis=2)
    height, width = picture.shape[:2]
    raw = np.concatenate([np.zeros((height, 1), np.uint8), picture.reshape(height, -1)], axis=1).tobytes()

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    with open(path, "wb") as out:
        out.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)))
        out.write(chunk(b"IDAT", zlib.compress(raw, 6)) + chunk(b"IEND", b""))


def colour(classes, ignore_value=255):
    """Colours a 2-D array of target classes."""
    table = np.zeros((256, 3), np.uint8)
    table[:len(CLASS_COLOURS)] = CLASS_COLOURS
    table[ignore_value] = IGNORE_COLOUR
    return table[np.asarray(classes, dtype=np.uint8)]


def upright(plane):
    """Turns a plane [first axis, superior] of a right-anterior-superior array so that superior is up."""
    return np.swapaxes(plane, 0, 1)[::-1]


def shaded_depth(solid, axis, from_high, paint=None):
    """Depth-shaded view of a boolean array [right, anterior, superior] along one axis.

    paint: classes of the same shape; the class of the foremost voxel tints the picture.
    """
    view = solid if not from_high else np.flip(solid, axis)
    first = view.argmax(axis).astype(np.float32)
    hit = view.any(axis)
    first[~hit] = view.shape[axis]
    slope_a, slope_b = np.gradient(first)
    light = 1.0 / np.sqrt(1.0 + slope_a ** 2 + slope_b ** 2)
    light = np.clip(light * 0.8 + 0.2 * (slope_b > 0) * light + 0.05, 0, 1) * hit
    picture = np.repeat((light * 255)[..., None], 3, axis=2)
    if paint is not None:
        painted = paint if not from_high else np.flip(paint, axis)
        index = np.expand_dims(np.minimum(first, view.shape[axis] - 1).astype(np.int64), axis)
        front = np.take_along_axis(painted, index, axis).squeeze(axis)
        tint = colour(front).astype(np.float32) / 255
        strong = (front >= 3)[..., None]
        picture = np.where(strong, picture * (0.25 + 0.75 * tint), picture)
    return np.swapaxes(picture.astype(np.uint8), 0, 1)[::-1]


def side_by_side(pictures, gap=3):
    """Joins pictures in a row, padding heights."""
    pictures = [np.repeat(p[..., None], 3, axis=2) if p.ndim == 2 else p for p in pictures]
    height = max(p.shape[0] for p in pictures)
    columns = []
    for picture in pictures:
        padded = np.zeros((height, picture.shape[1] + gap, 3), np.uint8)
        padded[:picture.shape[0], :picture.shape[1]] = picture
        columns.append(padded)
    return np.concatenate(columns, axis=1)


def stacked(rows, gap=3):
    """Joins rows of pictures, padding widths."""
    width = max(r.shape[1] for r in rows)
    padded = []
    for row in rows:
        block = np.zeros((row.shape[0] + gap, width, 3), np.uint8)
        block[:row.shape[0], :row.shape[1]] = row
        padded.append(block)
    return np.concatenate(padded, axis=0)


def grey(plane, low=None, high=None):
    """Scales a 2-D array to 0..255."""
    low = float(np.min(plane)) if low is None else low
    high = float(np.max(plane)) if high is None else high
    return (np.clip((plane - low) / max(high - low, 1e-6), 0, 1) * 255).astype(np.uint8)
