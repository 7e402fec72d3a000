"""Control charts: which movements of a series are the process's own, and which ask for a cause."""

from troth.engines.charts.chart import Chart, Pair, Plan
from troth.engines.charts.counts import c_chart, laney_p_chart, laney_u_chart, p_chart, u_chart
from troth.engines.charts.memory import cusum, ewma
from troth.engines.charts.rare import g_chart, t_chart
from troth.engines.charts.values import xbar_r, xbar_s, xmr

__all__ = [
    "Chart",
    "Pair",
    "Plan",
    "c_chart",
    "cusum",
    "ewma",
    "g_chart",
    "laney_p_chart",
    "laney_u_chart",
    "p_chart",
    "t_chart",
    "u_chart",
    "xbar_r",
    "xbar_s",
    "xmr",
]
