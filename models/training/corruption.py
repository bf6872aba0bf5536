"""What scanners do to an image: bias, blur, slices, noise, ghosts, wrap-around, metal, and the field of view."""

import numpy as np
import torch
from torch.nn import functional

from contrast import smooth_noise


def bias_field(image, u, rng, random):
    """Smooth multiplicative field; sometimes the fall-off from a surface coil."""
    strength = random.uniform(0, 0.45)
    image = image * torch.exp(strength * smooth_noise(image.shape, [random.randint(3, 6)] * 3, rng, image.device))
    if random.rand() < 0.15:
        coil = np.array([random.uniform(-90, 90), random.uniform(-190, 60), random.uniform(-120, 110)])
        squared = sum((c - float(m)) ** 2 for c, m in zip(u, coil))
        image = image / (0.35 + squared / random.uniform(50, 130) ** 2)
    return image


def gamma(image, random):
    """Gamma over the image's own range."""
    low, high = image.min(), image.max()
    scaled = ((image - low) / (high - low).clamp(min=1e-6)).clamp(min=0)
    return scaled ** float(np.exp(random.randn() * 0.25))


def acquisition_grid(size, spacing, random, coarse_share=0.45):
    """Number of samples along each axis: fine voxels, or slices of up to 9 mm along one axis."""
    steps = np.full(3, spacing * 1.0)
    if random.rand() < 0.5:
        steps = np.maximum(steps, random.uniform(0.7, 3.5))
    if random.rand() < coarse_share:
        steps[random.randint(3)] = random.uniform(2.0, 9.0)
    return [max(2, int(round(n * spacing / max(s, spacing)))) for n, s in zip(size, steps)]


def blur(image, sigma_voxels):
    """Separable blur: two box averages an axis, whose variances add up to about sigma squared."""
    out = image[None, None]
    for axis, sigma in enumerate(sigma_voxels):
        width = 2 * int(round((np.sqrt(6 * sigma * sigma + 1) - 1) / 2)) + 1
        if width < 3:
            continue
        kernel, pad = [1, 1, 1], [0, 0, 0]
        kernel[axis], pad[axis] = width, width // 2
        for _ in range(2):
            out = functional.avg_pool3d(out, kernel, stride=1, padding=pad, count_include_pad=False)
    return out[0, 0]


def resample(image, counts):
    """Averages down to `counts` samples an axis (slice profile included)."""
    if list(counts) == list(image.shape):
        return image
    return functional.adaptive_avg_pool3d(image[None, None], tuple(counts))[0, 0]


def restore(image, size):
    """Back to the grid, as the node resamples: trilinear."""
    if tuple(image.shape) == tuple(size):
        return image
    return functional.interpolate(image[None, None], tuple(size), mode="trilinear", align_corners=False)[0, 0]


def add_noise(image, kind, rng, random):
    """Rician for magnitude MR, Gaussian for CT, Poisson-like for PET; image scaled to about 0..1."""
    first = torch.randn(image.shape, generator=rng, device=image.device)
    if kind == "ct":
        return image + first * float(random.uniform(0.001, 0.03))
    if kind == "pet":
        counts = float(np.exp(random.uniform(np.log(15), np.log(300))))
        return image + first * (image.clamp(min=0.002) / counts).sqrt()
    level = float(random.uniform(0, 0.045) if random.rand() < 0.75 else random.uniform(0.045, 0.11))
    if random.rand() < 0.5:
        second = torch.randn(image.shape, generator=rng, device=image.device)
        return ((image + level * first) ** 2 + (level * second) ** 2).sqrt()
    return image + level * first


def ghosts(image, random):
    """Half-field ghosts and motion ripples along one axis."""
    axis = random.randint(3)
    length = image.shape[axis]
    if random.rand() < 0.5:
        return image + float(random.uniform(0.03, 0.25)) * torch.roll(image, length // 2, axis)
    out = image
    for _ in range(random.randint(2, 5)):
        shift = int(random.uniform(2, length / 3)) * random.choice([-1, 1])
        out = out + float(random.uniform(-0.04, 0.09)) * torch.roll(image, int(shift), axis)
    return out


def metal_streaks(image, u, places, kind, random):
    """Blooming and streaks (CT) or signal holes (MR) round dental metal."""
    for place, radius in places:
        offset = [c - float(m) for c, m in zip(u, place)]
        squared = offset[0] ** 2 + offset[1] ** 2 + offset[2] ** 2
        if kind == "ct":
            angle = torch.atan2(offset[1], offset[0])
            fade = torch.exp(-offset[2] ** 2 / 60.0) / (1 + squared.sqrt() / 25.0)
            image = image + fade * float(random.uniform(0.1, 0.5)) * torch.sin(angle * random.randint(5, 16))
            image = torch.where(squared < radius * radius, image.amax(), image)
        else:
            hole = torch.exp(-squared / (2 * (radius * float(random.uniform(1.2, 3.0))) ** 2))
            image = image * (1 - hole).clamp(min=0)
    return image


def field_of_view(size, spacing, random, device, tight=0.5):
    """Boolean mask of the voxels in view. Sides are cut independently; borders may be tilted by some degrees."""
    inside = torch.ones(tuple(size), dtype=torch.bool, device=device)
    axes = [torch.arange(n, device=device, dtype=torch.float32) * spacing - (n - 1) / 2 * spacing for n in size]
    tilt = random.randn(3, 3) * (0.0 if random.rand() < 0.5 else 0.08)
    for axis in range(3):
        for sign in (-1, 1):
            if random.rand() > tight:
                continue
            half = size[axis] * spacing / 2
            # Mostly shallow cuts; one in five takes up to two thirds of the half.
            reach = half * (random.uniform(0.65, 1.0) if random.rand() < 0.85 else random.uniform(0.3, 1.0))
            lines = [axes[k] * float(sign if k == axis else tilt[axis, k]) for k in range(3)]
            inside &= (lines[0][:, None, None] + lines[1][None, :, None] + lines[2][None, None, :]) <= reach
    return inside


def wrap_around(image, inside, random):
    """Anatomy cut off on one side comes back on the other, fainter or at full strength."""
    axis = random.choice([1, 2]) if random.rand() < 0.8 else 0
    in_view = inside.flatten(1).any(1) if axis == 0 else inside.any(0).any(1 if axis == 1 else 0)
    where = torch.nonzero(in_view)[:, 0]
    if len(where) < 8:
        return image
    period = int(where[-1] - where[0]) + 1
    weight = float(random.uniform(0.3, 1.0))
    if period >= image.shape[axis] - 2:
        period = int(image.shape[axis] * random.uniform(0.75, 0.95))
    outside = torch.where(inside, torch.zeros_like(image), image)
    source = outside if period < image.shape[axis] - 2 else image
    return image + weight * (torch.roll(source, period, axis) + torch.roll(source, -period, axis))


def normalise(image, inside):
    """The rule of the manifest: 0.5th and 99.5th percentile of the voxels in view to 0..1, clipped; 0 out of view.

    The training draws the percentiles from every seventh voxel, which changes nothing that noise does not.
    """
    sample = image[inside][::7]
    if sample.numel() < 16:
        return torch.zeros_like(image)
    ordered = torch.sort(sample)[0]
    low, high = ordered[int(0.005 * (len(ordered) - 1))], ordered[int(0.995 * (len(ordered) - 1))]
    scaled = ((image - low) / (high - low).clamp(min=1e-6)).clamp(0, 1)
    return torch.where(inside, scaled, torch.zeros_like(scaled))
