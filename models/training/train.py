"""Trains one of the networks on generated samples; stops after --minutes and goes on from its state next time.

    python3 train.py segmenter --targets TARGETS --state FOLDER --minutes 60 [--device cuda] [--heads DATA/heads]

State folder: checkpoint.pt (weights, average, step, sample counter), optimiser.pt, curve.csv, validation.csv.
"""

import argparse
import csv
import os
import time
from pathlib import Path

import torch
from torch.utils.data import DataLoader, Dataset

import losses
import network
from generator import Generator

# A new state starts from released weights with --from; samples go on from their counter, so none is seen twice.
AVERAGE_DECAY = 0.9985
WARM_UP_STEPS = 150
FULL_RATE_STEPS = 4000      # afterwards the rate falls with the root of the step: a run has no planned end


class Samples(Dataset):
    """The endless list of samples from a given number on."""

    def __init__(self, folder, model, seed, first):
        self.arguments, self.first, self.generator = (folder, model, "cpu", seed), first, None

    def __len__(self):
        return 1 << 30

    def __getitem__(self, index):
        if self.generator is None:
            torch.set_num_threads(1)
            self.generator = Generator(*self.arguments)
        image, target, head = self.generator.sample(self.first + index)
        return image, target.to(torch.int64), torch.tensor(float(head))


class Sequence(torch.utils.data.Sampler):
    """0, 1, 2, ... without end."""

    def __init__(self):
        pass

    def __iter__(self):
        number = 0
        while True:
            yield number
            number += 1


def learning_rate(step, base):
    if step < WARM_UP_STEPS:
        return base * (step + 1) / WARM_UP_STEPS
    return base * min(1.0, (FULL_RATE_STEPS / max(step, 1)) ** 0.5)


def batches(options, first):
    if options.device != "cpu":
        generator = Generator(options.targets, options.model, options.device, options.seed)
        while True:
            yield generator.batch(first, options.batch)
            first += options.batch
    data = Samples(options.targets, options.model, options.seed, first)
    yield from DataLoader(data, batch_size=options.batch, sampler=Sequence(), num_workers=options.workers,
                          prefetch_factor=4 if options.workers else 2)


def has_fast_bf16():
    try:
        return "avx512_bf16" in Path("/proc/cpuinfo").read_text()
    except OSError:
        return False


class Training:
    """Network, its running average, optimiser and counters."""

    def __init__(self, options):
        self.options = options
        self.folder = Path(options.state)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.net = network.build(options.model).to(options.device)
        self.average = {k: v.clone() for k, v in self.net.state_dict().items()}
        self.optimiser = torch.optim.AdamW(self.net.parameters(), lr=options.rate, weight_decay=1e-4)
        self.step, self.samples, self.minutes = 0, 0, 0.0
        self._resume()
        self.bf16 = options.device != "cpu" or (has_fast_bf16() if options.bf16 == "auto" else options.bf16 == "on")

    def _resume(self):
        path = self.folder / "checkpoint.pt"
        source = path if path.exists() else (Path(self.options.start) if self.options.start else None)
        if source is None:
            return
        saved = torch.load(source, map_location=self.options.device)
        self.average = {k: v.float() for k, v in saved["average"].items()}
        self.net.load_state_dict({k: v.float() for k, v in saved.get("weights", saved["average"]).items()})
        self.step, self.samples, self.minutes = saved["step"], saved["samples"], saved["minutes"]
        momentum = self.folder / "optimiser.pt"
        if path.exists() and momentum.exists():
            self.optimiser.load_state_dict(torch.load(momentum, map_location=self.options.device))

    def save(self):
        """Writes to a new file first: a run that is cut off never leaves half a checkpoint."""
        state = {"model": self.options.model, "weights": self.net.state_dict(), "average": self.average,
                 "step": self.step, "samples": self.samples, "minutes": self.minutes, "seed": self.options.seed}
        for name, content in (("checkpoint.pt", state), ("optimiser.pt", self.optimiser.state_dict())):
            torch.save(content, self.folder / (name + ".new"))
            os.replace(self.folder / (name + ".new"), self.folder / name)

    def learn(self, image, target, has_head):
        """One step; returns (segmentation loss, presence loss), or None when the loss was not a number."""
        for group in self.optimiser.param_groups:
            group["lr"] = learning_rate(self.step, self.options.rate)
        kind = "cpu" if self.options.device == "cpu" else "cuda"
        with torch.autocast(kind, dtype=torch.bfloat16, enabled=self.bf16):
            logits, presence = self.net(image)
        segmentation = losses.segmentation_loss(logits.float(), target)
        present = losses.presence_loss(presence.float(), has_head)
        loss = segmentation + 0.3 * present
        self.optimiser.zero_grad(set_to_none=True)
        self.step += 1
        self.samples += len(image)
        if not torch.isfinite(loss):
            return None
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        self.optimiser.step()
        decay = min(AVERAGE_DECAY, (self.step + 1) / (self.step + 10))
        for key, value in self.net.state_dict().items():
            self.average[key].mul_(decay).add_(value.float(), alpha=1 - decay)
        return float(segmentation), float(present)


def append(path, row):
    """Adds a row (dictionary) to a CSV file, with a header when it is new."""
    new = not path.exists()
    with open(path, "a", newline="") as out:
        writer = csv.DictWriter(out, row.keys())
        if new:
            writer.writeheader()
        writer.writerow(row)


def validate(training):
    import validate as checks
    net = network.build(training.options.model).to(training.options.device)
    net.load_state_dict(training.average)
    figures = checks.summary(training.options, net.eval())
    append(training.folder / "validation.csv", {"step": training.step, "samples": training.samples,
                                                "minutes": round(training.minutes, 1), **figures})
    print(f"step {training.step}: {figures}", flush=True)


def run(options):
    if options.device == "cpu":
        torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    training = Training(options)
    start = mark = saved = time.monotonic()
    validated = time.monotonic()
    sums, count, skipped = [0.0, 0.0], 0, 0
    for image, target, has_head in batches(options, training.samples):
        learned = training.learn(image.to(options.device), target.to(options.device), has_head.to(options.device))
        now = time.monotonic()
        training.minutes += (now - mark) / 60
        mark = now
        skipped += learned is None
        if learned is not None:
            sums = [a + b for a, b in zip(sums, learned)]
            count += 1
        if training.step % options.log_every == 0 and count:
            append(training.folder / "curve.csv", {
                "step": training.step, "samples": training.samples, "minutes": round(training.minutes, 2),
                "rate": f"{learning_rate(training.step, options.rate):.2e}", "segmentation": round(sums[0] / count, 4),
                "presence": round(sums[1] / count, 4), "skipped": skipped})
            sums, count = [0.0, 0.0], 0
        done = now - start > options.minutes * 60
        if now - saved > 120 or done:
            training.save()
            saved = now
        if options.heads and (now - validated > options.validate_minutes * 60 or done):
            validate(training)
            validated = mark = time.monotonic()
        if done:
            break
    print(f"{options.model}: step {training.step}, {training.samples} samples, {training.minutes:.0f} minutes in all")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", choices=network.MODELS)
    parser.add_argument("--targets", required=True)
    parser.add_argument("--state", required=True)
    parser.add_argument("--start", help="released weights to go on from when the state folder is empty")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--workers", type=int, default=1, help="processes that draw samples (CPU)")
    parser.add_argument("--batch", type=int, default=2)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--bf16", choices=("auto", "on", "off"), default="auto")
    parser.add_argument("--log-every", type=int, default=50)
    parser.add_argument("--heads", help="folder of validation heads (never trained on)")
    parser.add_argument("--gate", help="weights of the gate, to find the box of the segmenter in validation")
    parser.add_argument("--unpacked", default="/tmp/heads", help="where validation archives are unpacked")
    parser.add_argument("--validate-minutes", type=float, default=15)
    run(parser.parse_args())


if __name__ == "__main__":
    main()
