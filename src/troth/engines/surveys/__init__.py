"""What customers answered: scores with their intervals, each under the name of its definition."""

from troth.engines.surveys.scores import Answers, Net, NetDifference, difference_of_nets, mean_answer, net, nps, top_boxes

__all__ = ["Answers", "Net", "NetDifference", "difference_of_nets", "mean_answer", "net", "nps", "top_boxes"]
