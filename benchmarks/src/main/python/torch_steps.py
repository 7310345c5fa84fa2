"""The peer of the step benchmark: the same work in PyTorch, told line by line what to do.

usage: torch_steps.py THREADS

Reads one JSON object a line. {"work": KIND, "student": ..., "teacher": ..., "batch": ..., "channels": ..., "edge": ...,
"classes": ...} makes a case ready and answers with the number of parameters of the network that is named first in it;
{"work": "run"} does it once and answers with its milliseconds. Networks are those of the zoo: the CIFAR form of residual networks (K. He et al., CVPR
2016, section 4.2), the same for ImageNet with a stem for small images, wide ones (S. Zagoruyko, N. Komodakis, BMVC
2016), and plain fully connected ones.
"""
import json
import math
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

TAU = 4.0
WEIGHT = 0.9


def conv(inside, outside, size, stride):
    return nn.Conv2d(inside, outside, size, stride, size // 2, bias=False)


class Basic(nn.Module):
    def __init__(self, inside, outside, stride):
        super().__init__()
        self.conv1, self.bn1 = conv(inside, outside, 3, stride), nn.BatchNorm2d(outside)
        self.conv2, self.bn2 = conv(outside, outside, 3, 1), nn.BatchNorm2d(outside)
        self.relu = nn.ReLU(inplace=True)
        self.short = None
        if stride != 1 or inside != outside:
            self.short = nn.Sequential(conv(inside, outside, 1, stride), nn.BatchNorm2d(outside))

    def forward(self, x):
        y = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        y += x if self.short is None else self.short(x)
        return self.relu(y)


class Wide(nn.Module):
    def __init__(self, inside, outside, stride):
        super().__init__()
        self.bn1, self.conv1 = nn.BatchNorm2d(inside), conv(inside, outside, 3, stride)
        self.bn2, self.conv2 = nn.BatchNorm2d(outside), conv(outside, outside, 3, 1)
        self.relu = nn.ReLU(inplace=True)
        self.short = conv(inside, outside, 1, stride) if stride != 1 or inside != outside else None

    def forward(self, x):
        a = self.relu(self.bn1(x))
        y = self.conv2(self.relu(self.bn2(self.conv1(a))))
        y += x if self.short is None else self.short(a)
        return y


def residual(block, stem, stages, classes, last=()):
    layers, inside, firsts, ends = list(stem), stages[0][0], [], []
    for channels, count, out in stages:
        for i in range(count):
            layers.append(block(channels if i == 0 else out, out, 2 if i == 0 and len(layers) > len(stem) else 1))
        firsts.append(layers[-count])
        ends.append(layers[-1])
        inside = out
    network = nn.Sequential(*layers, *last, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inside, classes))
    # Lists, so that they are no modules of it once more.
    network.firsts, network.ends, network.last = firsts, ends, list(last)
    return network


def network(name, channels, edge, classes):
    numbers = [int(number) for number in name.split("-")[1:]]
    if name.startswith("mlp"):
        sizes = [channels * edge * edge, *numbers]
        layers = [nn.Flatten()]
        for i, o in zip(sizes, sizes[1:]):
            layers += [nn.Linear(i, o), nn.ReLU(inplace=True)]
        return nn.Sequential(*layers, nn.Linear(sizes[-1], classes))
    if name.startswith("wrn"):
        depth, width = numbers
        n, w = (depth - 4) // 6, 16 * width
        stages = [(16, n, w), (w, n, 2 * w), (2 * w, n, 4 * w)]
        last = [nn.BatchNorm2d(4 * w), nn.ReLU(inplace=True)]
        return residual(Wide, [conv(channels, 16, 3, 1)], stages, classes, last)
    depth = int(name[len("resnet"):])
    if depth in (18, 34):
        counts = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3)}[depth]
        first, sizes = 64, (64, 128, 256, 512)
    else:
        counts = ((depth - 2) // 6,) * 3
        first, sizes = 16, (16, 32, 64)
    stem = [conv(channels, first, 3, 1), nn.BatchNorm2d(first), nn.ReLU(inplace=True)]
    stages = list(zip((first, *sizes), counts, sizes))
    return residual(Basic, stem, stages, classes)


def recorded(modules):
    """What modules put out in the last pass, in order."""
    values = [None] * len(modules)

    def keep(i):
        def hook(module, inputs, output):
            values[i] = output

        return hook

    for i, module in enumerate(modules):
        module.register_forward_hook(keep(i))
    return values


def before_relu(network):
    """The BatchNorms behind the stages of a wide network; what they put out is kept from the ReLUs behind them."""
    for block in network.firsts[1:]:
        block.relu.inplace = False
    normalization, relu = network.last
    relu.inplace = False
    return [block.bn1 for block in network.firsts[1:]] + [normalization]


def margins(normalization):
    """The mean of a channel's negative values, as its BatchNorm tells it (Heo et al., ICCV 2019, equation 3)."""
    found = []
    for s, m in zip(normalization.weight.abs().tolist(), normalization.bias.tolist()):
        negative = 0.5 * math.erfc(m / s / math.sqrt(2))
        far = negative <= 0.001
        found.append(-3 * s if far else m - s * math.exp(-((m / s) ** 2) / 2) / math.sqrt(2 * math.pi) / negative)
    return torch.tensor(found).view(1, -1, 1, 1)


def hint(channels, activation):
    layers = [nn.Conv2d(channels, channels, 1, bias=False), nn.BatchNorm2d(channels)]
    return nn.Sequential(*layers, nn.ReLU(inplace=True)) if activation else nn.Sequential(*layers)


class Distillation:
    """A student and what it learns from."""

    def __init__(self, case):
        sizes = case["channels"], case["edge"], case["classes"]
        torch.manual_seed(0)
        self.x = torch.rand(case["batch"], sizes[0], sizes[1], sizes[1])
        self.y = torch.arange(case["batch"]) % sizes[2]
        self.teacher = network(case["teacher"], *sizes).eval()
        self.student = network(case["student"], *sizes).train()
        self.hints = []
        self.learn(self.student.parameters())

    def learn(self, parameters):
        self.optimizer = torch.optim.SGD(parameters, 0.05, momentum=0.9, nesterov=True)

    def connect(self, channels, activation):
        self.hints = [hint(each, activation) for each in channels]
        self.learn([*self.student.parameters(), *(p for each in self.hints for p in each.parameters())])

    def teacher_forward(self):
        with torch.no_grad():
            return self.teacher(self.x)

    def step(self, loss):
        self.optimizer.zero_grad(set_to_none=True)
        loss(self.student(self.x)).backward()
        self.optimizer.step()

    def entropy(self, logits):
        return F.cross_entropy(logits, self.y)

    def divergence(self, logits, target):
        return WEIGHT * TAU**2 * F.kl_div(
            F.log_softmax(logits / TAU, 1), F.softmax(target / TAU, 1), reduction="batchmean"
        )

    def evaluation(self):
        self.student.eval()

        def work():
            with torch.no_grad():
                return (self.student(self.x).argmax(1) == self.y).sum().item()

        return work

    def student_step(self):
        return lambda: self.step(self.entropy)

    def kd_step(self):
        def work():
            target = self.teacher_forward()
            self.step(lambda s: self.entropy(s) + self.divergence(s, target))

        return work

    def cached_step(self):
        target = self.teacher_forward()
        return lambda: self.step(lambda s: self.entropy(s) + self.divergence(s, target))

    def fitnets_step(self):
        self.connect((16, 32, 64), True)
        ours, theirs = recorded(self.student.ends), recorded(self.teacher.ends)

        def hints():
            for connector, s, t in zip(self.hints, ours, theirs):
                difference = F.normalize(connector(s).flatten(1)) - F.normalize(t.flatten(1))
                yield 10 * difference.pow(2).sum() / len(s)

        def work():
            target = self.teacher_forward()
            self.step(lambda s: self.entropy(s) + self.divergence(s, target) + sum(hints()))

        return work

    def ofd_step(self):
        self.connect((32, 64, 128), False)
        taps = before_relu(self.teacher)
        least = [margins(each) for each in taps]
        ours, theirs = recorded(before_relu(self.student)), recorded(taps)

        def distances():
            for i, (connector, s, t, margin) in enumerate(zip(self.hints, ours, theirs, least)):
                s, t = connector(s), torch.max(t, margin)
                counted = F.mse_loss(s, t, reduction="none") * ((s > t) | (t > 0)).float()
                yield 0.25 * 2**i * counted.sum() / 1000 / len(s)

        def work():
            self.teacher_forward()
            self.step(lambda s: self.entropy(s) + sum(distances()))

        return work


def prepare(case):
    distillation = Distillation(case)
    kind = case["work"]
    named = distillation.teacher if kind == "teacher_forward" else distillation.student
    work = distillation.teacher_forward if kind == "teacher_forward" else getattr(distillation, kind)()
    return work, sum(p.numel() for p in named.parameters())


def main():
    torch.set_num_threads(int(sys.argv[1]))
    print(json.dumps({"version": torch.__version__}), flush=True)
    work = None
    for line in sys.stdin:
        case = json.loads(line)
        if case["work"] == "run":
            start = time.perf_counter()
            work()
            print(json.dumps({"ms": (time.perf_counter() - start) * 1e3}), flush=True)
        else:
            work, parameters = prepare(case)
            print(json.dumps({"parameters": parameters}), flush=True)


if __name__ == "__main__":
    main()
