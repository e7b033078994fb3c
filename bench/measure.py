# SPDX-License-Identifier: Apache-2.0
"""Rounds of cases, what they cost, and what may be said of it."""

import os
import resource
import time
from math import comb
from statistics import median

from machine import busy, cpu_of

TRIES = 20
SURE = 0.9


class Case:
    """Something to do for some seconds, and whose CPU to count.

    load: .run(seconds) answers (operations, seconds) and, where it has one,
    .prepare() is called before.  roots: the processes whose trees work for it.
    """

    def __init__(self, name, load, roots, cluster=None, **run_options):
        self.name = name
        self.load = load
        self.roots = roots
        self.cluster = cluster
        self.run_options = run_options
        self.samples = []

    def measure(self, seconds):
        if hasattr(self.load, "prepare"):
            self.load.prepare()
        sql = self.cluster.calls() if self.cluster else 0
        before = [cpu_of(root) for root in self.roots]
        around = surroundings()
        done, took = self.load.run(seconds, **self.run_options)
        around = [now - was for now, was in zip(surroundings(), around)]
        cpu = [cpu_of(root) - was
               for root, was in zip(self.roots, before)]
        if self.cluster:
            sql = self.cluster.calls() - sql
        others = (around[1] - around[2] - sum(cpu)) / around[0]
        return {"rate": done / took, "sql": sql / done,
                "cpu": [used / done * 1e6 for used in cpu],
                "total": sum(cpu) / done * 1e6,
                "others": max(0, others) / os.cpu_count()}

    def measure_quietly(self, seconds, limit):
        """Again while others take more than that share of the machine; if
        they never take less, what they disturbed least."""
        tries = [self.measure(seconds)]
        while limit and tries[-1]["others"] > limit and len(tries) < TRIES:
            tries.append(self.measure(seconds))
        return min(tries, key=lambda sample: sample["others"])

    def values(self, key):
        return [sample[key] for sample in self.samples]


def surroundings():
    """Now; CPU seconds of the whole machine; of our clients that ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.monotonic(), busy(), usage.ru_utime + usage.ru_stime


def rounds(cases, options, settle=None):
    """Every case in every round, each round in another order."""
    for case in cases:
        case.measure(1)
    for number in range(options.rounds):
        if settle:
            settle()
        at = number % len(cases)
        order = cases[at:] + cases[:at]
        if number % 2:
            order.reverse()
        for case in order:
            case.samples.append(case.measure_quietly(options.seconds,
                                                     options.quiet / 100))
            options.say("round %d of %d: %s: %.0f/s, others %.0f %%" % (
                number + 1, options.rounds, case.name,
                case.samples[-1]["rate"],
                case.samples[-1]["others"] * 100))


# --- beside each other -----------------------------------------------------------

def ratios(case, base, key="rate"):
    """Round by round: what disturbs a round disturbs both."""
    return [a / b for a, b in zip(case.values(key), base.values(key))]


def extras(case, base, key="total"):
    return [a - b for a, b in zip(case.values(key), base.values(key))]


def spread(values, form="%.2f"):
    """Median (least to most)."""
    return "%s (%s to %s)" % tuple(
        form % value for value in (median(values), min(values), max(values)))


def interval(values):
    """Where the median truly is, as sure as SURE says: between two of the
    ordered values, whatever their distribution.  Few values: all of them."""
    ordered = sorted(values)
    n = len(ordered)
    cut = 0
    # The chance that the median lies outside the cut + 1 outermost pairs.
    while 2 * sum(comb(n, k) for k in range(cut + 2)) / 2 ** n <= 1 - SURE:
        cut += 1
    return ordered[cut], ordered[n - 1 - cut]


def verdict(values, goal, at_least=False):
    """No more than the noise allows."""
    low, high = interval(values)
    if (low >= goal) if at_least else (high <= goal):
        return "met"
    if (high < goal) if at_least else (low > goal):
        return "missed"
    return "not decided: %s the noise" % (
        "met within" if (median(values) >= goal if at_least
                         else median(values) <= goal) else "missed within")


# --- printing ----------------------------------------------------------------------

class Report:
    """Markdown for people, and the same figures for programs."""

    def __init__(self):
        self.text = []
        self.json = {}

    def say(self, *lines):
        self.text += lines

    def print(self):
        """What was said since it was printed last."""
        print("\n".join(self.text), flush=True)
        self.text = []

    def table(self, head, rows):
        self.say("", "| " + " | ".join(head) + " |",
                 "|" + "---|" * len(head))
        self.say(*("| " + " | ".join(row) + " |" for row in rows))
        self.say("")

    def keep(self, group, cases):
        self.json[group] = {case.name: case.samples for case in cases}
        shares = [share * 100 for case in cases
                  for share in case.values("others")]
        self.say("", "Other processes took %s %% of the machine." %
                 spread(shares, "%.0f"))

    def goals(self, rows):
        """(what, values of all rounds, form, goal, at_least)"""
        self.table(["goal", "measured", ""], [
            ["%s: %s %s" % (what, "at least" if at_least else "at most",
                            form % goal),
             spread(values, form), verdict(values, goal, at_least)]
            for what, values, form, goal, at_least in rows])
