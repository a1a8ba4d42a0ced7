"""Deliveries in: a receiver that saves each one before it answers, and handlers that read them."""
