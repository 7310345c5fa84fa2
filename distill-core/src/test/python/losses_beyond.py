"""Golden values of the losses that the reference framework lacks, or leaves untested.

Written from the papers' formulas in the straightforward way, differentiated by PyTorch's autograd in double
precision, and sharing nothing with the Java code:

    python3 losses_beyond.py > ../resources/losses-beyond.json        (PyTorch 1.13)

The inputs are those of losses.json, so that a reader can compare.
"""
import json
import math
import os

import torch
import torch.nn.functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
INPUTS = json.load(open(os.path.join(HERE, "..", "resources", "losses.json")))["inputs"]


def tensor(name, shape=None):
    t = torch.tensor(INPUTS[name], dtype=torch.float64)
    return t.reshape(shape) if shape else t


A = (tensor("A_student"), tensor("A_teacher"))
B = (tensor("B_student", (2, 3, 4, 4)), tensor("B_teacher", (2, 3, 4, 4)))
LABELS = torch.tensor(INPUTS["A_labels"])


def standardise(x):
    return (x - x.mean(1, keepdim=True)) / (1e-7 + x.std(1, keepdim=True))


def kl(s, t, tau, standard):
    if standard:
        s, t = standardise(s), standardise(t)
    p = F.softmax(t.detach() / tau, 1)
    return tau ** 2 * F.kl_div(F.log_softmax(s / tau, 1), p, reduction="batchmean")


def dkd(s, t, tau, alpha, beta, standard):
    if standard:
        s, t = standardise(s), standardise(t)
    t = t.detach()
    mask = F.one_hot(LABELS, s.shape[1]).bool()
    ps, pt = F.softmax(s / tau, 1), F.softmax(t / tau, 1)
    bs = torch.stack([ps[mask], 1 - ps[mask]], 1)
    bt = torch.stack([pt[mask], 1 - pt[mask]], 1)
    n, c = s.shape
    qs = F.log_softmax(s[~mask].reshape(n, c - 1) / tau, 1)
    qt = F.softmax(t[~mask].reshape(n, c - 1) / tau, 1)
    tckd = (bt * (bt.log() - bs.log())).sum() / n
    nckd = (qt * (qt.log() - qs)).sum() / n
    return tau ** 2 * (alpha * tckd + beta * nckd)


def sp(s, t, weight):
    n = s.shape[0]
    s, t = s.reshape(n, -1), t.reshape(n, -1)
    gs, gt = F.normalize(s @ s.T, dim=1), F.normalize(t @ t.T, dim=1)
    return weight * ((gs - gt) ** 2).sum() / n ** 2


def pkt(s, t):
    eps = 1e-7

    def probabilities(x):
        x = x.reshape(x.shape[0], -1)
        x = x / (x.norm(dim=1, keepdim=True) + eps)
        k = (x @ x.T + 1) / 2
        return k / k.sum(1, keepdim=True)

    p, q = probabilities(t), probabilities(s)
    return (p * torch.log((p + eps) / (q + eps))).mean()


def vid(s, t, alpha):
    var = torch.log(1 + torch.exp(alpha)).reshape(1, -1, *([1] * (s.dim() - 2))) + 1e-5
    return (0.5 * ((s - t) ** 2 / var + torch.log(var))).mean()


def hcl(s, t):
    loss, total, weight = F.mse_loss(s, t), 1.0, 1.0
    for level in (4, 2, 1):
        if level >= s.shape[2]:
            continue
        weight /= 2
        total += weight
        loss = loss + weight * F.mse_loss(F.adaptive_avg_pool2d(s, level), F.adaptive_avg_pool2d(t, level))
    return loss / total


def dfnd(s, t, noise, tau, accuracy, select):
    t = t.detach()
    n, c = s.shape
    guessed = t.argmax(1)
    order = F.cross_entropy(t, guessed, reduction="none").argsort()
    kept = order[: int(select * n)]
    p = F.softmax(t[kept] / tau, 1)
    kd = tau ** 2 * (p * (p.log() - F.log_softmax(s[kept] / tau, 1))).sum() / n
    rows = []
    for i in range(c):
        beside = (1 - accuracy) * F.softmax(noise[i], 0)
        rows.append(torch.cat([beside[:i], torch.tensor([accuracy], dtype=torch.float64), beside[i:]]))
    mixed = F.softmax(s, 1) @ torch.stack(rows)
    return kd + F.nll_loss(torch.log(mixed), guessed)


def crd(s, t, bank_s, bank_t, rows, z, n_data, temperature, eps):
    """s, t [N, d]; rows [N, K + 1], the positive first; z None: set by this batch."""

    def side(feature, bank, constant):
        score = torch.exp(torch.einsum("nkd,nd->nk", bank[rows], feature) / temperature)
        if constant is None:
            constant = score.detach().mean() * n_data
        p = score / constant
        m = rows.shape[1] - 1
        noise = m / n_data
        positive = torch.log(p[:, 0] / (p[:, 0] + noise + eps)).sum()
        negative = torch.log(noise / (p[:, 1:] + noise + eps)).sum()
        return -(positive + negative) / s.shape[0]

    zs, zt = (None, None) if z is None else z
    return side(s, bank_t, zs) + side(t, bank_s, zt)


def case(name, function, inputs, **extra):
    leaves = [x.clone().requires_grad_(True) for x in inputs]
    loss = function(*leaves)
    loss.backward()
    keys = ["grad_student", "grad_teacher", "grad_parameter"]
    result = {"name": name, "loss": loss.item()}
    for key, leaf in zip(keys, leaves):
        result[key] = None if leaf.grad is None else leaf.grad.reshape(-1).tolist()
    result.update(extra)
    return result


torch.manual_seed(7)
alpha5 = torch.randn(5, dtype=torch.float64)
alpha3 = torch.randn(3, dtype=torch.float64)
noise = torch.randn(5, 4, dtype=torch.float64)
big = (torch.randn(2, 2, 6, 5, dtype=torch.float64), torch.randn(2, 2, 6, 5, dtype=torch.float64))
crd_s = F.normalize(torch.randn(4, 3, dtype=torch.float64))
crd_t = F.normalize(torch.randn(4, 3, dtype=torch.float64))
bank_s = torch.rand(9, 3, dtype=torch.float64) * 2 - 1
bank_t = torch.rand(9, 3, dtype=torch.float64) * 2 - 1
rows = torch.tensor([[5, 0, 1, 2], [2, 8, 8, 7], [0, 1, 3, 4], [7, 6, 6, 0]])

cases = [
    case("KLDivergence(tau=2, logit_standardization)", lambda s, t: kl(s, t, 2, True), A),
    case("DKDLoss(tau=2, alpha=1, beta=8, logit_standardization)", lambda s, t: dkd(s, t, 2, 1, 8, True), A),
    case("DKDLoss(tau=3, alpha=0.7, beta=2)", lambda s, t: dkd(s, t, 3, 0.7, 2, False), A),
    case("SPLoss() on A", lambda s, t: sp(s, t, 3000), A),
    case("SPLoss(loss_weight=1) on B", lambda s, t: sp(s, t, 1), B),
    case("PKTLoss() on A", pkt, A),
    case("PKTLoss() on B", pkt, B),
    case("VIDLoss() on A", vid, A + (alpha5,)),
    case("VIDLoss() on B", vid, B + (alpha3,)),
    case("HCLLoss() on B", hcl, B),
    case("HCLLoss() 6x5", hcl, big),
    case("DFNDLoss(tau=4)", lambda s, t, q: dfnd(s, t, q, 4, 0.95, 0.5), A + (noise,)),
    case("DFNDLoss(tau=1, teacher_acc=0.6, batch_select=1)", lambda s, t, q: dfnd(s, t, q, 1, 0.6, 1), A + (noise,)),
    case("CRDLoss() first batch", lambda s, t: crd(s, t, bank_s, bank_t, rows, None, 9, 0.07, 1e-7), (crd_s, crd_t)),
    case("CRDLoss(temperature=0.5) z set", lambda s, t: crd(s, t, bank_s, bank_t, rows, (11.0, 7.0), 9, 0.5, 1e-7),
         (crd_s, crd_t)),
]

print(json.dumps({
    "provenance": "Made by src/test/python/losses_beyond.py: PyTorch %s, float64, CPU. Inputs A and B are those of "
                  "losses.json; gradients are flat, in C order." % torch.__version__.split("+")[0],
    "inputs": {
        "A_student": INPUTS["A_student"], "A_teacher": INPUTS["A_teacher"], "A_labels": INPUTS["A_labels"],
        "B_student": INPUTS["B_student"], "B_teacher": B[1].tolist(),
        "alpha5": alpha5.tolist(), "alpha3": alpha3.tolist(), "noise": noise.tolist(),
        "big_student": big[0].tolist(), "big_teacher": big[1].tolist(),
        "crd_student": crd_s.tolist(), "crd_teacher": crd_t.tolist(),
        "bank_student": bank_s.tolist(), "bank_teacher": bank_t.tolist(), "rows": rows.tolist(),
    },
    "cases": cases,
}))
