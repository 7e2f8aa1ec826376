"""How far one machine goes: each step of the way at growing sizes, its time and its memory."""
