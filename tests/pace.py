"""How fast this machine is just now, so that a bound in seconds asks the same on any machine.

Bounds of the timed tests are seconds on the machine of `USUAL_SECONDS`. Machines that are lent by
the hour are up to three times slower, and change within a minute: a bound that such a machine
breaks says nothing of civmap. So a fixed piece of work, the peer, is timed just after what broke
its bound, and the seconds are divided by as much as the peer is slower than usual: never
multiplied, and divided by no more than `MOST`, where a machine is not fit for timing at all.
"""

import re
import time

# The peer's time on a machine that reads 75 articles a second on one core with the code of commit
# e7b7257 (`tests/events/test_speed.py`): found on one that read 26 with the same code, in 0.067 s.
USUAL_SECONDS = 0.023
MOST = 4

_WORD = re.compile(r"[a-z]+|[0-9]+")


def _work():
    """Do in small what reading and drawing do: match, look up, count, sort, write."""
    text = " ".join(f"word{number * 7919 % 1009} and {number}" for number in range(6_000))
    counts = {}
    for match in _WORD.finditer(text):
        counts[match.group()] = counts.get(match.group(), 0) + 1
    total = 0
    for number in range(250_000):
        total += number * number % 7
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return "".join(f"{word}: {count}\n" for word, count in ordered), total


def _time_peer(runs=5):
    start = time.perf_counter()
    for _ in range(runs):
        _work()
    return (time.perf_counter() - start) / runs


def time_beside_peer(act, *, bound, attempts=3):
    """Return what `act` took, attempt by attempt, in seconds of the usual machine.

    `act` returns its own seconds. What else the machine does only ever adds, so the least counts,
    and the attempt that is within `bound` is the last.
    """
    taken = []
    for _ in range(attempts):
        seconds = act()
        if seconds > bound:
            seconds /= min(max(_time_peer() / USUAL_SECONDS, 1), MOST)
        taken.append(seconds)
        if seconds <= bound:
            break
    return taken
