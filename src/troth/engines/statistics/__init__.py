"""Estimates with their intervals, from exact counts and sums; what cannot be estimated is raised as CannotEstimate."""

from troth.engines.statistics.chart import ControlChart, laney_p_chart, p_chart
from troth.engines.statistics.means import Mean, MeanDifference, Sums, difference_of_means, mean_of_scores
from troth.engines.statistics.median import Median, median_interval
from troth.engines.statistics.normal import normal_cdf, normal_quantile
from troth.engines.statistics.proportion import Share, ShareDifference, newcombe, wilson
from troth.engines.statistics.regression import Coefficient, Regression, ols_hc3
from troth.engines.statistics.stratified import StratifiedShare, stratified_share, superpopulation_share

__all__ = [
    "Coefficient",
    "ControlChart",
    "Mean",
    "MeanDifference",
    "Median",
    "Regression",
    "Share",
    "ShareDifference",
    "StratifiedShare",
    "Sums",
    "difference_of_means",
    "laney_p_chart",
    "mean_of_scores",
    "median_interval",
    "newcombe",
    "normal_cdf",
    "normal_quantile",
    "ols_hc3",
    "p_chart",
    "stratified_share",
    "superpopulation_share",
    "wilson",
]
