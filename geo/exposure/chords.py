"""Half-chords of geodesic discs in plain arithmetic: the same bits in numpy and compiled.

The formula is that of `geo.exposure.discs.half_chord`. Sines of what is small (a radius, a
difference of latitudes) are power series and the arc sine is a ratio of polynomials, so that only
sums, products, quotients and square roots are left. IEEE 754 defines their last bit, whoever
computes them: the join cuts its spans here with numpy, the sweep compiles the same functions.

Reference of the arc sine: Sun Microsystems, fdlibm 5.3 (1993), `e_asin.c`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.exposure.discs import WGS84_A, WGS84_F

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_RADIUS_KM = 1000.0
"""The series are exact to the last bit but one up to this radius (0.16 radians)."""

_HALF_F = WGS84_F / 2
_DEGREES = 180.0 / math.pi


def target_arc(radius_km: Any) -> Any:
    """Return a radius as an arc on the sphere of the Earth's major axis, radians."""
    return radius_km * 1000.0 / WGS84_A


def parametric(lat: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    """Return parametric latitudes (radians) of latitudes (degrees), their sines and cosines."""
    beta = np.arctan((1 - WGS84_F) * np.tan(np.radians(np.clip(lat, -90.0, 90.0))))
    return beta, np.sin(beta), np.cos(beta)


def lengthen(arc: Any, p: Any, q: Any) -> Any:
    """Return a radius as the spherical arc between parametric latitudes that it stands for.

    `p`, `q`: the squares of half the sum and of half the difference of their sines.
    """
    # two corrections, written out: a loop would keep a compiler from taking several lines at once
    s = arc * arc
    small = s * (0.25 - s * (1 / 48 - s * (1 / 1440 - s * (1 / 80640 - s * (1 / 7257600)))))
    excess = arc * s * (1 / 6 - s * (1 / 120 - s * (1 / 5040 - s * (1 / 362880))))
    sigma = arc + _HALF_F * (excess * p / (1.0 - small) + (arc + (arc - excess)) * q / small)
    s = sigma * sigma
    small = s * (0.25 - s * (1 / 48 - s * (1 / 1440 - s * (1 / 80640 - s * (1 / 7257600)))))
    excess = sigma * s * (1 / 6 - s * (1 / 120 - s * (1 / 5040 - s * (1 / 362880))))
    return arc + _HALF_F * (excess * p / (1.0 - small) + (sigma + (sigma - excess)) * q / small)


def chord_ratio(  # one value for each thing that a scanline or a disc knows
    beta: Any, sin_beta: Any, cos_beta: Any, beta0: Any, sin_beta0: Any, cos_beta0: Any, arc: Any
) -> Any:
    """Return the squared sine of half the half-chord: negative where the parallel misses the disc.

    1 and more: the parallel lies wholly inside. Parametric latitudes of the parallel and of the
    centre (0), and the radius as an arc; numbers or arrays.
    """
    total, change = (sin_beta + sin_beta0) * 0.5, (sin_beta - sin_beta0) * 0.5
    sigma = lengthen(arc, total * total, change * change)
    s = sigma * sigma
    small = s * (0.25 - s * (1 / 48 - s * (1 / 1440 - s * (1 / 80640 - s * (1 / 7257600)))))
    half = (beta - beta0) * 0.5
    h = half * half
    sine = half * (1.0 - h * (1 / 6 - h * (1 / 120 - h * (1 / 5040 - h * (1 / 362880)))))
    return (small - sine * sine) / (cos_beta0 * cos_beta)


def ratio_degrees(ratio: Any) -> Any:
    """Return the half-chord in degrees of longitude from its ratio, which is cut to 0..1."""
    ratio = np.minimum(np.maximum(ratio, 0.0), 1.0)
    x = np.sqrt(ratio)
    near = (x < 0.5) * 1.0  # 1 or 0: a choice that is the same for numbers and arrays
    far = 1.0 - near
    z = near * ratio + far * ((1.0 - x) * 0.5)
    top = 0.16666666666666666 + z * (
        -0.3255658186224009
        + z
        * (
            0.20121253213486293
            + z * (-0.04005553450067941 + z * (0.0007915349942898145 + z * 3.479331075960212e-05))
        )
    )
    low = 1.0 + z * (
        -2.403394911734414
        + z * (2.0209457602335057 + z * (-0.6882839716054533 + z * 0.07703815055590194))
    )
    root = np.sqrt(z)
    arc = root + root * (z * top / low)
    return (near * (2.0 * arc) + far * (math.pi - 4.0 * arc)) * _DEGREES
