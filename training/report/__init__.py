"""What was measured, to be read: an evaluation as one page or one frame, a version as a card."""
