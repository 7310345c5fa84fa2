"""What the peer's students learn: from a mini-batch and what the teacher says about it to a loss.

Frozen teachers are modules from images to a tuple of tensors; lessons are modules from images, labels and that tuple to
a scalar. Both can be traced, so that another release of PyTorch can run them without Python.
"""
import math

import torch
from torch import nn
from torch.nn import functional as F

from torch_networks import before_relu, recorded

TAU = 4.0
WEIGHT = 0.9


class Logits(nn.Module):
    """A frozen network, as it is."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, x):
        return (self.network(x),)


class Hints(Logits):
    """Logits and what the ends of its stages put out."""

    def __init__(self, network):
        super().__init__(network)
        self.ends = recorded(network.ends)

    def forward(self, x):
        return (self.network(x), *self.ends)


class Margins(Logits):
    """What it has before its ReLUs, but no less than a channel's margin."""

    def __init__(self, network):
        super().__init__(network)
        taps = before_relu(network)
        self.taps = recorded(taps)
        self.least = [margins(each) for each in taps]

    def forward(self, x):
        self.network(x)
        return tuple(torch.max(tap, least) for tap, least in zip(self.taps, self.least))


def margins(normalization):
    """The mean of a channel's negative values, as its BatchNorm tells it (Heo et al., ICCV 2019, equation 3)."""
    found = []
    for s, m in zip(normalization.weight.abs().tolist(), normalization.bias.tolist()):
        negative = 0.5 * math.erfc(m / s / math.sqrt(2))
        far = negative <= 0.001
        found.append(-3 * s if far else m - s * math.exp(-((m / s) ** 2) / 2) / math.sqrt(2 * math.pi) / negative)
    return torch.tensor(found).view(1, -1, 1, 1)


class Labels(nn.Module):
    """Cross-entropy alone."""

    def __init__(self, student):
        super().__init__()
        self.student = student

    def forward(self, x, y):
        return F.cross_entropy(self.student(x), y)


class Divergence(nn.Module):
    """Cross-entropy and the divergence from the teacher's logits."""

    def __init__(self, student):
        super().__init__()
        self.student = student

    def forward(self, x, y, target):
        logits = self.student(x)
        divergence = F.kl_div(F.log_softmax(logits / TAU, 1), F.softmax(target / TAU, 1), reduction="batchmean")
        return F.cross_entropy(logits, y) + WEIGHT * TAU**2 * divergence


class FitNets(Divergence):
    """The same and the distance of unit vectors at the ends of three stages."""

    def __init__(self, student):
        super().__init__(student)
        self.connectors = nn.ModuleList(connector(channels, True) for channels in (16, 32, 64))
        self.ends = recorded(student.ends)

    def forward(self, x, y, target, *theirs):
        loss = super().forward(x, y, target)
        for bring, s, t in zip(self.connectors, self.ends, theirs):
            difference = F.normalize(bring(s).flatten(1)) - F.normalize(t.flatten(1))
            loss = loss + 10 * difference.pow(2).sum() / len(s)
        return loss


class Distances(Labels):
    """Cross-entropy and three partial distances before ReLUs."""

    def __init__(self, student):
        super().__init__(student)
        self.connectors = nn.ModuleList(connector(channels, False) for channels in (32, 64, 128))
        self.taps = recorded(before_relu(student))

    def forward(self, x, y, *theirs):
        loss = super().forward(x, y)
        for i, (bring, s, t) in enumerate(zip(self.connectors, self.taps, theirs)):
            s = bring(s)
            counted = F.mse_loss(s, t, reduction="none") * ((s > t) | (t > 0)).float()
            loss = loss + 0.25 * 2**i * counted.sum() / 1000 / len(s)
        return loss


def connector(channels, activation):
    layers = [nn.Conv2d(channels, channels, 1, bias=False), nn.BatchNorm2d(channels)]
    return nn.Sequential(*layers, nn.ReLU(inplace=True)) if activation else nn.Sequential(*layers)


class Right(nn.Module):
    """How many examples a frozen network has right."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, x, y):
        return (self.network(x).argmax(1) == y).sum()


class Nesterov(nn.Module):
    """What torch.optim.SGD does with a parameter, its gradient and its momentum, in place; the gradient is then zero."""

    def forward(self, value, gradient, momentum):
        momentum.mul_(0.9).add_(gradient)
        value.add_(gradient.add(momentum, alpha=0.9), alpha=-0.05)
        return gradient.zero_()
