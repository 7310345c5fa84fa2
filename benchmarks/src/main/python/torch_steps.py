"""The peer of the step benchmark: the same work in PyTorch, told line by line what to do.

usage: torch_steps.py THREADS

Reads one JSON object a line. {"work": KIND, "student": ..., "teacher": ..., "batch": ..., "channels": ..., "edge": ...,
"classes": ...} makes a case ready and answers with the number of parameters that learn; {"work": "run"} does it once and
answers with its milliseconds. Networks are those of the zoo: the CIFAR form of residual networks (K. He et al., CVPR
2016, section 4.2), the same for ImageNet with a stem for small images, wide ones (S. Zagoruyko, N. Komodakis, BMVC
2016), and plain fully connected ones.
"""
import json
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
    layers, inside = list(stem), stages[0][0]
    for channels, count, out in stages:
        for i in range(count):
            layers.append(block(channels if i == 0 else out, out, 2 if i == 0 and len(layers) > len(stem) else 1))
        inside = out
    return nn.Sequential(*layers, *last, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inside, classes))


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


def prepare(case):
    sizes = case["channels"], case["edge"], case["classes"]
    torch.manual_seed(0)
    x = torch.rand(case["batch"], sizes[0], sizes[1], sizes[1])
    y = torch.arange(case["batch"]) % sizes[2]
    teacher = network(case["teacher"], *sizes).eval()
    student = network(case["student"], *sizes).train()
    optimizer = torch.optim.SGD(student.parameters(), 0.05, momentum=0.9, nesterov=True)

    def teacher_forward():
        with torch.no_grad():
            return teacher(x)

    def step(loss):
        optimizer.zero_grad(set_to_none=True)
        loss(student(x)).backward()
        optimizer.step()

    def kd_loss(target):
        soft = F.softmax(target / TAU, 1)
        return lambda s: F.cross_entropy(s, y) + WEIGHT * TAU**2 * F.kl_div(
            F.log_softmax(s / TAU, 1), soft, reduction="batchmean"
        )

    work = {
        "teacher_forward": teacher_forward,
        "student_step": lambda: step(lambda s: F.cross_entropy(s, y)),
        "kd_step": lambda: step(kd_loss(teacher_forward())),
    }[case["work"]]
    named = teacher if case["work"] == "teacher_forward" else student
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
