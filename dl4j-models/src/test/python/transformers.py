"""Golden values of the transformers and RegNets: logits and gradients for given images and weights.

Written from the papers with PyTorch's layers, in double precision, and sharing nothing with the Java code:

    python3 transformers.py > ../resources/transformers.json        (PyTorch 1.13)

Parameters have the names and shapes that the networks have in DL4J. Layer normalisation has no epsilon, and GELU is its
approximation x sigmoid(1.702 x), as in DL4J, whose native code has that number in single precision.
"""
import json
import math

import torch
import torch.nn.functional as F

torch.manual_seed(5)
torch.set_default_dtype(torch.float64)
GELU = float(torch.tensor(1.702, dtype=torch.float32))


def draw(*shape, scale=1.0):
    return (torch.round(torch.rand(*shape) * 2e3 - 1e3) / 1e3 * scale).requires_grad_()


def packed(t):
    return {"shape": list(t.shape), "values": t.detach().flatten().tolist()}


def case(kind, w, x, outputs, kept):
    """The gradient is that of the sum of all outputs times fixed random numbers."""
    seeds = [torch.round(torch.rand_like(o) * 2e3 - 1e3) / 1e3 for o in outputs]
    sum((o * s).sum() for o, s in zip(outputs, seeds)).backward()
    return {
        "kind": kind,
        "image": packed(x),
        "outputs": [packed(o) for o in outputs],
        "seeds": [packed(s) for s in seeds],
        "parameters": {k: packed(v) for k, v in w.items()},
        "gradients": {k: packed(w[k].grad) for k in kept},
    }


def transformer(dim, layers, heads, hidden, patch, side, classes):
    w = {}

    def p(name, *shape, scale=0.5):
        w[name] = draw(*shape, scale=scale)
        return w[name]

    def linear(name, t, out):
        return F.linear(t, p(name + "/W", out, t.shape[-1], 1, 1).flatten(1), p(name + "/b", 1, out).flatten())

    def norm(name, t):
        return F.layer_norm(t, [dim], p(name + ".affine/W", 1, dim).flatten(), p(name + ".affine/b", 1, dim).flatten(), 0.0)

    def head(name, t):
        return t @ p(name + "/W", dim, classes) + p(name + "/b", 1, classes)

    x = draw(2, 3, side, side)
    t = F.conv2d(x, p("backbone.patch_embed.projection/W", dim, 3, patch, patch),
                 p("backbone.patch_embed.projection/b", 1, dim).flatten(), stride=patch)
    t = t.flatten(2).transpose(1, 2)
    n = t.shape[0]
    cls, dist = p("backbone.cls_token/W", 1, dim), p("backbone.dist_token/W", 1, dim)
    t = torch.cat([cls.expand(n, 1, dim), dist.expand(n, 1, dim), t], 1)
    # DL4J keeps positions as [channels, tokens].
    t = t + p("backbone.pos_embed/W", 1, dim * t.shape[1]).view(dim, t.shape[1]).t()
    for i in range(layers):
        name = f"backbone.layers.{i}"
        q, k, v = linear(name + ".attn.qkv", norm(name + ".ln1", t), 3 * dim).view(n, -1, 3, heads, dim // heads).permute(2, 0, 3, 1, 4)
        a = torch.softmax(q @ k.transpose(-1, -2) / math.sqrt(dim // heads), -1) @ v
        t = t + linear(name + ".attn.proj", a.transpose(1, 2).flatten(2), dim)
        h = linear(name + ".ffn.layers.0.0", norm(name + ".ln2", t), hidden)
        t = t + linear(name + ".ffn.layers.1", h * torch.sigmoid(GELU * h), dim)
    t = norm("backbone.ln1", t)
    outputs = [head("head.layers.head", t[:, 0]), head("head.layers.head_dist", t[:, 1])]
    return case("DistilledVisionTransformer", w, x, outputs, list(w))


def regnet(widths, depths, group, squeezes, side, classes):
    w = {}
    prefix = "backbone.timm_model."

    def p(name, *shape, scale=0.5):
        w[name] = draw(*shape, scale=scale)
        return w[name]

    def conv(name, t, out, kernel, stride, bias=False):
        return F.conv2d(t, p(name + "/W", out, t.shape[1], kernel, kernel), p(name + "/b", 1, out).flatten() if bias else None,
                        stride=stride, padding=kernel // 2)

    def norm(name, t):
        c = t.shape[1]
        return F.batch_norm(t, None, None, p(name + "/gamma", 1, c).flatten(), p(name + "/beta", 1, c).flatten(), True, 0.1, 1e-5)

    def grouped(name, t, stride):
        groups = t.shape[1] // group
        if groups == 1:
            return conv(name, t, group, 3, stride)
        parts = [p(f"{name}.{i}/W", group, group, 3, 3) for i in range(groups)]
        return F.conv2d(t, torch.cat(parts), stride=stride, padding=1, groups=groups)

    x = draw(2, 3, side, side)
    t = F.relu(norm(prefix + "stem.bn", conv(prefix + "stem.conv", x, 32, 3, 2)))
    for s, (width, depth) in enumerate(zip(widths, depths)):
        for b in range(depth):
            name, stride, fewer = f"{prefix}s{s + 1}.b{b + 1}", 2 if b == 0 else 1, t.shape[1]
            u = F.relu(norm(name + ".conv1.bn", conv(name + ".conv1.conv", t, width, 1, 1)))
            u = F.relu(norm(name + ".conv2.bn", grouped(name + ".conv2.conv", u, stride)))
            if squeezes:
                g = F.relu(conv(name + ".se.fc1", u.mean((2, 3), keepdim=True), fewer // 4, 1, 1, True))
                u = u * torch.sigmoid(conv(name + ".se.fc2", g, width, 1, 1, True))
            u = norm(name + ".conv3.bn", conv(name + ".conv3.conv", u, width, 1, 1))
            if stride == 2 or fewer != width:
                t = norm(name + ".downsample.bn", conv(name + ".downsample.conv", t, width, 1, stride))
            t = F.relu(u + t)
    out = t.mean((2, 3)) @ p("head.fc/W", t.shape[1], classes) + p("head.fc/b", 1, classes)
    return case("RegNetY" if squeezes else "RegNetX", w, x, [out], [k for k in w if "stem" in k or "s2.b1" in k])


print(json.dumps({"cases": [
    transformer(6, 2, 3, 10, 4, 8, 3),
    # w0 8, wa 6, wm 2, depth 3: the line has 8, 14, 20, and the powers of two next to them are 8, 16, 16.
    regnet([8, 16], [1, 2], 8, True, 21, 3),
    regnet([8, 16], [1, 2], 8, False, 16, 3),
]}))
