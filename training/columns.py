"""The names of columns, declared once: what every table is renamed to when it is read."""

USER_ID = "user_id"
ITEM_ID = "item_id"
WEIGHT = "weight"
TIMESTAMP = "timestamp"  # UTC epoch seconds
TITLE = "title"
GENRES = "genres"

ALL = (USER_ID, ITEM_ID, WEIGHT, TIMESTAMP, TITLE, GENRES)
