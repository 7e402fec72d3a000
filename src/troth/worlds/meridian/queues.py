"""Servers that take whoever comes in turn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from troth.worlds.sheets import NONE, Ints


@dataclass(slots=True)
class Queue:
    """free: the working second from which each server has nothing to do. turn: whose turn it is."""

    free: Ints
    turn: int = 0

    def serve(self, arrived: Ints, seconds: Ints) -> Ints:
        """When each is begun, in the order of arrival, by the server whose turn it is; what follows finds the servers as this leaves them.

        A server's starts are the running maximum of arrivals and of what went before (Lindley's recursion), for all servers at once.

        >>> Queue(np.zeros(1, dtype=np.int64)).serve(np.array([5, 6, 50]), np.array([10, 10, 10])).tolist()
        [5, 15, 50]
        """
        servers, count = len(self.free), len(arrived)
        if not count:
            return arrived
        rows = -(-(count + self.turn) // servers)
        came = np.full(rows * servers, NONE // 2, dtype=np.int64)
        work = np.zeros(rows * servers, dtype=np.int64)
        mine = slice(self.turn, self.turn + count)
        came[mine], work[mine] = arrived, seconds
        by_server = work.reshape(rows, servers)
        before = np.cumsum(by_server, axis=0) - by_server
        earliest = np.vstack([self.free[None, :], came.reshape(rows, servers) - before])
        starts = np.maximum.accumulate(earliest, axis=0)[1:] + before
        self.free = starts[-1] + by_server[-1]
        self.turn = (self.turn + count) % servers
        begun: Ints = starts.reshape(-1)[mine]
        return begun
