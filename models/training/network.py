"""The two networks: one small 3-D U-Net each, whose logits live on half of the input grid."""

import torch
from torch import nn
from torch.nn import functional

from labels import CLASSES


class Block(nn.Module):
    """Two 3x3x3 convolutions with instance norm and LeakyReLU."""

    def __init__(self, incoming, outgoing):
        super().__init__()
        self.first = nn.Conv3d(incoming, outgoing, 3, padding=1, bias=False)
        self.first_norm = nn.InstanceNorm3d(outgoing, affine=True)
        self.second = nn.Conv3d(outgoing, outgoing, 3, padding=1, bias=False)
        self.second_norm = nn.InstanceNorm3d(outgoing, affine=True)

    def forward(self, x):
        x = functional.leaky_relu(self.first_norm(self.first(x)), 0.01)
        return functional.leaky_relu(self.second_norm(self.second(x)), 0.01)


class Net(nn.Module):
    """Stem of stride 2, encoder with max-pool, decoder with trilinear doubling and skips.

    forward returns (logits [n, classes, d/2, h/2, w/2], presence [n, 1]): presence is the logit of "there is a head".
    """

    def __init__(self, widths=(16, 32, 64, 96), classes=len(CLASSES)):
        super().__init__()
        self.widths = tuple(widths)
        self.stem = nn.Conv3d(1, widths[0], 3, stride=2, padding=1)
        self.down = nn.ModuleList(Block(a, b) for a, b in zip((widths[0],) + self.widths[:-1], self.widths))
        self.up = nn.ModuleList(Block(a + b, b) for a, b in zip(self.widths[:0:-1], self.widths[-2::-1]))
        self.head = nn.Conv3d(widths[0], classes, 1)
        self.presence = nn.Linear(2 * widths[-1], 1)

    def forward(self, x):
        x = functional.leaky_relu(self.stem(x), 0.01)
        skips = []
        for level, block in enumerate(self.down):
            x = block(x if level == 0 else functional.max_pool3d(x, 2))
            skips.append(x)
        deepest = skips[-1].flatten(2)
        # Instance norm hides the mean of a channel, so its peak is looked at as well.
        presence = self.presence(torch.cat([deepest.mean(2), deepest.amax(2)], 1))
        for block, skip in zip(self.up, skips[-2::-1]):
            x = functional.interpolate(x, scale_factor=2.0, mode="trilinear", align_corners=False)
            x = block(torch.cat([x.to(skip.dtype), skip], 1))
        return self.head(x), presence


class Deployed(nn.Module):
    """What is exported: probabilities instead of logits."""

    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, x):
        logits, presence = self.net(x)
        return torch.softmax(logits, 1), torch.sigmoid(presence)


# The shapes and grids that the node knows through the manifest.
MODELS = {
    "gate": {"size": (64, 64, 64), "spacing": 5.0, "widths": (16, 32, 64, 96)},
    "segmenter": {"size": (96, 96, 96), "spacing": 2.0, "widths": (16, 32, 64, 96)},
}


def build(name):
    return Net(MODELS[name]["widths"])
