"""The peer of the step benchmark: the same work in PyTorch, told line by line what to do.

usage: torch_steps.py THREADS

Reads one JSON object a line. {"work": KIND, "student": ..., "teacher": ..., "batch": ..., "channels": ..., "edge": ...,
"classes": ...} makes a case ready and answers with the number of parameters of the network that is named first in it;
{"work": "run"} does it once and answers with its milliseconds; {"work": "export", "folder": ...} writes what it is made
of as TorchScript: frozen.pt, lesson.pt and update.pt, as far as it has them.
"""
import json
import os
import sys
import time

import torch

from torch_lessons import Distances, Divergence, FitNets, Hints, Labels, Logits, Margins, Nesterov, Right
from torch_networks import network

LESSONS = {
    "student_step": (None, Labels),
    "kd_step": (Logits, Divergence),
    "cached_step": (Logits, Divergence),
    "fitnets_step": (Hints, FitNets),
    "ofd_step": (Margins, Distances),
}


class Case:
    """Some work, ready to be done."""

    def __init__(self, case):
        kind = case["work"]
        sizes = case["channels"], case["edge"], case["classes"]
        torch.manual_seed(0)
        self.x = torch.rand(case["batch"], sizes[0], sizes[1], sizes[1])
        self.y = torch.arange(case["batch"]) % sizes[2]
        self.frozen, self.lesson, self.known = None, None, None
        if kind == "teacher_forward":
            self.of = (self.x,)
            self.frozen = Logits(network(case["teacher"], *sizes)).eval()
            self.named, self.work = self.frozen, self.judge
        elif kind == "evaluation":
            self.of = (self.x, self.y)
            self.frozen = Right(network(case["student"], *sizes)).eval()
            self.named, self.work = self.frozen, lambda: self.judge().item()
        else:
            self.of = (self.x,)
            teacher, lesson = LESSONS[kind]
            self.frozen = teacher and teacher(network(case["teacher"], *sizes)).eval().requires_grad_(False)
            self.named = network(case["student"], *sizes)
            self.lesson = lesson(self.named).train()
            self.optimizer = torch.optim.SGD(self.lesson.parameters(), 0.05, momentum=0.9, nesterov=True)
            self.known = self.judge() if kind == "cached_step" else None
            self.work = self.step

    def parameters(self):
        return sum(p.numel() for p in self.named.parameters())

    def judge(self):
        """What the frozen network says."""
        with torch.no_grad():
            return self.frozen(*self.of)

    def targets(self):
        if self.frozen is None:
            return ()
        return self.judge() if self.known is None else self.known

    def step(self):
        targets = self.targets()
        self.optimizer.zero_grad(set_to_none=True)
        self.lesson(self.x, self.y, *targets).backward()
        self.optimizer.step()

    def export(self, folder):
        def save(module, inputs, name):
            torch.jit.trace(module, inputs, check_trace=False).save(os.path.join(folder, name))

        if self.frozen is not None:
            save(self.frozen, self.of, "frozen.pt")
        if self.lesson is not None:
            save(self.lesson, (self.x, self.y, *self.targets()), "lesson.pt")
            save(Nesterov(), tuple(torch.zeros(1) for _ in range(3)), "update.pt")


def answer(command, case):
    if command["work"] == "run":
        start = time.perf_counter()
        case.work()
        return {"ms": (time.perf_counter() - start) * 1e3}
    case.export(command["folder"])
    return {"exported": command["folder"]}


def main():
    torch.set_num_threads(int(sys.argv[1]))
    print(json.dumps({"version": torch.__version__}), flush=True)
    case = None
    for line in sys.stdin:
        command = json.loads(line)
        if command["work"] in ("run", "export"):
            print(json.dumps(answer(command, case)), flush=True)
        else:
            case = Case(command)
            print(json.dumps({"parameters": case.parameters()}), flush=True)


if __name__ == "__main__":
    main()
