"""SMART App Launch 2.2: the page opened from a record system, or with its log-in, on the patient in context."""

from medrag.server.routes.smart.launches import OPEN, routes

__all__ = ["OPEN", "routes"]
