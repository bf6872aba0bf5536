"""Draws training samples: a random head or object, its image as some scanner would show it, and its targets.

    python3 generator.py TARGETS --sheet FILE.png --model segmenter --count 24      # pictures and timing

A sample is determined by (seed, number): the same on every machine with the same torch and device kind.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

import contrast
import corruption
import negatives
import scenery
import shapes
from contrast import MATERIAL
from labels import BRAIN, EYES, FACE, HEAD, IGNORE, LEFT_EAR, OUTSIDE, RIGHT_EAR
from network import MODELS

# Shares of the samples of each model.
SHARES = {
    "gate": {"negative": 0.22, "body": 0.05, "defaced": 0.08, "stripped": 0.03, "wrong_axes": 0.05, "far": 1.0},
    "segmenter": {"negative": 0.05, "body": 0.0, "defaced": 0.08, "stripped": 0.02, "wrong_axes": 0.0, "far": 0.12},
}
MIRRORED = torch.tensor([0, 1, 2, 3, 4, 6, 5, 7], dtype=torch.uint8)


class HeadMap:
    """One label map with targets, as tensors on a device."""

    def __init__(self, path, device):
        data = np.load(path)
        self.shape = data["packed"].shape
        distance = data["distance"].astype(np.int16) * 256
        self.codes = torch.from_numpy((distance + data["packed"]).ravel()).to(device)
        self.frame = torch.from_numpy(data["frame"].astype(np.float32))
        self.origin = data["origin"].astype(np.float32)
        self.extends = str(data["floor"]) == "extend"

    def lookup(self, u, mirrored):
        """Tissue, target and depth (mm inside the skin) at head coordinates u [3, d, h, w].

        Targets are 7 where nothing is learned; tissue "unknown" lies beyond the map's field of view.
        """
        sign = (-1.0 if mirrored else 1.0, 1.0, 1.0)
        index = []
        for axis in range(3):
            weights = [float(self.frame[k, axis]) * sign[k] for k in range(3)]
            value = u[0] * weights[0] + u[1] * weights[1] + u[2] * weights[2] + float(self.origin[axis] + 0.5)
            index.append(value.floor_())
        below = index[0] < 0
        flat = index[0].clamp_(0, self.shape[0] - 1).mul_(self.shape[1] * self.shape[2])
        flat += index[1].clamp_(0, self.shape[1] - 1).mul_(self.shape[2])
        flat += index[2].clamp_(0, self.shape[2] - 1)
        code = self.codes[flat.to(torch.int32).to(torch.int64)].to(torch.int32)
        packed = code & 255
        depth = (code - packed) // 256
        tissue, target = packed // 8, packed & 7
        if mirrored:
            target = MIRRORED.to(target.device)[target.to(torch.int64)].to(torch.int32)
        if self.extends:
            self._extend_floor(tissue, target, below, u)
        else:
            tissue[below], target[below] = MATERIAL["unknown"], 7
        return tissue.to(torch.int64), target.to(torch.uint8), depth

    @staticmethod
    def _extend_floor(tissue, target, below, u):
        """The neck goes on below the map; under the chin lies air that is not learned."""
        front = below & (u[1] > -35)
        target[front] = 7
        tissue[front] = MATERIAL["air"]
        neck = below & ~front & (target != OUTSIDE)
        target[neck] = HEAD


class Generator:
    """Draws samples for one model."""

    def __init__(self, folder, model, device="cpu", seed=1):
        paths = sorted(Path(folder).glob("*.npz"))
        if not paths:
            raise FileNotFoundError(f"No targets (*.npz) in {folder}: run targets.py first.")
        self.maps = [HeadMap(path, device) for path in paths]
        # A map whose face is cut teaches less of it: it is drawn half as often.
        weights = np.array([1.0 if m.extends else 0.5 for m in self.maps])
        self.weights = weights / weights.sum()
        self.size = MODELS[model]["size"]
        self.spacing = MODELS[model]["spacing"]
        self.shares = SHARES[model]
        self.device = torch.device(device)
        self.seed = seed

    def sample(self, number):
        """Returns (image [1, d, h, w] float32, target [d/2, h/2, w/2] uint8 with IGNORE, has_head -1/0/1)."""
        random = np.random.RandomState((self.seed * 1000003 + number * 7919) % (2 ** 32))
        rng = torch.Generator(device=self.device)
        rng.manual_seed(int(random.randint(2 ** 31)))
        kind, mean, deviation = contrast.draw_table(random)
        if random.rand() < self.shares["negative"]:
            material, u = negatives.draw(self.size, self.spacing, rng, random, self.device)
            half_target = torch.zeros([n // 2 for n in self.size], dtype=torch.uint8, device=self.device)
            places, positions = [], u
        else:
            material, half_target, u, positions = self._head(rng, random)
            places = scenery.metal_places(random) if random.rand() < 0.12 else []
        if random.rand() < 0.25:
            scenery.add_table(material, positions, random)
        image, inside = self._image(material, u, places, kind, mean, deviation, rng, random)
        half_inside = functional.avg_pool3d(inside[None, None].float(), 2)[0, 0] > 0.5
        half_target = torch.where(half_inside, half_target, torch.full_like(half_target, IGNORE))
        return image[None], half_target, self._has_head(half_target)

    def _head(self, rng, random):
        chosen = self.maps[random.choice(len(self.maps), p=self.weights)]
        shape = shapes.draw(random, self.shares["wrong_axes"])
        centre = shapes.face_box_middle(shape)
        if random.rand() < self.shares["body"]:
            centre = centre + np.array([-random.uniform(170, 330), random.uniform(-30, 60), random.uniform(-60, 60)])
        elif random.rand() < self.shares["far"]:
            reach = 0.28 * self.spacing * min(self.size)
            centre = centre + random.uniform(-1, 1, 3) * reach
        else:
            centre = centre + random.uniform(-1, 1, 3) * np.array([28, 20, 20])
        u = shapes.head_coordinates(shape, self.size, self.spacing, centre, self.device)
        material, target, depth = chosen.lookup(u, shape.mirrored)
        half_u = functional.avg_pool3d(u[None], 2)[0]
        half_material, half_target, _ = chosen.lookup(half_u, shape.mirrored)
        positions = self._positions()
        self._dress(material, depth, u, positions, chosen, rng, random)
        if chosen.extends and random.rand() < 0.7:
            state = random.get_state()
            material[scenery.extend_body(material, u, random)] = MATERIAL["soft"]
            random.set_state(state)
            half_target[scenery.extend_body(half_material, half_u, random) & (half_target == OUTSIDE)] = HEAD
        half_target[half_target == 7] = IGNORE
        self._remove(material, target, half_target, u, half_u, random)
        return material, half_target, u, positions

    def _positions(self):
        """Patient offsets from the middle of the grid, broadcastable."""
        axes = [(torch.arange(n, device=self.device) - (n - 1) / 2) * self.spacing for n in self.size]
        return axes[0][:, None, None], axes[1][None, :, None], axes[2][None, None, :]

    @staticmethod
    def _dress(material, depth, u, positions, chosen, rng, random):
        scenery.split_soft_tissue(material, depth, rng, random)
        if chosen.extends:
            scenery.add_teeth_and_jaw(material, u, random)
        if random.rand() < 0.12:
            scenery.add_hair(material, depth, u, rng, random)
        if random.rand() < 0.25:
            scenery.add_pads(material, depth, u, random)
        if random.rand() < 0.12:
            scenery.add_holder(material, depth, u, random)
        if random.rand() < 0.08:
            scenery.add_fixation_mask(material, depth, u, rng, random)
        if random.rand() < 0.06:
            scenery.add_tube(material, u, random)

    def _remove(self, material, target, half_target, u, half_u, random):
        """Heads that another tool already treated: face and ears gone, a slanted cut, or brain only."""
        draw = random.rand()
        air = MATERIAL["air"]
        if draw < self.shares["stripped"]:
            material[target != BRAIN] = air
            half_target[half_target != BRAIN] = OUTSIDE
        elif draw < self.shares["stripped"] + self.shares["defaced"] * 0.6:
            ears = random.rand() < 0.6
            gone = (FACE, EYES) + ((RIGHT_EAR, LEFT_EAR) if ears else ())
            for number in gone:
                material[target == number] = air
                half_target[half_target == number] = OUTSIDE
        elif draw < self.shares["stripped"] + self.shares["defaced"]:
            slope, offset = random.uniform(-0.2, 0.9), random.uniform(-25, 8)

            def cut(where, brain):
                return (where[1] > offset + slope * where[2].clamp(min=-130)) & (where[2] < 45) & ~brain
            material[cut(u, target == BRAIN)] = air
            half_target[cut(half_u, half_target == BRAIN)] = OUTSIDE

    def _image(self, material, u, places, kind, mean, deviation, rng, random):
        noise = torch.randn(material.shape, generator=rng, device=self.device)
        image = contrast.paint(material, mean, deviation, noise)
        if kind == "ct":
            image = contrast.window_ct(image, random)
        low, high = image.min(), image.max()
        image = (image - low) / (high - low).clamp(min=1e-6)
        inside = corruption.field_of_view(self.size, self.spacing, random, self.device,
                                          tight=0.35 if random.rand() < 0.6 else 0.05)
        inside &= material != MATERIAL["unknown"]
        if kind != "ct":
            image = corruption.bias_field(image, u, rng, random)
            image = corruption.gamma(image, random)
        if places:
            image = corruption.metal_streaks(image, u, places, kind, random)
        image = corruption.blur(image, self._sharpness(kind, random))
        counts = corruption.acquisition_grid(self.size, self.spacing, random)
        image = corruption.add_noise(corruption.resample(image, counts), kind, rng, random)
        if kind != "ct" and random.rand() < 0.15:
            image = corruption.ghosts(image, random)
        image = corruption.restore(image, self.size)
        if kind != "ct" and random.rand() < 0.1:
            image = corruption.wrap_around(image, inside, random)
        return corruption.normalise(image, inside), inside

    def _sharpness(self, kind, random):
        """Blur in voxels an axis: the resolution of PET, or of a smoothed image."""
        if kind == "pet":
            return (random.uniform(2.2, 4.0) / self.spacing,) * 3
        return random.uniform(0, 1.1, 3) if random.rand() < 0.5 else (0, 0, 0)

    def _has_head(self, half_target):
        """1 when at least 25 ml of brain or 20 ml of face are in view, 0 when under 1 ml, else not learned."""
        cell_ml = (2 * self.spacing) ** 3 / 1000
        counts = torch.bincount(half_target.flatten().to(torch.int64), minlength=256).cpu().numpy() * cell_ml
        if counts[BRAIN] >= 25 or counts[FACE] >= 20:
            return 1
        return 0 if counts[[BRAIN, FACE, RIGHT_EAR, LEFT_EAR]].sum() < 1 else -1

    def batch(self, first, count):
        """Samples first .. first + count - 1 as tensors ready for the losses."""
        images, targets, heads = zip(*(self.sample(first + k) for k in range(count)))
        return (torch.stack(images), torch.stack(targets).to(torch.int64),
                torch.tensor(heads, dtype=torch.float32, device=self.device))


def main():
    import sheets
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("targets")
    parser.add_argument("--model", default="segmenter", choices=MODELS)
    parser.add_argument("--sheet", required=True, help="PNG to write (never inside the repository)")
    parser.add_argument("--count", type=int, default=24)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    generator = Generator(options.targets, options.model)
    rows, row, start = [], [], time.process_time()
    for number in range(options.first, options.first + options.count):
        image, target, head = generator.sample(number)
        volume, classes = image[0].numpy(), target.numpy().repeat(2, 0).repeat(2, 1).repeat(2, 2)
        d, h, w = volume.shape
        planes = [(volume[:, :, w // 2], classes[:, :, w // 2]), (volume[d // 2 + 6], classes[d // 2 + 6])]
        for plane, painted in planes:
            flip = plane.shape[0] == d and plane is planes[0][0]
            pair = [sheets.grey(plane, 0, 1), sheets.colour(painted)]
            row.extend(p[::-1] if flip else p for p in pair)
        if len(row) >= 12:
            rows.append(sheets.side_by_side(row, 2))
            row = []
    print(f"{(time.process_time() - start) / options.count:.3f} CPU-s a sample (pictures included)")
    if row:
        rows.append(sheets.side_by_side(row, 2))
    sheets.write_png(options.sheet, sheets.stacked(rows, 2))


if __name__ == "__main__":
    main()
