"""Checks of the training code on a made-up head, without any data: python3 tests.py"""

import tempfile
import types
import unittest
from pathlib import Path

import numpy as np
import torch

import corruption
import generator as generators
import labels
import network
import train
from labels import IGNORE, LEFT_EAR, RIGHT_EAR, TISSUE


def write_ball_head(folder, name="ball", floor="extend"):
    """A ball of soft tissue with a brain, a face in front and an ear on each side; archive as targets.py writes it."""
    size = np.array([170, 200, 160])
    middle = size / 2
    z, y, x = np.meshgrid(*(np.arange(n) - m for n, m in zip(size, middle)), indexing="ij")
    radius = np.sqrt(x ** 2 + y ** 2 + z ** 2)
    tissue = np.where(radius < 75, TISSUE["soft"], TISSUE["air"]).astype(np.uint8)
    target = (radius < 75).astype(np.uint8)
    target[(radius < 75) & (radius > 60) & (y < -40)] = labels.FACE
    target[(radius < 75) & (radius > 60) & (x < -55)] = RIGHT_EAR
    target[(radius < 75) & (radius > 60) & (x > 55)] = LEFT_EAR
    tissue[radius < 45], target[radius < 45] = TISSUE["white"], labels.BRAIN
    # Rows: right, anterior, superior of the head in the array's axes (superior, posterior, left).
    frame = np.array([[0, 0, -1.0], [0, -1.0, 0], [1.0, 0, 0]])
    np.savez(Path(folder) / f"{name}.npz", packed=tissue * 8 + target, distance=np.clip(75 - radius, -60, 60).astype(
        np.int8), frame=frame, origin=middle + [10, -50, 0], floor=floor, limits=np.zeros((0, 3), int),
             eye_distance=60.0, chin=-100.0)


class GeneratorTests(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        write_ball_head(self.folder.name)

    def test_same_number_gives_the_same_sample_and_another_number_another(self):
        first, second = (generators.Generator(self.folder.name, "gate", seed=3) for _ in range(2))
        second.sample(5)
        image, target, head = first.sample(11)
        again, target_again, head_again = second.sample(11)
        self.assertTrue(torch.equal(image, again) and torch.equal(target, target_again) and head == head_again)
        self.assertFalse(torch.equal(image, second.sample(12)[0]))

    def test_right_ear_lies_on_the_right_in_mirrored_and_unmirrored_heads(self):
        source = generators.Generator(self.folder.name, "gate", seed=3)
        source.shares = dict(source.shares, negative=0, wrong_axes=0, defaced=0, stripped=0, body=0)
        checked = 0
        for number in range(12):
            target = source.sample(number)[1]
            right, left = ((target == n).nonzero()[:, 2].float() for n in (RIGHT_EAR, LEFT_EAR))
            if len(right) > 5 and len(left) > 5:
                checked += 1
                self.assertLess(right.mean(), left.mean())
        self.assertGreater(checked, 4)

    def test_below_a_cut_map_nothing_is_learned(self):
        write_ball_head(self.folder.name, floor="cut")
        head = generators.HeadMap(Path(self.folder.name) / "ball.npz", "cpu")
        u = torch.zeros((3, 2, 2, 2))
        u[2] = -200
        self.assertTrue((head.lookup(u, False)[1] == 7).all())

    def test_sample_is_normalised_and_ignores_what_is_out_of_view(self):
        source = generators.Generator(self.folder.name, "segmenter", seed=1)
        for number in range(4):
            image, target, _ = source.sample(number)
            self.assertTrue(torch.isfinite(image).all() and image.min() >= 0 and image.max() <= 1)
            self.assertTrue(((target < len(labels.CLASSES)) | (target == IGNORE)).all())

    def test_normalise_maps_percentiles_to_the_unit_range(self):
        image = torch.linspace(100, 200, 70000).reshape(70, 100, 10)
        scaled = corruption.normalise(image, torch.ones_like(image, dtype=torch.bool))
        self.assertAlmostEqual(float(scaled[35, 0, 0]), 0.5, places=2)


class TrainingTests(unittest.TestCase):
    def test_a_second_run_goes_on_from_the_first(self):
        with tempfile.TemporaryDirectory() as folder:
            options = types.SimpleNamespace(model="gate", state=folder, start=None, device="cpu", rate=1e-3, seed=1,
                                            bf16="off")
            first = train.Training(options)
            size = network.MODELS["gate"]["size"]
            image, target = torch.rand((1, 1, *size)), torch.zeros((1, *(n // 2 for n in size)), dtype=torch.int64)
            self.assertIsNotNone(first.learn(image, target, torch.ones(1)))
            first.save()
            second = train.Training(options)
            self.assertEqual((second.step, second.samples), (1, 1))
            for key, value in first.net.state_dict().items():
                self.assertTrue(torch.equal(value, second.net.state_dict()[key]))


if __name__ == "__main__":
    unittest.main()
