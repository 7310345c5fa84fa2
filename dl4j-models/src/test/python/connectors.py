"""Golden values of the connectors: what each puts out for given weights, in training.

Written from the papers' and the reference framework's descriptions with PyTorch's layers, in double precision, and
sharing nothing with the Java code:

    python3 connectors.py > ../resources/connectors.json        (PyTorch 1.13)

Each case holds the connector's block as a config names it, its input, its parameters under the names that the Java
graph gives them, and its outputs. Parameters have PyTorch's shapes except those of fully connected layers, which DL4J
keeps transposed, and of depthwise convolutions, whose height and width DL4J keeps first.
"""
import json
import math

import torch
import torch.nn.functional as F

torch.manual_seed(7)
torch.set_default_dtype(torch.float64)
CASES = []


def draw(*shape):
    return torch.round(torch.rand(*shape) * 2e3 - 1e3) / 1e3


def packed(t):
    return {"shape": list(t.shape), "values": [float("%.17g" % v) for v in t.flatten().tolist()]}


def case(name, block, inputs, outputs, parameters):
    inputs = inputs if isinstance(inputs, (list, tuple)) else [inputs]
    outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    CASES.append({
        "name": name,
        "connector": block,
        "inputs": [packed(t) for t in inputs],
        "parameters": {key: packed(t) for key, t in parameters.items()},
        "outputs": [packed(t) for t in outputs],
    })


class Weights(dict):
    """Draws parameters, and remembers them under the graph's names."""

    def conv(self, name, x, out, kernel, groups=1, bias=True, **how):
        w = draw(out, x.shape[1] // groups, kernel, kernel)
        b = draw(out) if bias else None
        if groups == 1:
            self[name + "/W"] = w
            if bias:
                self[name + "/b"] = b
        else:
            for g in range(groups):
                part = slice(g * out // groups, (g + 1) * out // groups)
                self["%s%d/W" % (name, g)] = w[part]
                if bias:
                    self["%s%d/b" % (name, g)] = b[part]
        return F.conv2d(x, w, b, groups=groups, **how)

    def depthwise(self, name, x, kernel, stride):
        w = draw(x.shape[1], 1, kernel, kernel)
        self[name + "/W"] = w.permute(2, 3, 0, 1)
        return F.conv2d(x, w, None, stride=stride, padding=kernel // 2, groups=x.shape[1])

    def deconv(self, name, x, out):
        w, b = draw(x.shape[1], out, 3, 3), draw(out)
        self[name + "/W"], self[name + "/b"] = w, b
        return F.conv_transpose2d(x, w, b, padding=1)

    def linear(self, name, x, out):
        w, b = draw(out, x.shape[1]), draw(out)
        self[name + "/W"], self[name + "/b"] = w.t(), b
        return F.linear(x, w, b)

    def norm(self, name, x, eps=1e-5):
        g, b = draw(x.shape[1]), draw(x.shape[1])
        self[name + "/gamma"], self[name + "/beta"] = g, b
        return F.batch_norm(x, None, None, g, b, True, 0.1, eps)


def conv_modules():
    x = draw(3, 4, 5, 6)
    acts = {
        "ReLU": F.relu, "ReLU6": F.relu6, "ELU": F.elu, "SiLU": F.silu, "Mish": F.mish,
        "Sigmoid": torch.sigmoid, "Tanh": torch.tanh, "LeakyReLU": F.leaky_relu,
    }
    for act, function in acts.items():
        w = Weights()
        y = function(w.conv("conv", x, 3, 1) * 1.0)
        case("conv, " + act,
             {"type": "ConvModuleConnector", "in_channel": 4, "out_channel": 3, "act_cfg": {"type": act}}, x, y, w)
    for mode in ["zeros", "reflect", "replicate", "circular"]:
        w = Weights()
        padded = F.pad(x, (2, 2, 2, 2)) if mode == "zeros" else F.pad(x, (2, 2, 2, 2), mode=mode)
        y = w.conv("conv", padded, 6, 3, groups=2, stride=2, dilation=2)
        case("conv, 2 groups, dilated, padding " + mode,
             {"type": "ConvModuleConnector", "in_channel": 4, "out_channel": 6, "kernel_size": 3, "stride": 2,
              "padding": 2, "dilation": 2, "groups": 2, "padding_mode": mode, "act_cfg": None}, x, y, w)
    w = Weights()
    y = F.relu(w.norm("bn", w.conv("conv", x, 3, 3, bias=False, padding=1), 1e-3))
    case("conv, BN, ReLU",
         {"type": "ConvModuleConnector", "in_channel": 4, "out_channel": 3, "kernel_size": 3, "padding": 1,
          "norm_cfg": {"type": "BN", "eps": 1e-3}}, x, y, w)
    w = Weights()
    y = w.conv("conv", F.elu(w.norm("bn", x)), 3, 1, bias=True)
    case("BN, ELU, conv",
         {"type": "ConvModuleConnector", "in_channel": 4, "out_channel": 3, "bias": True, "norm_cfg": {"type": "BN"},
          "act_cfg": {"type": "ELU", "alpha": 1, "inplace": True}, "order": ["norm", "act", "conv"]}, x, y, w)


def norms():
    x = draw(3, 4, 5, 6)
    w = Weights()
    case("norm", {"type": "NormConnector", "in_channels": 4, "norm_cfg": {"type": "BN"}}, x, w.norm("norm", x), w)
    case("norm without parameters",
         {"type": "NormConnector", "in_channels": 4,
          "norm_cfg": {"type": "BN", "affine": False, "track_running_stats": False}}, x,
         F.batch_norm(x, None, None, None, None, True), {})


def factors():
    x = draw(2, 4, 5, 3)

    def step(w, name, y, norm):
        return F.leaky_relu(w.norm(name + ".bn", y) if norm else y, 0.1)

    def encoder(w, norm):
        y = step(w, "encoder.0", w.conv("encoder.0.conv", x, 4, 3, padding=1), norm)
        y = step(w, "encoder.1", w.conv("encoder.1.conv", y, 3, 3, padding=1), norm)
        return step(w, "encoder.2", w.conv("encoder.2.conv", y, 3, 3, padding=1), norm)

    for norm in [False, True]:
        w = Weights()
        case("translator, use_bn %s" % norm,
             {"type": "Translator", "in_channel": 4, "out_channel": 3, "use_bn": norm}, x, encoder(w, norm), w)
        w = Weights()
        y = encoder(w, norm)
        y = step(w, "decoder.0", w.deconv("decoder.0.conv", y, 3), norm)
        y = step(w, "decoder.1", w.deconv("decoder.1.conv", y, 4), norm)
        y = step(w, "decoder.2", w.deconv("decoder.2.conv", y, 4), norm)
        case("paraphraser, pretrain, use_bn %s" % norm,
             {"type": "Paraphraser", "in_channel": 4, "out_channel": 3, "phase": "pretrain", "use_bn": norm}, x, y, w)


def separable(w, name, x, out, kernel, stride):
    y = w.depthwise(name + ".dw0", F.relu(x), kernel, stride)
    y = w.norm(name + ".bn0", w.conv(name + ".pw0", y, x.shape[1], 1, bias=False))
    y = w.depthwise(name + ".dw1", F.relu(y), kernel, 1)
    return w.norm(name + ".bn1", w.conv(name + ".pw1", y, out, 1, bias=False))


def byot():
    x = draw(2, 4, 9, 8)
    w = Weights()
    y = F.relu(w.norm("attention.bn", separable(w, "attention.conv", x, 4, 3, 2)))
    y = torch.sigmoid(F.interpolate(y, size=x.shape[2:], mode="bilinear", align_corners=False)) * x
    y = separable(w, "scala.0", y, 8, 3, 2)
    feature = F.avg_pool2d(y, 2).flatten(1)
    case("early exit",
         {"type": "BYOTConnector", "in_channel": 2, "out_channel": 4, "num_classes": 3, "expansion": 2, "pool_size": 2,
          "kernel_size": 3, "stride": 2}, x, [feature, w.linear("fc", feature, 3)], w)


def fbkd():
    x = draw(2, 4, 8, 9)

    def masks(spatial, channel):
        n, c, h, wide = x.shape
        s = h * wide * F.softmax(x.abs().mean(1).flatten(1) / spatial, 1).reshape(n, 1, h, wide)
        return s, (c * F.softmax(x.abs().mean((2, 3)) / channel, 1)).reshape(n, c, 1, 1)

    def non_local(w, reduction, pool):
        n, c, h, wide = x.shape
        inner = c // reduction
        theta = w.conv("non_local.theta", x, inner, 1).flatten(2)
        phi = w.conv("non_local.phi", x, inner, 1)
        g = w.conv("non_local.g", x, inner, 1)
        if pool > 1:
            phi, g = F.max_pool2d(phi, pool), F.max_pool2d(g, pool)
        phi, g = phi.flatten(2), g.flatten(2)
        pairs = theta.transpose(1, 2) @ phi / phi.shape[2]
        y = (pairs @ g.transpose(1, 2)).transpose(1, 2).reshape(n, inner, h, wide)
        return x + w.norm("non_local.bn", w.conv("non_local.conv_out", y, c, 1, bias=False))

    for sub in [False, True]:
        block = {"in_channels": 4, "reduction": 2, "sub_sample": sub, "maxpool_stride": 1, "zeros_init": False,
                 "spatial_T": 0.5, "channel_T": 0.7}
        pool = 2 if sub else 1
        w = Weights()
        spatial, channel = masks(0.5, 0.7)
        case("teacher of FBKD, sub_sample %s" % sub, dict(block, type="FBKDTeacherConnector"), x,
             [spatial, channel, x.mean(1, keepdim=True), non_local(w, 2, pool), x], w)
        w = Weights()
        relation = non_local(w, 2, pool)
        case("student of FBKD, sub_sample %s" % sub, dict(block, type="FBKDStudentConnector"), x,
             [spatial, channel, w.linear("channel_adapt", x.mean((2, 3)), 4),
              w.conv("spatial_adapt", x.mean(1, keepdim=True), 1, 3, padding=1),
              w.conv("relation_adapt", relation, 4, 1), w.conv("adapt", x, 4, 1)], w)


def others():
    x = draw(2, 3, 5, 4)
    for share, kept in [(0.0, 1.0), (1.0, 0.0)]:
        w = Weights()
        y = w.conv("align", x, 4, 1) * kept
        y = w.conv("generation.2", F.relu(w.conv("generation.0", y, 4, 3, padding=1)), 4, 3, padding=1)
        case("mgd, share %g set to zero" % share,
             {"type": "MGDConnector", "student_channels": 3, "teacher_channels": 4, "lambda_mgd": share}, x, y, w)
    w = Weights()
    y = w.linear("linear", x.flatten(1), 6)
    case("crd", {"type": "CRDConnector", "dim_in": 60, "dim_out": 6}, x, y / y.norm(2, 1, keepdim=True), w)
    w = Weights()
    y = F.relu(w.conv("regressor.0", x, 5, 1, bias=False))
    y = F.relu(w.conv("regressor.2", y, 5, 1, bias=False))
    case("vid", {"type": "VIDConnector", "in_channel": 3, "mid_channel": 5, "out_channel": 4}, x,
         w.conv("regressor.4", y, 4, 1, bias=False), w)
    scale, offset = torch.tensor([1.0, 0.3, -1.5]), torch.tensor([0.0, 1.0, 0.2])
    margins = []
    for s, m in zip(scale.abs().tolist(), offset.tolist()):
        below = 0.5 * math.erfc(m / s / math.sqrt(2))
        margins.append(-s * math.exp(-(m / s) ** 2 / 2) / math.sqrt(2 * math.pi) / below + m if below > 0.001 else -3 * s)
    big = 3 * x
    case("ofd", {"type": "OFDTeacherConnector"}, big, torch.maximum(big, torch.tensor(margins).reshape(1, 3, 1, 1)),
         {"in/gamma": scale, "in/beta": offset})


def review():
    deep, x = draw(2, 3, 2, 3), draw(2, 4, 5, 6)
    w = Weights()
    y = w.norm("bn1", w.conv("conv1", x, 3, 1, bias=False))
    up = F.interpolate(deep, size=x.shape[2:], mode="nearest")
    z = torch.sigmoid(w.conv("attention.conv", torch.cat([y, up], 1), 2, 1))
    y = y * z[:, :1] + up * z[:, 1:]
    case("abf", {"type": "ABFConnector", "in_channel": 4, "mid_channel": 3, "out_channel": 5, "residual": "deeper"},
         [x, deep], [w.norm("bn2", w.conv("conv2", y, 5, 3, bias=False, padding=1)), y], w)


def functions():
    x = draw(2, 3, 7, 8)
    functional = [
        ("adaptive_avg_pool2d", {"output_size": [3, 5]}), ("adaptive_max_pool2d", {"output_size": [3, 5]}),
        ("avg_pool2d", {"kernel_size": 3, "stride": 2, "padding": 1}),
        ("max_pool2d", {"kernel_size": 3, "stride": 2, "padding": 1}),
        ("normalize", {"p": 2, "dim": 1}), ("normalize", {"p": 1, "dim": -1}), ("relu", {}), ("softmax", {"dim": 1}),
        ("softmax", {"dim": -1}), ("interpolate", {"size": [4, 11], "mode": "nearest"}),
        ("interpolate", {"size": [4, 11], "mode": "bilinear"}), ("interpolate", {"scale_factor": 2}),
    ]
    for name, arguments in functional:
        case("%s %s" % (name, arguments),
             {"type": "TorchFunctionalConnector", "function_name": name, "func_args": arguments}, x,
             getattr(F, name)(x, **arguments), {})
    modules = [("AdaptiveAvgPool2d", {"output_size": 2}), ("AdaptiveMaxPool2d", {"output_size": 3}),
               ("AvgPool2d", {"kernel_size": 2}), ("MaxPool2d", {"kernel_size": 2}), ("ReLU", {}),
               ("Softmax", {"dim": 1})]
    for name, arguments in modules:
        case("%s %s" % (name, arguments),
             {"type": "TorchNNConnector", "module_name": name, "module_args": arguments}, x,
             getattr(torch.nn, name)(**arguments)(x), {})
    w = Weights()
    case("Conv2d", {"type": "TorchNNConnector", "module_name": "Conv2d",
                    "module_args": {"in_channels": 3, "out_channels": 4, "kernel_size": 3, "stride": 2, "padding": 1}},
         x, w.conv("conv", x, 4, 3, stride=2, padding=1), w)
    w = Weights()
    case("BatchNorm2d", {"type": "TorchNNConnector", "module_name": "BatchNorm2d", "module_args": {"num_features": 3}},
         x, w.norm("bn", x), w)
    rows = draw(4, 5)
    w = Weights()
    case("Linear", {"type": "TorchNNConnector", "module_name": "Linear",
                    "module_args": {"in_features": 5, "out_features": 3}}, rows, w.linear("linear", rows, 3), w)


for build in [conv_modules, norms, factors, byot, fbkd, others, review, functions]:
    build()
print(json.dumps({"cases": CASES}))
