"""Networks of the peer, by the names of the zoo.

The CIFAR form of residual networks (K. He et al., CVPR 2016, section 4.2), the same for ImageNet with a stem for small
images, wide ones (S. Zagoruyko, N. Komodakis, BMVC 2016), and plain fully connected ones.
"""
from torch import nn


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
