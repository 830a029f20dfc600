"""How colours look to readers who see some of them alike, and how far apart two colours look."""

from __future__ import annotations

import math

import numpy as np

# Linear RGB, severity 1.0: Machado, Oliveira and Fernandes, "A Physiologically-based Model for
# Simulation of Color Vision Deficiency", IEEE TVCG 15(6), 2009, table of matrices. Grey is the
# luminance of sRGB (Rec. 709), as a photocopier sees it.
VIEWS = {
    "usual": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
    "grey": np.array([[0.2126, 0.7152, 0.0722]] * 3),
}
_TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
_WHITE = np.array([0.95047, 1.0, 1.08883])  # D65


def read_colour(text):
    """Return `#rrggbb` as three numbers, 0..255."""
    return np.array([int(text[at : at + 2], 16) for at in (1, 3, 5)], dtype=float)


def lay_over(colour, opacity, ground):
    """Return what is seen of a colour (`#rrggbb`) that is laid over a ground: 0..255."""
    return opacity * read_colour(colour) + (1 - opacity) * read_colour(ground)


def to_linear(rgb):
    """Return the light of sRGB values 0..255: arrays (..., 3), 0..1."""
    part = np.asarray(rgb, dtype=float) / 255
    return np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)


def find_luminance(rgb):
    """Return the relative luminance of sRGB values 0..255, as WCAG defines it: 0..1."""
    return to_linear(rgb) @ VIEWS["grey"][0]


def find_contrast(rgb, other):
    """Return WCAG's contrast of two colours, 1..21; arrays are broadcast."""
    first, second = find_luminance(rgb), find_luminance(other)
    return (np.maximum(first, second) + 0.05) / (np.minimum(first, second) + 0.05)


def to_lab(rgb, view="usual"):
    """Return CIE L*a*b* (D65) of an sRGB colour 0..255, as it looks in a view of `VIEWS`."""
    light = np.clip(VIEWS[view] @ to_linear(rgb), 0, 1)
    part = _TO_XYZ @ light / _WHITE
    x, y, z = np.where(part > 216 / 24389, np.cbrt(part), (24389 / 27 * part + 16) / 116)
    return float(116 * y - 16), float(500 * (x - y)), float(200 * (y - z))


def find_difference(first, second):
    """Return CIEDE2000 of two colours in L*a*b* (Sharma, Wu and Dalal, 2005)."""
    (l1, a1, b1), (l2, a2, b2) = first, second
    chroma = (math.hypot(a1, b1) + math.hypot(a2, b2)) / 2
    stretch = 1.5 - 0.5 * math.sqrt(chroma**7 / (chroma**7 + 25**7))
    c1, c2 = math.hypot(stretch * a1, b1), math.hypot(stretch * a2, b2)
    h1 = math.degrees(math.atan2(b1, stretch * a1)) % 360
    h2 = math.degrees(math.atan2(b2, stretch * a2)) % 360
    turn = 0.0 if c1 * c2 == 0 else (h2 - h1 + 180) % 360 - 180
    light, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    hue = h1 + h2 if c1 * c2 == 0 else (h1 + turn / 2) % 360
    t = (
        1
        - 0.17 * math.cos(math.radians(hue - 30))
        + 0.24 * math.cos(math.radians(2 * hue))
        + 0.32 * math.cos(math.radians(3 * hue + 6))
        - 0.20 * math.cos(math.radians(4 * hue - 63))
    )
    bend = 60 * math.exp(-(((hue - 275) / 25) ** 2))
    mixed = -2 * math.sqrt(chroma**7 / (chroma**7 + 25**7)) * math.sin(math.radians(bend))
    by_light = (l2 - l1) / (1 + 0.015 * (light - 50) ** 2 / math.sqrt(20 + (light - 50) ** 2))
    by_chroma = (c2 - c1) / (1 + 0.045 * chroma)
    by_hue = 2 * math.sqrt(c1 * c2) * math.sin(math.radians(turn / 2)) / (1 + 0.015 * chroma * t)
    return math.sqrt(by_light**2 + by_chroma**2 + by_hue**2 + mixed * by_chroma * by_hue)
