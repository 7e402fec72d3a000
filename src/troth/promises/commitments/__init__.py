"""What was published, sentence by sentence, and which of it is a promise that somebody judges."""

from troth.promises.commitments.candidates import candidates_in, sentences_in
from troth.promises.commitments.definition import COMMITMENTS, Commitment, lint
from troth.promises.commitments.published import Published, plain, published, same

__all__ = ["COMMITMENTS", "Commitment", "Published", "candidates_in", "lint", "plain", "published", "same", "sentences_in"]
