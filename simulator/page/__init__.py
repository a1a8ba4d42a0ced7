"""The page on which a person plays the customer, and the little API behind it."""
