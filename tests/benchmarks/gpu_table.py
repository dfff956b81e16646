"""The results of gpu.py as a person reads them."""

from __future__ import annotations

from typing import Any

WIDTH = 34


def table_of(results: dict[str, Any]) -> str:
    """Everything, with what is missing."""
    lines = [f"{key}: {value}" for key, value in results.get("machine", {}).items()]
    return "\n".join([*lines, *first(results), *tests(results), *speed(results), *costs(results)]) + "\n"


def first(results: dict[str, Any]) -> list[str]:
    """The first checks, a paragraph each."""
    lines = []
    for name, found in results.get("first", {}).items():
        lines += ["", name.replace("_", " ")]
        lines += [f"  {key:<{WIDTH}}{shown(value)}" for key, value in found.items()]
    return lines


def shown(value: Any) -> str:
    """A number with four digits, or whatever it is."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def tests(results: dict[str, Any]) -> list[str]:
    """How many passed, and what did not."""
    found = results.get("tests")
    if found is None:
        return []
    counts = ", ".join(
        f"{n} {what}" for what, n in found.items() if isinstance(n, int) and what != "complete"
    )
    lines = ["", f"Tests: {counts or 'none'}{'' if found['complete'] else '; not all of them were run'}"]
    lines += [f"  {test}: {' '.join(text)[:300]}" for test, text in found["failures"].items()]
    return lines + [f"  skipped {n} times: {reason}" for reason, n in found["reasons"].items()]


def speed(results: dict[str, Any]) -> list[str]:
    """A line for each program, library and way."""
    if "speed" not in results:
        return []
    head = f"{'program':<{WIDTH}}{'way':<20}{'ms/step':>10}{'per second':>18}{'peak MiB':>11}{'ratio':>8}"
    lines = ["", "ratio: time of PyTorch eager / its time; above 1 it is faster than PyTorch eager", head]
    for name, row in results["speed"].items():
        base = row.get("torch eager", {}).get("ms")
        for way, found in row.items():
            if way == "unit":
                continue
            start = f"{name:<{WIDTH}}{way:<20}"
            if "ms" not in found:
                lines.append(start + found.get("error", "did not finish")[:200])
                continue
            rate = f"{found['per_second']:,.0f} {row['unit']}"
            peak = f"{found['peak_mb']:,.0f}" if "peak_mb" in found else "–"
            against = f"{base / found['ms']:.2f}" if base else "–"
            lines.append(f"{start}{found['ms']:>10.3f}{rate:>18}{peak:>11}{against:>8}")
    return lines


def costs(results: dict[str, Any]) -> list[str]:
    """µs of CPU."""
    if "cpu_us" not in results:
        return []
    lines = ["", f"{'µs of CPU for a call':<{WIDTH}}{'minitorch':>12}{'torch':>12}"]
    for operation, found in results["cpu_us"].items():
        values = [str(found.get(name, "–"))[:40] for name in ("minitorch", "torch")]
        lines.append(f"{operation:<{WIDTH}}" + "".join(f"{value:>12}" for value in values))
    return lines
