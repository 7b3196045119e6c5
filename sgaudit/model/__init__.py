"""The nouns all rooms share. Nothing here does I/O or imports another room."""
