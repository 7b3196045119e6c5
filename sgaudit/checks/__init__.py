"""The laboratory: pure checks from a rule and the evidence to what they conclude."""
