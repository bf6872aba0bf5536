"""Training loss on the half grid: recall first for face and ears, brain never taken for them."""

import torch
from torch.nn import functional

from labels import BRAIN, CLASSES, EYES, FACE, IGNORE, LEFT_EAR, RIGHT_EAR

CLASS_WEIGHTS = torch.tensor([1.0, 1.0, 1.2, 2.0, 2.0, 3.0, 3.0])
REMOVED = (FACE, RIGHT_EAR, LEFT_EAR)


def segmentation_loss(logits, target):
    """Cross entropy + soft Dice + Tversky on what is removed + a price on removed probability inside the brain.

    logits [n, classes, d, h, w] float32; target int64 [n, d, h, w], IGNORE where nothing is learned.
    """
    valid = target != IGNORE
    weights = CLASS_WEIGHTS.to(logits.device)
    entropy = functional.cross_entropy(logits, target, weight=weights, ignore_index=IGNORE, reduction="sum")
    entropy = entropy / valid.sum().clamp(min=1)
    probability = torch.softmax(logits, 1) * valid[:, None]
    truth = functional.one_hot(torch.where(valid, target, 0), len(CLASSES)).movedim(-1, 1) * valid[:, None]
    truth = truth.to(probability.dtype)

    def sums(x):
        return x.flatten(2).sum(2)

    both, predicted, present = sums(probability * truth), sums(probability), sums(truth)
    # Small against an ear on the gate's grid (24 cells), or no ear is learned; keeps empty classes defined.
    smooth = 2.0
    dice = 1 - (2 * both + smooth) / (predicted + present + smooth)
    missed, extra = present - both, predicted - both
    tversky = 1 - (both + smooth) / (both + 0.7 * missed + 0.3 * extra + smooth)
    removed = probability[:, list(REMOVED)].sum(1)
    brain = truth[:, BRAIN]
    into_brain = (removed * brain).sum() / brain.sum().clamp(min=1)
    eyes_and_removed = tversky[:, [EYES, *REMOVED]].mean()
    return entropy + dice.mean() + eyes_and_removed + 10.0 * into_brain


def presence_loss(presence, has_head):
    """has_head [n]: 1 head, 0 none, negative = not learned."""
    learned = (has_head >= 0).to(presence.dtype)
    loss = functional.binary_cross_entropy_with_logits(presence[:, 0], has_head.clamp(0, 1), reduction="none")
    return (loss * learned).sum() / learned.sum().clamp(min=1)
