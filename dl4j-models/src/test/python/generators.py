"""Golden values of the generators: images for given noise and weights, in training.

Written from the reference framework's description with PyTorch's layers, in double precision, and sharing nothing with
the Java code:

    python3 generators.py > ../resources/generators.json        (PyTorch 1.13)

Parameters have PyTorch's shapes, but the fully connected layer's, which DL4J keeps transposed.
"""
import json

import torch
import torch.nn.functional as F

torch.manual_seed(11)
torch.set_default_dtype(torch.float64)


def draw(*shape):
    return torch.round(torch.rand(*shape) * 2e3 - 1e3) / 1e3


def packed(t):
    return {"shape": list(t.shape), "values": t.flatten().tolist()}


def images(kind, size, latent, hidden, channels, slope, eps):
    w = {}

    def norm(name, x, eps, affine=True):
        g, b = (draw(x.shape[1]), draw(x.shape[1])) if affine else (None, None)
        if affine:
            w[name + "/gamma"], w[name + "/beta"] = g, b
        return F.batch_norm(x, None, None, g, b, True, 0.1, eps)

    def conv(name, x, out):
        w[name + "/W"], w[name + "/b"] = draw(out, x.shape[1], 3, 3), draw(out)
        return F.conv2d(x, w[name + "/W"], w[name + "/b"], padding=1)

    z = draw(3, latent)
    side = size // 4
    first, bias = draw(hidden * side * side, latent), draw(hidden * side * side)
    w["l1/W"], w["l1/b"] = first.t(), bias
    x = F.linear(z, first, bias).view(3, hidden, side, side)
    x = F.interpolate(norm("bn1", x, 1e-5), scale_factor=2)
    x = F.leaky_relu(norm("conv1.bn", conv("conv1", x, hidden), eps), slope)
    x = F.interpolate(x, scale_factor=2)
    x = F.leaky_relu(norm("conv2.bn", conv("conv2", x, hidden // 2), eps), slope)
    x = conv("conv3", x, channels)
    x = norm("image", torch.tanh(x), 1e-5, False) if kind == "DAFLGenerator" else norm("image", x, 1e-5)
    return {"kind": kind, "noise": packed(z), "image": packed(x), "parameters": {k: packed(v) for k, v in w.items()}}


print(json.dumps({"cases": [
    images("DAFLGenerator", 8, 5, 4, 3, 0.2, 0.8),
    images("ZSKTGenerator", 8, 6, 4, 1, 0.1, 1e-5),
]}))
