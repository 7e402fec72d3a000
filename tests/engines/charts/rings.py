"""Inside diameters of forged piston rings in mm, 40 samples of 5: Montgomery, Statistical Quality Control, tables 6.3 and 6E."""

from __future__ import annotations

import numpy as np

# In thousandths above 74.
THOUSANDTHS = """
30 2 19 -8 8 -5 -8 1 11 4 -12 24 21 5 2 2 -4 -7 15 9 -8 7 15 -11 14 9 -6 -3 -15 -7 -5 6 -6 0 5 -15 3 -7 15 -12 8 -5 9 5 4 -2 0 -10 7 -5 -6
-2 -6 -5 -10 4 0 7 0 -4 -17 2 -2 -3 12 6 -33 -6 0 -16 12 14 -2 -1 7 0 -16 5 -2 -4 -6 12 -14 5 7 6 10 18 3 0 -16 2 3 5 -3 0 10 13 20 3 -12
1 9 5 -4 4 -1 -10 6 9 10 -11 -10 9 14 15 8 -7 0 10 -18 -16 -5 17 13 12 15 30 -14 0 -5 10 -10 15 1 -13 -1 -15 0 -10 8 10 3 -9 6 3 0 1 -14
-3 -6 3 15 20 4 8 2 18 -5 5 1 4 -10 -4 -2 15 0 16 25 0 30 5 0 16 12 1 -10 -5 10 24 15 20 24 5 19 35 10 12 15 26 17 13 36 25 26 10 5 29 0
20
"""
RINGS = 74 + np.array([int(word) for word in THOUSANDTHS.split()]) / 1000
