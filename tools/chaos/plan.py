"""When the faults happen: each as soon as the run has come to a point that was drawn by lot."""

# Of the run. Less and less likely towards the end, for there keys are fired 16 at once, and a key whose first firing
# hangs keeps every thread of the service waiting. What is due later than this might find nobody left to suffer from it.
END = 0.9


class Plan:
    """The faults of some kinds that are still to come; `progress()` goes from 0 to 1."""

    def __init__(self, lots, planned, kinds, progress):
        points = [(lots.triangular(0, END, 0), kind) for kind in kinds for _ in range(planned.get(kind, 0))]
        self.waiting = sorted(points, reverse=True)
        self.progress = progress

    def draw(self):
        """The kind of a fault that is due, or None; each is drawn once."""
        if self.waiting and self.waiting[-1][0] <= self.progress():
            return self.waiting.pop()[1]
        return None

    def put_back(self, kind):
        """What was drawn could not be made; it is due again at once."""
        self.waiting.append((0, kind))
