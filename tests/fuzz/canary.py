"""What is planted in requests and looked for in every answer and every log line."""

PLANT = "pl4nted"  # begins a value that a client chose
TOKEN = "c4n4ry-t0ken-that-belongs-in-no-answer-and-no-log"
TRACES = ("Traceback", 'File \\"', 'File "', ".py")  # what a stack trace looks like


def found_in(text: str, *words: str) -> list[str]:
    """Return which of these words a text holds."""
    return [word for word in words if word in text]
