"""Estimates with their intervals, from exact counts and sums; what cannot be estimated is raised as CannotEstimate."""

from troth.engines.statistics.attributable import Attributable, Estimate, attributable
from troth.engines.statistics.defects import DefectRate, dpmo, per_million_at, sigma_level
from troth.engines.statistics.lead import Lead, lead_of
from troth.engines.statistics.means import Mean, MeanDifference, Sums, difference_of_means, mean_of_scores
from troth.engines.statistics.median import Median, median_interval
from troth.engines.statistics.normal import normal_cdf, normal_quantile
from troth.engines.statistics.proportion import Share, ShareDifference, newcombe, wilson
from troth.engines.statistics.regression import Coefficient, Regression, ols_hc3
from troth.engines.statistics.stratified import StratifiedShare, stratified_share, superpopulation_share

__all__ = [
    "Attributable",
    "Coefficient",
    "DefectRate",
    "Estimate",
    "Lead",
    "Mean",
    "MeanDifference",
    "Median",
    "Regression",
    "Share",
    "ShareDifference",
    "StratifiedShare",
    "Sums",
    "attributable",
    "difference_of_means",
    "dpmo",
    "lead_of",
    "mean_of_scores",
    "median_interval",
    "newcombe",
    "normal_cdf",
    "normal_quantile",
    "ols_hc3",
    "per_million_at",
    "sigma_level",
    "stratified_share",
    "superpopulation_share",
    "wilson",
]
